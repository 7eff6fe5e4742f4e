// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "libagents/contract/manifest.hpp"

namespace agents {

/// The manifest in a value from outside, as a module in another process sends it: the inverse of `to_value(manifest)`.
/// Unknown fields are skipped, missing optional ones have their defaults; `mode` is not read, because where a module
/// runs is the node's business.
///
/// `bad_input` names the field that has the wrong type; names, versions and numbers are for `check(manifest)`, schemas
/// for the registry.
[[nodiscard]] expected<manifest> read_manifest(const value& v);

}  // namespace agents
