// SPDX-License-Identifier: Apache-2.0
#include "cluster/cli/running_node.hpp"

#include "cluster/cli/session.hpp"
#include "libagents/home/home_folder.hpp"

namespace agents::cli {
namespace {

constexpr auto interrupted = "interrupted";

}  // namespace

std::optional<node_contact> find_node() {
  const auto home = home_folder();
  const auto found = home ? control::node_place::find(*home) : std::nullopt;
  if (!found) return std::nullopt;
  return node_contact{*home, *found, std::make_unique<control::client>(found->endpoint, [] {
                        return wait_for_interrupt(duration::zero());
                      })};
}

expected<node_contact> contact_node() {
  const auto home = home_folder();
  if (!home) return home.propagate();
  auto found = find_node();
  if (!found)
    return unexpected{errc::node_down, "no node runs in " + home->string() +
                                           "; start one with `agents up`, or set AGENTS_HOME to that of the node"};
  if (found->who.endpoint.empty())
    return unexpected{errc::node_down, "the node in " + home->string() + " is just starting; try again"};
  return std::move(*found);
}

std::string name_of(const control::running_node& n) {
  return "the node that runs here (process " + std::to_string(n.pid) + ")";
}

value row_of(const node_contact& n) { return object{{"pid", n.who.pid}, {"home", n.home.string()}}; }

exit_code fail_with(const error& e, const console& c) {
  if (e.code == errc::cancelled && e.message == interrupted) return exit_code::interrupted;
  return c.fail(e);
}

}  // namespace agents::cli
