// SPDX-License-Identifier: Apache-2.0
// Any bytes of a peer give messages within the limits or an error, and the same ones however they are cut. The first
// byte of the input is the size of the pieces.
#include <cstdlib>
#include <numeric>

#include "cluster/transport/zmtp.hpp"

using namespace agents;

namespace {

constexpr zmtp::limits limits{3, 1000, 4000};

/// The messages; `ok` is false when the reader refused something.
std::vector<wire::frames> read(std::string_view bytes, std::size_t piece, bool& ok) {
  zmtp::reader r{zmtp::role::router, limits};
  zmtp::heard h;
  for (ok = true; ok && !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size())))
    ok = r.take(bytes.substr(0, piece), h).has_value();
  return h.messages;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto piece = std::size_t{1} + data[0];
  const std::string bytes = zmtp::greeting() + "\x04\x1c\x05READY\x0bSocket-Type" + std::string("\0\0\0\x06", 4) +
                            "DEALER" + std::string{reinterpret_cast<const char*>(data) + 1, size - 1};
  bool whole_ok = false;
  bool cut_ok = false;
  const auto whole = read(bytes, bytes.size(), whole_ok);
  if (whole != read(bytes, piece, cut_ok) || whole_ok != cut_ok) std::abort();
  for (const auto& m : whole)
    if (m.size() > limits.frames || std::accumulate(m.begin(), m.end(), std::size_t{0},
                                                    [](auto n, auto& f) { return n + f.size(); }) > limits.bytes)
      std::abort();
  return 0;
}
