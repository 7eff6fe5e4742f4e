// SPDX-License-Identifier: Apache-2.0
#include "libagents/registry/circuit_breaker.hpp"

#include <algorithm>
#include <bit>

namespace agents {

circuit_breaker::circuit_breaker(circuit_options options) : options_(options), open_for_(options.open) {}

circuit_breaker::state circuit_breaker::now_is(time_point now) const {
  const std::lock_guard lock{mutex_};
  const auto is = state_.load();
  return is == state::open && now >= until_ ? state::half_open : is;
}

bool circuit_breaker::allows(time_point now) const {
  if (!options_.enabled || state_.load(std::memory_order_acquire) == state::closed) return true;
  const std::lock_guard lock{mutex_};
  if (state_ == state::closed) return true;
  if (state_ == state::open) return now >= until_;
  // Probes that never end must not block the circuit for ever: after a while others may try.
  return begun_ < options_.probes || now >= until_;
}

circuit_breaker::phase circuit_breaker::begun(time_point now) {
  const auto before = current();  // read first: a circuit that opens now makes it an earlier one
  if (!options_.enabled || state_.load(std::memory_order_acquire) == state::closed) return before;
  const std::lock_guard lock{mutex_};
  if (state_ == state::closed) return current();
  if (state_ == state::open || begun_ >= options_.probes) begin_phase(state::half_open);
  ++begun_;
  until_ = now + open_for_;
  return current();
}

bool circuit_breaker::ended(phase sent_in, outcome how, time_point now) {
  if (!options_.enabled || (how == outcome::good && spotless_.load(std::memory_order_acquire))) return false;
  const std::lock_guard lock{mutex_};
  if (sent_in != current() || state_ == state::open) return false;
  if (how == outcome::unknown) {  // a probe that says nothing makes room for another
    if (state_ == state::half_open && begun_ > good_) --begun_;
    return false;
  }
  const bool failed = how == outcome::failed;
  if (state_ == state::half_open) {
    if (failed) {
      open_for_ = std::min(open_for_ * 2, options_.open_at_most);
      return open(now);
    }
    if (++good_ >= options_.probes) close();
    return false;
  }
  const auto window = std::clamp(options_.window, 1u, 64u);
  recent_ = (recent_ << 1 | (failed ? 1 : 0)) & (window == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << window) - 1);
  count_ = std::min(count_ + 1, window);
  spotless_.store(recent_ == 0 && count_ == window, std::memory_order_release);
  if (count_ < options_.least || std::popcount(recent_) < options_.failures * count_) return false;
  return open(now);
}

bool circuit_breaker::open(time_point now) {
  begin_phase(state::open);
  until_ = now + open_for_;
  return true;
}

void circuit_breaker::close() {
  begin_phase(state::closed);
  open_for_ = options_.open;
}

/// Everything that was counted belongs to the phase before.
void circuit_breaker::begin_phase(state s) {
  state_ = s;
  phase_.fetch_add(1, std::memory_order_acq_rel);
  spotless_ = false;
  recent_ = 0;
  count_ = begun_ = good_ = 0;
}

std::string_view to_string(circuit_breaker::state s) noexcept {
  switch (s) {
    case circuit_breaker::state::closed: return "closed";
    case circuit_breaker::state::open: return "open";
    case circuit_breaker::state::half_open: return "half_open";
  }
  return "?";
}

}  // namespace agents
