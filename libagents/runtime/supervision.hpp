// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "libagents/core/clock.hpp"
#include "libagents/core/random.hpp"

namespace agents {

/// What a supervisor does about the others when one child ends. OTP's names and meanings.
enum class supervision_strategy : std::uint8_t {
  one_for_one,   ///< restarts that child
  one_for_all,   ///< stops all others, restarts all
  rest_for_one,  ///< stops those started after it, restarts them and it
};

/// Whether a child that ended is started again.
enum class restart_type : std::uint8_t {
  permanent,  ///< always
  transient,  ///< only after an abnormal end
  temporary,  ///< never
};

struct child_spec {
  std::string id;
  restart_type restart = restart_type::permanent;
};

struct supervisor_spec {
  supervision_strategy strategy = supervision_strategy::one_for_one;
  std::uint32_t intensity = 1;                ///< restarts allowed …
  duration period = std::chrono::seconds{5};  ///< … within this time; one more and the supervisor gives up
  duration first_backoff{};                   ///< before the second restart in a row; doubles; 0 = none, as in OTP
  duration max_backoff = std::chrono::seconds{30};
};

/// What a supervisor does about an ended child.
struct supervision_decision {
  bool escalate = false;           ///< intensity exceeded: stop all children and end with `shutdown`
  std::vector<std::size_t> stop;   ///< children to stop first, in this (reversed start) order
  std::vector<std::size_t> start;  ///< children to start then, in this order
  duration delay{};                ///< before they are started
};

/// The rules of a supervisor, without its actor. Children are numbered in start order.
///
/// Source: the documentation of Erlang/OTP's `supervisor`; the back-off with full jitter is ours.
/// Owner: one supervisor. Not synchronised.
class supervision {
 public:
  supervision(supervisor_spec spec, std::vector<child_spec> children) : spec_(spec), children_(std::move(children)) {}

  /// A child ended by itself. `normal`: with reason normal or shutdown.
  [[nodiscard]] supervision_decision on_exit(std::size_t child, bool normal, time_point now, random& source);

  [[nodiscard]] const std::vector<child_spec>& children() const { return children_; }
  [[nodiscard]] const supervisor_spec& spec() const { return spec_; }
  [[nodiscard]] std::size_t restarts_in_period(time_point now);

 private:
  [[nodiscard]] duration backoff(random& source) const;

  supervisor_spec spec_;
  std::vector<child_spec> children_;
  std::deque<time_point> restarts_;
};

}  // namespace agents
