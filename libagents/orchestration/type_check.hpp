// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "libagents/orchestration/plan.hpp"
#include "libagents/registry/registry.hpp"

namespace agents {

/// Checks a plan's types before its first call: every capability is offered by a module that the
/// step's `only` and `avoid` admit; every reference leads to something that
/// the producer's schema knows; every value that flows along an edge satisfies the consumer's schema, as far as that
/// can be decided. `bad_input` names the edge ("draft.with.reviews ← {decide}"), the reason and, if there is one, a
/// counter-example.
///
/// What cannot be decided statically is checked at run time, like everything.
[[nodiscard]] expected<void> type_check(const compiled_plan& p, const registry& r);

}  // namespace agents
