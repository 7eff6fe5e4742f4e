// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "tests/actor/node_fixture.hpp"

namespace agents::testing {

/// A module whose capability "NAME.do@1" crashes when asked with a negative number.
inline module_factory fragile(const std::string& name) {
  return numbers(name, name + ".do@1", [](const number& x) -> number {
    if (x.n < 0) throw std::runtime_error("boom");
    return x;
  });
}

/// As a child of this supervisor.
inline module_options in(const std::string& supervisor) {
  module_options o;
  o.supervisor = supervisor;
  return o;
}

/// Asks a fragile module.
inline errc ask(simulated_node& node, const std::string& name, int n) {
  const auto r = node.get().ask(name + ".do@1", object{{"n", n}}, std::chrono::seconds{1});
  return r ? errc::none : r.error().code;
}

/// "start a", "exit a" in the order of their events.
inline std::vector<std::string> lives(const simulated_node& node, std::size_t from = 0) {
  std::vector<std::string> out;
  const auto all = node.events();
  for (std::size_t i = from; i < all.size(); ++i) {
    if (all[i].kind == event_kind::replica_started) out.push_back("start " + all[i].step);
    if (all[i].kind == event_kind::replica_exited) out.push_back("exit " + all[i].step);
  }
  return out;
}

}  // namespace agents::testing
