// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "actors/code/runner.hpp"
#include "cluster/config/listen_settings.hpp"
#include "cluster/config/supervision_settings.hpp"
#include "libagents/core/expected.hpp"
#include "libagents/journal/store.hpp"
#include "libagents/routing/router.hpp"

namespace agents {

/// A node's configuration file (docs/configuration.md): [node], [listen], [code], [supervisor.NAME] and
/// [module.NAME].
struct node_settings {
  std::size_t threads = 0;
  journal::durability durability = journal::durability::normal;
  routing_policy policy = routing_policy::reliability;
  std::string metrics;  ///< address to serve metrics on; "" = none
  journal::retention_policy retention;
  listen_settings listen;
  supervision_settings supervision;
  code::runner_settings code;  ///< [code]
};

/// Reads a configuration. Unknown keys and values out of range are errors that name file, line, key and remedy.
/// Which modules there are is not known here: `supervision.check` is for whoever knows them.
[[nodiscard]] expected<node_settings> load_node_settings(const std::filesystem::path& file);

}  // namespace agents
