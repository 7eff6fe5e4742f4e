// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <variant>
#include <vector>

#include "libagents/wire/message.hpp"

namespace agents::wire {

/// Those of one kind among orders, reports or other alternatives, in their order.
template <class T, class Variant>
std::vector<T> of_kind(const std::vector<Variant>& all) {
  std::vector<T> found;
  for (const auto& one : all)
    if (const auto* match = std::get_if<T>(&one)) found.push_back(*match);
  return found;
}

/// The messages of one kind among the envelopes that a session sends.
template <class T>
std::vector<T> messages_of(const std::vector<envelope>& sent) {
  std::vector<T> found;
  for (const auto& e : sent)
    if (const auto* match = std::get_if<T>(&e.body)) found.push_back(*match);
  return found;
}

}  // namespace agents::wire
