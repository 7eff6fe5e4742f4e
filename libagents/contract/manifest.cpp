// SPDX-License-Identifier: Apache-2.0
#include "libagents/contract/manifest.hpp"

namespace agents {

std::string_view to_string(effect e) noexcept {
  switch (e) {
    case effect::pure: return "pure";
    case effect::idempotent: return "idempotent";
    case effect::effectful: return "effectful";
  }
  return "unknown";
}

std::string_view to_string(execution_mode m) noexcept {
  return m == execution_mode::cooperative ? "cooperative" : "dedicated";
}

value to_value(const manifest& m) {
  array capabilities;
  for (const auto& c : m.capabilities)
    capabilities.emplace_back(object{{"id", c.id},
                                     {"description", c.description},
                                     {"effect", to_string(c.effect)},
                                     {"input", c.input},
                                     {"output", c.output},
                                     {"timeout_seconds", seconds(c.timeout)},
                                     {"money", static_cast<double>(c.micro_money) / 1e6},
                                     {"tokens", c.tokens}});
  return object{{"name", m.name},
                {"version", m.version},
                {"description", m.description},
                {"author", m.author},
                {"mode", to_string(m.mode)},
                {"mailbox_capacity", m.mailbox_capacity},
                {"concurrency", m.concurrency},
                {"capabilities", std::move(capabilities)}};
}

}  // namespace agents
