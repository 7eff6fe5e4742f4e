// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "cluster/config/table_reader.hpp"
#include "libagents/runtime/process_options.hpp"

namespace agents {

/// [listen]: where workers of other hosts register (docs/remote_modules.md).
struct listen_settings {
  std::string address;         ///< "tcp://0.0.0.0:5701"; "": the node does not listen
  std::filesystem::path keys;  ///< folder; empty: that of the program
  bool encrypted = true;       ///< false: keys = "none"
  std::string key = "node";    ///< the node's own pair
};

namespace config {

/// Reads the table. A missing or wrong address, and an address that others can reach without keys, are errors.
[[nodiscard]] expected<listen_settings> read_listen(const toml_document& d, const std::string& pointer,
                                                    const value& table);

/// Of a module with `remote`: keys about starting a process are errors.
[[nodiscard]] expected<void> check_remote(const toml_document& d, const std::string& pointer, const value& table,
                                          const process_options& p, const setters& process_keys);

}  // namespace config
}  // namespace agents
