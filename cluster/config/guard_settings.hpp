// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/config/table_reader.hpp"
#include "libagents/runtime/module_options.hpp"

namespace agents::config {

/// What guards a node against a module: the keys `hang` and `circuit` of [module.NAME], tables themselves. Adds them to
/// the known keys; `read_guards` reads them.
void add_guard_keys(setters& known);

/// Reads the two tables of a module's table. Unknown keys, values out of range, and values that contradict each other
/// are errors that name file, line, key and remedy.
[[nodiscard]] expected<void> read_guards(const toml_document& d, const named_table& module, module_options& out);

}  // namespace agents::config
