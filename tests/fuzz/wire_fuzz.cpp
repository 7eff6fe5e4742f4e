// SPDX-License-Identifier: Apache-2.0
// Any frames give a message or an error; a message of a known kind survives being written and read again. The input is
// the frames, each preceded by its length in two bytes, the higher one first.
#include <algorithm>
#include <cstdlib>

#include "libagents/wire/codec.hpp"

using namespace agents::wire;

namespace {

frames split(std::string_view bytes) {
  frames f;
  while (bytes.size() >= 2 && f.size() < 5) {
    const auto announced =
        static_cast<std::size_t>(static_cast<std::uint8_t>(bytes[0]) << 8 | static_cast<std::uint8_t>(bytes[1]));
    const auto size = std::min(announced, bytes.size() - 2);
    f.emplace_back(bytes.substr(2, size));
    bytes.remove_prefix(2 + size);
  }
  return f;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto f = split({reinterpret_cast<const char*>(data), size});
  const auto e = decode(f);
  if (!e || std::holds_alternative<unknown>(e->body)) return 0;
  auto written = encode(*e);
  if (!written) std::abort();
  const auto again = decode(std::move(*written));
  if (!again || *again != *e) std::abort();
  for (std::size_t i = 1; i < f.size(); ++i) (void)decode_payload(f[i], "a payload").has_value();
  return 0;
}
