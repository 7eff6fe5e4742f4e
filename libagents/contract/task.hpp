// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

#include "libagents/core/expected.hpp"

namespace agents {

/// The coroutine type of a module's handler: `task<answer> handle(question q, call& c) { … co_return answer{…}; }`.
///
/// `co_return` takes a `T` or an `unexpected`. Awaiting a task gives its `expected<T>`. An exception that leaves the
/// coroutine crashes the module, like one that leaves a plain handler. Take parameters by value (except `call&`, which
/// outlives the coroutine): the caller's objects may be gone after the first `co_await`.
///
/// Lazy: runs when it is awaited or resumed. Destroying a suspended task destroys everything it holds, in order: that
/// is how cancellation stops it. Not thread-safe; lives in one actor.
template <class T>
class [[nodiscard]] task {
 public:
  struct promise_type;
  using handle = std::coroutine_handle<promise_type>;

  struct promise_type {
    std::coroutine_handle<> continuation = {};
    std::optional<expected<T>> result = {};
    std::exception_ptr failure = {};

    task get_return_object() { return task{handle::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    auto final_suspend() noexcept { return final_awaiter{}; }
    template <class U>
    void return_value(U&& v) {
      result.emplace(std::forward<U>(v));
    }
    void unhandled_exception() noexcept { failure = std::current_exception(); }
  };

  task(task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  task& operator=(task&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~task() {
    if (handle_) handle_.destroy();
  }

  /// Runs until the first suspension or the end. For the owner of a top-level task.
  void resume() { handle_.resume(); }
  [[nodiscard]] bool done() const { return handle_.done(); }
  /// The result of a finished task; rethrows what left it.
  [[nodiscard]] expected<T> take() {
    auto& promise = handle_.promise();
    if (promise.failure) std::rethrow_exception(promise.failure);
    return std::move(*promise.result);
  }

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) noexcept {
    handle_.promise().continuation = awaiting;
    return handle_;
  }
  expected<T> await_resume() { return take(); }

 private:
  struct final_awaiter {
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(handle finished) const noexcept {
      const auto next = finished.promise().continuation;
      return next ? next : std::noop_coroutine();
    }
    void await_resume() const noexcept {}
  };

  explicit task(handle h) : handle_(h) {}

  handle handle_;
};

}  // namespace agents
