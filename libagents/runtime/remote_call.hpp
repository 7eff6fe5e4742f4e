// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "libagents/runtime/request_rules.hpp"
#include "libagents/wire/node_session.hpp"

namespace agents {

/// A request that a worker process is handling, as the node sees it.
struct remote_call {
  shared_call source;
  time_point began{};
  std::int64_t chunks = 0;  ///< received so far
  running_costs costs;
};

/// How many chunks a worker may send ahead of their reader.
inline constexpr std::int64_t chunk_credit = 16;

/// The request as a message. The deadline goes beside it, because the wire counts from the arrival.
[[nodiscard]] wire::call to_message(const shared_call& c);

/// The reply that follows from the end of a call: the output is read and checked against the contract, the bill against
/// the budget. A code that is no outcome of a request becomes `internal`.
[[nodiscard]] reply to_reply(const remote_call& c, wire::report::finished f, time_point now);

}  // namespace agents
