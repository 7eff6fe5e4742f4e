// SPDX-License-Identifier: Apache-2.0
// Any bytes give a request or an error, and a reply or an error; a request survives being written and read again.
#include <cstdlib>

#include "cluster/control/control_message.hpp"
#include "libagents/contract/msgpack.hpp"

using namespace agents;
using namespace agents::control;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  (void)decode_reply(bytes).has_value();
  const auto read = decode_request(bytes);
  if (!read.what) return 0;
  const auto again = decode_request(encode(*read.what));
  if (!again.what || again.id != read.id || again.what->command != read.what->command ||
      pack(again.what->arguments) != pack(read.what->arguments))
    std::abort();
  return 0;
}
