// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "libagents/core/clock.hpp"
#include "libagents/core/expected.hpp"

namespace agents::supervision {

/// What a supervisor does about the others when one child ends. OTP's names and meanings; docs/supervision.md.
enum class strategy : std::uint8_t { one_for_one, one_for_all, rest_for_one, simple_one_for_one };
/// Whether a child that ended by itself is started again.
enum class restart_type : std::uint8_t { permanent, transient, temporary };
/// When a supervisor ends because its significant children did.
enum class auto_shutdown : std::uint8_t { never, any_significant, all_significant };
enum class child_type : std::uint8_t { worker, supervisor };
/// What happens when children crash more often than the intensity allows.
enum class give_up : std::uint8_t { escalate, quarantine };

inline constexpr duration brutal_kill = duration::zero();
inline constexpr duration infinity = duration::max();

struct child_spec {
  std::string id;
  restart_type restart = restart_type::permanent;
  duration shutdown = std::chrono::seconds{5};  ///< `brutal_kill`, a time after which it is killed, or `infinity`
  bool significant = false;
  child_type type = child_type::worker;
  std::vector<std::string> depends_on;  ///< ids of children declared before it
};

struct supervisor_flags {
  supervision::strategy strategy = supervision::strategy::one_for_one;
  std::uint32_t intensity = 1;                ///< restarts allowed …
  duration period = std::chrono::seconds{5};  ///< … within this time
  supervision::auto_shutdown auto_shutdown = supervision::auto_shutdown::never;
  supervision::give_up give_up = supervision::give_up::escalate;
  duration quarantine = std::chrono::seconds{30};  ///< rest of what was given up, when quarantined
  bool retry_first_start = false;  ///< a declared child that fails to start is restarted like one that crashes
  duration first_backoff{};        ///< before the second restart in a row; doubles; 0: none
  duration max_backoff = std::chrono::seconds{30};
};

/// Why a child ended. `normal` and `shutdown` are orderly ends, the others abnormal.
struct exit_reason {
  enum class kind : std::uint8_t { normal, shutdown, killed, crashed };
  kind what = kind::normal;
  std::string text;

  [[nodiscard]] bool is_orderly() const { return what == kind::normal || what == kind::shutdown; }
  friend bool operator==(const exit_reason&, const exit_reason&) = default;
};

/// `bad_input` when the specs contradict each other or the flags; names the child and the remedy.
[[nodiscard]] expected<void> check(const supervisor_flags& flags, const std::vector<child_spec>& children);
/// The same for a child that is added to others.
[[nodiscard]] expected<void> check(const supervisor_flags& flags, const child_spec& child,
                                   const std::vector<std::string_view>& declared_before);

[[nodiscard]] std::string_view to_string(strategy s) noexcept;
[[nodiscard]] std::string_view to_string(restart_type r) noexcept;
[[nodiscard]] std::string_view to_string(exit_reason::kind k) noexcept;

}  // namespace agents::supervision
