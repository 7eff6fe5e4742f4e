// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "libagents/core/expected.hpp"
#include "libagents/journal/store.hpp"
#include "libagents/routing/router.hpp"
#include "libagents/runtime/module_options.hpp"

namespace agents {

/// A node's configuration file (docs/configuration.md): [node] and [module.NAME].
struct node_settings {
  std::size_t threads = 0;
  journal::durability durability = journal::durability::normal;
  routing_policy policy = routing_policy::reliability;
  std::string metrics;  ///< address to serve metrics on; "" = none
  journal::retention_policy retention;
  std::map<std::string, module_options> modules;

  /// The options of a module: its own, or the defaults.
  [[nodiscard]] module_options for_module(const std::string& name) const;
};

/// Reads a configuration. Unknown keys and values out of range are errors that name file, line, key and remedy.
[[nodiscard]] expected<node_settings> load_node_settings(const std::filesystem::path& file);

}  // namespace agents
