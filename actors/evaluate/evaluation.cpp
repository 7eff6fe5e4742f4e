// SPDX-License-Identifier: Apache-2.0
#include "actors/evaluate/evaluation.hpp"

#include "actors/text/tokenize.hpp"

namespace agents::evaluate {

bool is_held_out(const holdout& h, std::string_view name) {
  if (h.parts == 0) return false;
  const auto part = static_cast<std::uint32_t>((text::hash_bytes(name) >> 8U) % h.parts);
  return (part + h.parts - h.part % h.parts) % h.parts < h.width;
}

void confusion::add(bool said, bool truth) {
  hits += said && truth ? 1 : 0;
  alarms += said && !truth ? 1 : 0;
  misses += !said && truth ? 1 : 0;
}

double confusion::f1() const {
  const auto all = 2 * hits + alarms + misses;
  return all > 0 ? 2 * hits / all : 0;
}

}  // namespace agents::evaluate
