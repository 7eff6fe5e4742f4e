// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libagents/core/random.hpp"
#include "libagents/registry/registry.hpp"

namespace agents {

/// How the router chooses among eligible modules.
enum class routing_policy : std::uint8_t {
  reliability,  ///< highest expected share of good answers, discounted by load; ties: cheaper, then faster. The default
  priority,     ///< order of registration; the next only when the one before is not eligible
  latency,      ///< least expected latency, queue included
  cost,         ///< cheapest; ties: more reliable
  weighted,     ///< at random, with probability proportional to reliability³: spreads load and keeps learning
};

inline constexpr std::size_t routing_policies = 5;

[[nodiscard]] std::string_view to_string(routing_policy p) noexcept;
[[nodiscard]] std::optional<routing_policy> routing_policy_from_string(std::string_view name) noexcept;

/// What an attempt asks of the router.
struct routing_request {
  std::string_view capability;
  std::span<const std::string> only = {};     ///< modules allowed; empty: all
  std::span<const std::string> exclude = {};  ///< modules refused
  std::string_view prefer = {};               ///< taken when eligible, whatever the policy
  std::int64_t micro_money_left = INT64_MAX;
  std::int64_t tokens_left = INT64_MAX;
  routing_policy policy = routing_policy::reliability;
  time_point now{};  ///< for circuits that are open until some time
};

/// A decision that explains itself.
struct routing_decision {
  shared_offer chosen;  ///< null: no route
  std::shared_ptr<replica_handle> replica;
  std::vector<shared_offer> fallback;  ///< the other eligible offers, best first
  /// Without a route, of the modules that are allowed and not excluded: `overloaded` when the mailboxes of one are full
  /// (waiting helps), `budget` when all cost more than is left, else `no_route`.
  errc problem = errc::none;
  std::string why;                                           ///< for people, when there is no route
  std::vector<std::pair<std::string, std::string>> refused;  ///< module → reason
};

/// Hard eligibility first (contract version, health, open circuits, budget, exclusions), then the policy, then power of
/// two choices between the replicas of the chosen module. Reads counters; changes nothing.
///
/// Source of power of two choices: Mitzenmacher, "The power of two choices in randomized load balancing", 2001.
[[nodiscard]] routing_decision route(std::span<const shared_offer> candidates, const routing_request& request,
                                     random& source);

/// The decision as the data of the event `attempt_started`: {policy, effect, eligible: [...], refused: {module: why}}.
[[nodiscard]] value explain(const routing_decision& d, routing_policy policy);

}  // namespace agents
