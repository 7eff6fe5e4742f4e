// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "libagents/orchestration/plan.hpp"
#include "libagents/registry/registry.hpp"

namespace agents {

/// Who offers a capability that a step names (its `ask`, or one of its verifiers). `bad_input` names the step and the
/// versions that are offered, when nobody does.
[[nodiscard]] expected<offers> offers_of(const registry& r, const step_spec& step, const std::string& capability);

/// Who may be asked for the step itself: who offers its `ask`, less what `only` and `avoid` refuse. `bad_input` names
/// the step and the key that leaves nobody.
[[nodiscard]] expected<offers> admitted_offers(const registry& r, const step_spec& step);

}  // namespace agents
