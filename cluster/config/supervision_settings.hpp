// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "actors/plan/toml_document.hpp"
#include "libagents/core/expected.hpp"
#include "libagents/runtime/module_options.hpp"
#include "libagents/runtime/process_options.hpp"

namespace agents {

/// [module.NAME]
struct module_settings {
  std::string name;
  std::string pointer;  ///< of its table in the file
  module_options options;
  process_options process;  ///< without a command the module is one that ships, or remote
  bool remote = false;      ///< others start its workers
  [[nodiscard]] bool is_process() const { return !process.command.arguments.empty(); }
  [[nodiscard]] bool ships() const { return !is_process() && !remote; }
};

/// Who restarts whom: [supervisor.NAME] and [module.NAME] of a node's configuration (docs/configuration.md).
struct supervision_settings {
  toml_document file;  ///< for errors about what only the program knows
  /// Parents before those below them, apart from that in the order of the file.
  std::vector<group_options> supervisors;
  std::vector<module_settings> modules;  ///< in the order of the file

  /// The options of a module: its own, or the defaults.
  [[nodiscard]] module_options for_module(const std::string& name) const;
  /// The table of a module that does not ship: with a command, or remote; else null.
  [[nodiscard]] const module_settings* external(const std::string& name) const;
  [[nodiscard]] bool has_remote_modules() const;
  [[nodiscard]] bool has_process_modules() const;
  /// Modules are started in the order of their ranks, those of the same rank in the order in which they ship: first
  /// those without `supervisor` and `depends_on`, then the others in the order of the file.
  [[nodiscard]] std::size_t start_rank(const std::string& name) const;
  /// `bad_input`, with the line, when a table names a module that does not ship, or when modules and supervisors do not
  /// fit together.
  [[nodiscard]] expected<void> check(std::vector<std::string> shipped) const;
};

/// Reads the tables. Unknown keys, supervisors and parents, cycles, values out of range, and keys that would have no
/// effect are errors that name file, line, key and remedy.
[[nodiscard]] expected<supervision_settings> read_supervision(const toml_document& d);

}  // namespace agents
