// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "cluster/cli/console.hpp"
#include "cluster/control/control_client.hpp"
#include "cluster/control/node_place.hpp"

namespace agents::cli {

/// The node that runs in this AGENTS_HOME, and how to ask it. Ctrl-C ends a wait with `cancelled`.
struct node_contact {
  std::filesystem::path home;
  control::running_node who;
  std::unique_ptr<control::client> client;
};

/// Nothing when no node runs here.
[[nodiscard]] std::optional<node_contact> find_node();
/// `node_down`, with the remedy, when no node runs here.
[[nodiscard]] expected<node_contact> contact_node();

/// "the node that runs here (process 4711)"
[[nodiscard]] std::string name_of(const control::running_node& n);
/// {pid, home}
[[nodiscard]] value row_of(const node_contact& n);

/// Prints an error of the node; `interrupted` when Ctrl-C was its cause.
exit_code fail_with(const error& e, const console& c);

}  // namespace agents::cli
