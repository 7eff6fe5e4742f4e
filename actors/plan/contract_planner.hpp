// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string_view>

#include "actors/plan/planning.hpp"
#include "libagents/module.hpp"
#include "libagents/orchestration/plan.hpp"

namespace agents {

/// Finds a plan by the contracts alone: chains backwards from the wanted type to the given inputs over `catalog` (what
/// `catalog(registry)` gives), and takes the cheapest way by money, time, tokens and reliability. Modules written by
/// strangers compose when their types do. How types are matched is documented in docs/jobs.md, "Jobs without steps".
///
/// `planner_input`: {want, verify, reflect, answer}; `want` is a JSON Schema, {type: "memo"} (the title of a type) or
/// {capability: "name@1"}. With `previous_plan` and `done`, finished steps are used again and what failed is avoided:
/// the modules that `failed` names, and if there is no way around them the capability. Without `failed` every module
/// that offers the capability is avoided first; the step is then the one that `critique` names ('step "id" failed: …'),
/// or else every step that could have run and has not ended.
///
/// Pure and deterministic; polynomial in the size of the catalog, with fixed limits. `bad_input`: the request or the
/// catalog is malformed; `no_route`: no plan, with the missing type, who needs it and what came nearest.
[[nodiscard]] expected<plan> plan_by_contracts(const planning_request& q, const value& catalog,
                                               std::string_view critique = {});

/// `plan.contract@1`. `catalog` is called for every request, in an actor's thread.
[[nodiscard]] module contract_planner(std::function<value()> catalog);

}  // namespace agents
