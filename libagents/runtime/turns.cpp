// SPDX-License-Identifier: Apache-2.0
#include "libagents/runtime/turns.hpp"

#include <exception>
#include <utility>

#include "libagents/core/exception_text.hpp"
#include "libagents/core/short_slices.hpp"

namespace agents {
namespace {

/// Turns taken in one thread by handing over, before the next one goes through the scheduler's queue: others wait
/// there.
constexpr int max_handed_over = 50;

enum class accepted : std::uint8_t { nothing, brief, anything };

/// What this thread does when the turn that it is taking is over.
thread_local struct {
  accepted accepts = accepted::nothing;
  bool prepared = false;
  std::shared_ptr<turns> next;
} this_thread;

}  // namespace

void release_next_turn() {
  if (const auto next = std::exchange(this_thread.next, nullptr)) next->post_();
}

take_next_here::take_next_here() : opened_(this_thread.accepts == accepted::nothing) {
  if (opened_) this_thread.accepts = accepted::brief;
}

take_next_here::~take_next_here() {
  if (!opened_) return;
  for (int i = 0; i < max_handed_over && this_thread.next; ++i) turns::visit(std::exchange(this_thread.next, nullptr));
  release_next_turn();
  this_thread.accepts = accepted::nothing;
}

turns::turns(std::unique_ptr<actor_body> body, bool own_thread, std::shared_ptr<visitors> of_host)
    : body_(std::move(body)), own_thread_(own_thread), brief_(body_->is_brief()), visitors_(std::move(of_host)) {}

void turns::wake() {
  if (claim()) post_();
}

void turns::wake_next() {
  if (!claim()) return;
  const bool here = this_thread.accepts == accepted::anything || (this_thread.accepts == accepted::brief && brief_);
  if (own_thread_ || !here || this_thread.next) return post_();
  this_thread.next = shared_from_this();
}

void turns::run() {
  if (!own_thread_ && !std::exchange(this_thread.prepared, true)) prefer_short_slices();
  this_thread.accepts = own_thread_ ? accepted::nothing : accepted::anything;
  take();
  for (int i = 0; i < max_handed_over && this_thread.next; ++i) std::exchange(this_thread.next, nullptr)->take();
  release_next_turn();
  this_thread.accepts = accepted::nothing;
}

/// The turn was claimed, so the host is still there when the visit begins.
void turns::visit(std::shared_ptr<turns> t) {
  const auto host = t->visitors_;
  host->enter();
  t->take();
  t.reset();  // it may hold the last reference to what is the host's
  host->leave();
}

void turns::end() {
  state_.store(state::ended, std::memory_order_release);
  body_.reset();
}

/// True when the caller must see to it that a turn is taken.
bool turns::claim() {
  auto now = state_.load(std::memory_order_acquire);
  while (now == state::idle || now == state::running) {
    const auto then = now == state::idle ? state::due : state::again;
    if (state_.compare_exchange_weak(now, then, std::memory_order_acq_rel)) return then == state::due;
  }
  return false;
}

void turns::take() {
  state_.exchange(state::running, std::memory_order_acq_rel);
  const auto result = turn();
  if (result == actor_body::turn_result::stopped || result == actor_body::turn_result::crashed) {
    exit_.normal = result == actor_body::turn_result::stopped;
    state_.store(state::over, std::memory_order_release);
    return post_();
  }
  auto expected = state::running;
  if (result == actor_body::turn_result::idle &&
      state_.compare_exchange_strong(expected, state::idle, std::memory_order_acq_rel))
    return;
  state_.store(state::due, std::memory_order_release);
  post_();
}

actor_body::turn_result turns::turn() {
  try {
    const auto result = body_->turn();
    if (result == actor_body::turn_result::crashed) exit_.reason = body_->reason();
    return result;
  } catch (...) {
    exit_.reason = text_of(std::current_exception());
  }
  return actor_body::turn_result::crashed;
}

}  // namespace agents
