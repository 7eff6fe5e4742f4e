// SPDX-License-Identifier: Apache-2.0
// Private to orchestration: what a snapshot keeps of the part of a run that is not finished.
#pragma once

#include "libagents/orchestration/run_state.hpp"

namespace agents::detail {

/// Everything that the events of finished steps and open questions do not say: open units with their attempts, the
/// planner's attempts, counters and reflections. Goes into the data of the snapshot's `run_resumed`.
[[nodiscard]] value remember_open(const run_state& s);

/// The reverse, after the snapshot's other events have been folded. Data of another shape changes nothing.
void restore_open(run_state& s, const value& memory);

}  // namespace agents::detail
