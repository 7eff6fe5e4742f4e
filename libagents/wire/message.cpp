// SPDX-License-Identifier: Apache-2.0
#include "libagents/wire/message.hpp"

#include <algorithm>

#include "libagents/wire/limits.hpp"

namespace agents::wire {

microseconds to_wire(std::chrono::nanoseconds d) noexcept {
  const auto rounded = std::chrono::ceil<microseconds>(std::max(d, std::chrono::nanoseconds::zero()));
  return std::min(rounded, microseconds{max_number});
}

}  // namespace agents::wire
