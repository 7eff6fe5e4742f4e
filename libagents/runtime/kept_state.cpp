// SPDX-License-Identifier: Apache-2.0
#include "libagents/runtime/kept_state.hpp"

#include <utility>

namespace agents {

kept_state::beginning kept_state::begin(bool wants_state) {
  const std::lock_guard lock{mutex_};
  beginning b;
  b.which = ++current_;
  wanted_ = wants_state;
  b.dropped = wants_state && state_ && fruitless_lives_ >= most_fruitless_lives;
  if (b.dropped) {
    state_.reset();
    fruitless_lives_ = 0;
  }
  if (wants_state) b.state = state_;
  unproven_ = b.state.has_value();
  return b;
}

void kept_state::save(life which, wire::saved_state state) {
  const std::lock_guard lock{mutex_};
  if (which == current_) state_ = std::move(state);
}

void kept_state::good_result(life which) {
  const std::lock_guard lock{mutex_};
  if (which != current_) return;
  unproven_ = false;
  fruitless_lives_ = 0;
}

void kept_state::ended(life which, bool crashed) {
  const std::lock_guard lock{mutex_};
  if (which == current_ && std::exchange(unproven_, false) && crashed) ++fruitless_lives_;
}

std::optional<wire::saved_state> kept_state::copy() const {
  const std::lock_guard lock{mutex_};
  return state_;
}

bool kept_state::is_kept() const {
  const std::lock_guard lock{mutex_};
  return wanted_ || state_;
}

void kept_state::inherit(wire::saved_state state) {
  const std::lock_guard lock{mutex_};
  state_ = std::move(state);
}

event state_dropped(const manifest& of, const std::string& replica) {
  event e;
  e.kind = event_kind::alert;
  e.module = of.name;
  e.version = of.version;
  e.step = replica;
  e.text = "its saved state was dropped: " + std::to_string(kept_state::most_fruitless_lives) +
           " lives in a row began with it and crashed before a good result";
  return e;
}

}  // namespace agents
