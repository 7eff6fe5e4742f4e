// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "libagents/contract/fields.hpp"
#include "libagents/core/clock.hpp"
#include "libagents/core/expected.hpp"
#include "libagents/core/ids.hpp"
#include "libagents/core/random.hpp"
#include "libagents/core/value.hpp"

namespace agents {

/// One request to a module, as its handler sees it.
struct request {
  call_id id{};
  run_id run{};
  std::string step;           ///< the step of the plan, or "" for requests outside a run
  std::uint32_t attempt = 0;  ///< 1 for the first of a step; 0 for requests between modules and for verifiers
  std::string capability;     ///< "text.retrieve@1"
  shared_value input;
  time_point deadline = never;
  std::string critique;          ///< why the previous attempt was refused; "" for the first
  shared_value previous;         ///< the refused output of the previous attempt; may be null
  std::int64_t micro_money = 0;  ///< reserved for this attempt, in millionths
  std::int64_t tokens = 0;       ///< reserved for this attempt
  bool metered = false;          ///< the run has a budget: more than was reserved must not be spent
};

using shared_request = std::shared_ptr<const request>;

/// What the runtime does for a running handler. Implemented by the runtime and by `testing` doubles; module authors use
/// `call`.
class call_backend {
 public:
  using continuation = std::function<void(expected<shared_value>)>;

  virtual ~call_backend() = default;
  [[nodiscard]] virtual const request& current() const = 0;
  [[nodiscard]] virtual time_point now() const = 0;
  [[nodiscard]] virtual bool cancelled() const = 0;
  /// Sends a request. Either answers at once (the return value), or later calls `done`, once, in the handler's own
  /// thread of control; never after the handler was cancelled.
  virtual std::optional<expected<shared_value>> ask(std::string_view capability, shared_value input, duration timeout,
                                                    continuation done) = 0;
  /// Calls `done` with null after `d`, or with the error `cancelled` never: a cancelled sleeper is destroyed.
  virtual void sleep(duration d, continuation done) = 0;
  virtual void emit(value chunk) = 0;
  virtual void progress(std::string text) = 0;
  virtual void charge(std::int64_t micro_money, std::int64_t tokens) = 0;
  [[nodiscard]] virtual random& randomness() = 0;
  virtual void save_state() = 0;
};

/// A handler's view of the request it is answering.
///
/// Owner: the runtime; valid until the handler returns or its coroutine ends. Callers: the handler only.
class call {
 public:
  explicit call(call_backend& backend) : backend_(backend) {}
  call(const call&) = delete;
  call& operator=(const call&) = delete;

  [[nodiscard]] const agents::request& request() const { return backend_.current(); }
  [[nodiscard]] time_point now() const { return backend_.now(); }
  [[nodiscard]] time_point deadline() const { return request().deadline; }
  /// Time until the deadline; zero when it has passed.
  [[nodiscard]] duration remaining() const { return std::max(duration::zero(), deadline() - now()); }
  /// True once the caller has given up. A long plain handler asks now and then and returns early; a suspended coroutine
  /// is destroyed by the runtime and need not ask.
  [[nodiscard]] bool cancelled() const { return backend_.cancelled(); }
  /// Why the previous attempt of the same step was refused; "" for the first attempt.
  [[nodiscard]] const std::string& critique() const { return request().critique; }
  /// The same for every attempt of one step of one run: lets an effect be done once.
  [[nodiscard]] std::string idempotency_key() const { return request().run.to_string() + "/" + request().step; }

  /// Streams a part of the output to whoever watches the step.
  template <class T>
  void emit(const T& chunk) {
    backend_.emit(agents::to_value(chunk));
  }
  /// Says what the module is doing, for the progress tree.
  void progress(std::string text) { backend_.progress(std::move(text)); }
  /// Reports the real cost so far (sums up); without it the manifest's estimate is charged.
  void charge(std::int64_t micro_money, std::int64_t tokens) { backend_.charge(micro_money, tokens); }
  [[nodiscard]] random& randomness() { return backend_.randomness(); }
  /// Saves the module's state now (`module::keeps_state`); nothing happens in a module that keeps none.
  void save_state() { backend_.save_state(); }

  template <class Out>
  class [[nodiscard]] reply;
  class [[nodiscard]] pause;

  /// Asks another capability: `auto hits = co_await c.ask<passages>("text.retrieve@1", query{…});` gives
  /// `expected<passages>`. Routed, retried by nobody, ended by `timeout` or by this call's own deadline, whichever is
  /// earlier.
  template <class Out, class In>
  reply<Out> ask(std::string_view capability, const In& input, duration timeout = duration::max());

  /// `co_await c.sleep(200ms)`
  pause sleep(duration d);

 private:
  call_backend& backend_;
};

template <class Out>
class [[nodiscard]] call::reply {
 public:
  reply(call_backend& backend, std::string_view capability, shared_value input, duration timeout)
      : backend_(backend), capability_(capability), input_(std::move(input)), timeout_(timeout) {}

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> waiting) {
    result_ = backend_.ask(capability_, std::move(input_), timeout_, [this, waiting](expected<shared_value> r) {
      result_ = std::move(r);
      waiting.resume();
    });
    return !result_;
  }
  expected<Out> await_resume() {
    if (!*result_) return result_->propagate();
    if constexpr (std::is_same_v<Out, value>)
      return value{***result_};
    else
      return from_value<Out>(***result_);
  }

 private:
  call_backend& backend_;
  std::string capability_;
  shared_value input_;
  duration timeout_;
  std::optional<expected<shared_value>> result_;
};

class [[nodiscard]] call::pause {
 public:
  pause(call_backend& backend, duration d) : backend_(backend), duration_(d) {}
  [[nodiscard]] bool await_ready() const noexcept { return duration_ <= duration::zero(); }
  void await_suspend(std::coroutine_handle<> waiting) {
    backend_.sleep(duration_, [waiting](const expected<shared_value>&) { waiting.resume(); });
  }
  void await_resume() const noexcept {}

 private:
  call_backend& backend_;
  duration duration_;
};

template <class Out, class In>
call::reply<Out> call::ask(std::string_view capability, const In& input, duration timeout) {
  return reply<Out>{backend_, capability, share(agents::to_value(input)), timeout};
}

inline call::pause call::sleep(duration d) { return pause{backend_, d}; }

}  // namespace agents
