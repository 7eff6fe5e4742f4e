// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <type_traits>
#include <utility>

#include "libagents/contract/fields.hpp"
#include "libagents/core/expected.hpp"
#include "libagents/core/value.hpp"

namespace agents {

enum class save_time : std::uint8_t {
  after_each_call,  ///< when a handler has ended, before its answer is given: what was answered is never forgotten
  on_request        ///< only when a handler says `call::save_state()`
};

/// How a module's state outlives its crashes: its supervisor keeps what `save` returns and gives it to the next life.
///
/// Callers: `save` in the handler's thread; the others while a life begins, before the first request.
struct module_state {
  std::uint32_t version = 1;  ///< of the format of the saved state, from 1
  std::function<value()> save;
  std::function<expected<void>(value)> restore;
  /// Version → makes of state of this version such of a later one.
  struct migration {
    std::uint32_t to = 0;
    std::function<expected<value>(value)> migrate;
  };
  std::map<std::uint32_t, migration> migrations;
  save_time when = save_time::after_each_call;
};

/// Gives a module the state that was saved as `version`, after the migrations that lead to its own version. Errors: of
/// `restore` and the migrations; `unsupported` when no migration leads there, or the state is of a later version; what
/// they throw is `internal`.
[[nodiscard]] expected<void> restore_state(const module_state& s, std::uint32_t version, value saved);

namespace detail {

template <class F>
struct state_argument : state_argument<decltype(&F::operator())> {};
template <class R, class C, class T>
struct state_argument<R (C::*)(T) const> {
  using type = std::remove_cvref_t<T>;
};
template <class R, class C, class T>
struct state_argument<R (C::*)(T)> : state_argument<R (C::*)(T) const> {};

template <class T>
expected<T> read_state(value v) {
  if constexpr (std::is_same_v<T, value>)
    return v;
  else
    return from_value<T>(v);
}

/// `f(T)` that returns nothing, a value, or `expected` of these, as a function of `value`.
template <class Out, class F>
std::function<expected<Out>(value)> erase_state_function(F f) {
  return [f = std::move(f)](value v) mutable -> expected<Out> {
    using in = typename state_argument<F>::type;
    using result = std::invoke_result_t<F&, in>;
    auto state = read_state<in>(std::move(v));
    if (!state) return state.propagate();
    if constexpr (std::is_void_v<Out>) {
      if constexpr (std::is_void_v<result>)
        return f(std::move(*state)), expected<void>{};
      else
        return f(std::move(*state));
    } else {
      auto out = f(std::move(*state));
      if constexpr (requires { out.propagate(); }) {
        if (!out) return out.propagate();
        return agents::to_value(*out);
      } else {
        return agents::to_value(out);
      }
    }
  };
}

}  // namespace detail
}  // namespace agents
