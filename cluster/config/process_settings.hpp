// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cluster/config/table_reader.hpp"
#include "libagents/runtime/process_options.hpp"

namespace agents::config {

/// The keys of a [module.NAME] that runs as processes of its own: `command` and what goes with it.
[[nodiscard]] setters process_keys(process_options& p);

/// Paths become those seen from the configuration's folder; keys of a process without `command` are errors.
[[nodiscard]] expected<void> finish_process(const toml_document& d, const std::string& pointer, const value& table,
                                            process_options& p);

}  // namespace agents::config
