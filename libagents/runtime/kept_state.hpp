// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "libagents/contract/manifest.hpp"
#include "libagents/core/event.hpp"
#include "libagents/wire/node_session.hpp"

namespace agents {

/// State that a replica saved, for its next life. State with which several lives in a row crashed before they had a
/// single good result is dropped.
///
/// Callers: any thread; what a former life says is ignored.
class kept_state {
 public:
  using life = std::uint64_t;
  struct beginning {
    life which = 0;
    std::optional<wire::saved_state> state;
    bool dropped = false;  ///< there was state, but too many lives crashed with it
  };
  /// So many lives crash with a state until it is dropped.
  static constexpr int most_fruitless_lives = 3;

  /// A life begins, with the state if it wants any.
  [[nodiscard]] beginning begin(bool wants_state);
  void save(life which, wire::saved_state state);
  void good_result(life which);
  void ended(life which, bool crashed);

  [[nodiscard]] std::optional<wire::saved_state> copy() const;
  /// Whether there is state, or the last life may still save some.
  [[nodiscard]] bool is_kept() const;
  /// The state to begin with, of the replica whose place this one takes.
  void inherit(wire::saved_state state);

 private:
  mutable std::mutex mutex_;
  std::optional<wire::saved_state> state_;
  life current_ = 0;
  bool wanted_ = false;  ///< by the last life
  int fruitless_lives_ = 0;
  bool unproven_ = false;  ///< this life began with the state, and has no good result yet
};

/// The alert that a replica's state was dropped.
[[nodiscard]] event state_dropped(const manifest& of, const std::string& replica);

}  // namespace agents
