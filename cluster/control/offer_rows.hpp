// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "libagents/core/value.hpp"
#include "libagents/registry/registry.hpp"

namespace agents::control {

enum class with_schemas : bool { no, yes };

/// What is offered, one object per capability of a module, in the order of registration.
[[nodiscard]] array offer_rows(const registry& r, with_schemas schemas);

}  // namespace agents::control
