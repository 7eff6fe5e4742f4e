// SPDX-License-Identifier: Apache-2.0
#include "libagents/contract/msgpack.hpp"

#include <cstdlib>

/// Any bytes give a value or an error; a value survives the round trip.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto v = agents::unpack({reinterpret_cast<const char*>(data), size}, {.max_bytes = 1 << 20});
  if (!v) return 0;
  const auto packed = agents::pack(*v);
  const auto again = agents::unpack(packed);
  if (!again || agents::pack(*again) != packed) std::abort();
  return 0;
}
