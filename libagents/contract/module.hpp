// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "libagents/contract/call.hpp"
#include "libagents/contract/manifest.hpp"
#include "libagents/contract/module_state.hpp"
#include "libagents/contract/task.hpp"

namespace agents {

/// A handler with its types erased: runs to its end at once, …
using plain_handler = std::function<expected<value>(const value& input, call&)>;
/// … or as a coroutine that may wait.
using coroutine_handler = std::function<task<value>(shared_value input, call&)>;
using handler = std::variant<plain_handler, coroutine_handler>;

/// What an offered capability says beside its types.
struct offer_options {
  agents::effect effect = effect::idempotent;
  std::string description = {};
  duration timeout = std::chrono::seconds{30};  ///< when the plan sets none
  std::int64_t micro_money = 0;  ///< expected price of one request, in millionths; reserved before it starts
  std::int64_t tokens = 0;       ///< expected tokens of one request
};

namespace detail {

template <class F>
struct signature : signature<decltype(&F::operator())> {};
template <class R, class... Args>
struct signature<R (*)(Args...)> {
  using result = R;
  template <std::size_t I>
  using argument = std::remove_cvref_t<std::tuple_element_t<I, std::tuple<Args...>>>;
  static constexpr std::size_t arity = sizeof...(Args);
};
template <class R, class C, class... Args>
struct signature<R (C::*)(Args...) const> : signature<R (*)(Args...)> {};
template <class R, class C, class... Args>
struct signature<R (C::*)(Args...)> : signature<R (*)(Args...)> {};

template <class T>
struct unwrap {
  using type = T;
  static constexpr bool is_task = false;
};
template <class T>
struct unwrap<expected<T>> : unwrap<T> {};
template <class T>
struct unwrap<task<T>> {
  using type = T;
  static constexpr bool is_task = true;
};

template <class In>
expected<In> read_input(const value& v) {
  if constexpr (std::is_same_v<In, value>)
    return v;
  else
    return from_value<In>(v);
}

template <class In, class F>
auto invoke(F& f, In in, call& c) {
  if constexpr (std::is_invocable_v<F&, In, call&>)
    return f(std::move(in), c);
  else
    return f(std::move(in));
}

template <class T>
expected<value> write_output(const expected<T>& r) {
  if (!r) return r.propagate();
  return agents::to_value(*r);
}

template <class In, class F>
plain_handler erase_plain(F f) {
  return [f = std::move(f)](const value& v, call& c) mutable -> expected<value> {
    auto in = read_input<In>(v);
    if (!in) return in.propagate();
    using result = decltype(invoke<In>(f, std::move(*in), c));
    return write_output(expected<typename unwrap<result>::type>{invoke<In>(f, std::move(*in), c)});
  };
}

template <class In, class F>
coroutine_handler erase_coroutine(F f) {
  return [f = std::move(f)](shared_value v, call& c) mutable -> task<value> {
    auto in = read_input<In>(*v);
    if (!in) co_return in.propagate();
    auto result = co_await invoke<In>(f, std::move(*in), c);
    co_return write_output(result);
  };
}

}  // namespace detail

/// A module: its manifest and its handlers. Built by a factory function, which the runtime calls for every replica and
/// again after every restart, so that each incarnation starts with fresh state (captured by the handlers), or with what
/// it has kept (`keeps_state`):
///
///     agents::module shouter() {
///       return agents::module("shouter", "1.0.0").offers("text.shout@1", [](const line& in) { return
///       line{upper(in.text)}; });
///     }
class module {
 public:
  module(std::string name, std::string version) {
    manifest_.name = std::move(name);
    manifest_.version = std::move(version);
  }

  /// Offers a capability. The handler is a plain function `Out(In)`, `Out(In, call&)`, `expected<Out>(In[, call&])`, or
  /// a coroutine `task<Out>(In[, call&])`; `In` and `Out` declare AGENTS_FIELDS and thereby the contract.
  template <class F>
  module&& offers(std::string capability, F f, offer_options options = {}) && {
    using sig = detail::signature<std::decay_t<F>>;
    static_assert(sig::arity == 1 || sig::arity == 2, "a handler takes its input and, if it likes, a call&");
    using in = typename sig::template argument<0>;
    using out = detail::unwrap<typename sig::result>;
    return std::move(*this).offers_dynamic(std::move(capability), schema_of<in>(), schema_of<typename out::type>(),
                                           erase<in, out::is_task>(std::move(f)), std::move(options));
  }

  /// Offers a capability whose schemas are known only at run time.
  module&& offers_dynamic(std::string capability, value input_schema, value output_schema, handler h,
                          offer_options options = {}) &&;

  module&& described(std::string text) && { return manifest_.description = std::move(text), std::move(*this); }
  module&& by(std::string author) && { return manifest_.author = std::move(author), std::move(*this); }
  /// Where handlers run; see `execution_mode`.
  module&& runs(execution_mode mode) && { return manifest_.mode = mode, std::move(*this); }
  /// How many requests may wait; one more is refused with `overloaded`.
  module&& mailbox(std::uint32_t capacity) && { return manifest_.mailbox_capacity = capacity, std::move(*this); }
  /// How many coroutine requests one replica may have open at once.
  module&& concurrency(std::uint32_t n) && { return manifest_.concurrency = n, std::move(*this); }
  /// Says what it needs beyond computing when it runs in a process of its own; the operator of the node answers.
  module&& needs(grant_request g) && { return manifest_.grants.push_back(std::move(g)), std::move(*this); }

  /// State that outlives crashes: `save()` returns it, `restore(State)` gets it when the next life begins. Both share
  /// what the handlers capture; `State` declares AGENTS_FIELDS, or is a `value`. `restore` may return `expected<void>`.
  /// Each replica has a state of its own; it lives as long as the node. State with which life after life crashes is
  /// dropped. `version` is that of the format, raised with each change that older state does not fit.
  template <class Save, class Restore>
  module&& keeps_state(std::uint32_t version, Save save, Restore restore,
                       save_time when = save_time::after_each_call) && {
    if (!state_) state_.emplace();
    state_->version = version;
    state_->save = [save = std::move(save)]() mutable { return agents::to_value(save()); };
    state_->restore = detail::erase_state_function<void>(std::move(restore));
    state_->when = when;
    return std::move(*this);
  }
  /// Makes of state that an older module saved as version `from` such of version `to`: `New(Old)`, or
  /// `expected<New>(Old)`. Several are applied one after another.
  template <class Migrate>
  module&& migrates_state(std::uint32_t from, std::uint32_t to, Migrate migrate) && {
    if (!state_) state_.emplace();
    state_->migrations[from] = {to, detail::erase_state_function<value>(std::move(migrate))};
    return std::move(*this);
  }

  [[nodiscard]] const agents::manifest& manifest() const { return manifest_; }
  /// Null: the module keeps no state.
  [[nodiscard]] const module_state* state() const { return state_ && state_->save ? &*state_ : nullptr; }
  [[nodiscard]] const std::vector<handler>& handlers() const { return handlers_; }  ///< in the manifest's order

 private:
  template <class In, bool IsTask, class F>
  static handler erase(F f) {
    if constexpr (IsTask)
      return detail::erase_coroutine<In>(std::move(f));
    else
      return detail::erase_plain<In>(std::move(f));
  }

  agents::manifest manifest_;
  std::vector<handler> handlers_;
  std::optional<module_state> state_;
};

using module_factory = std::function<module()>;

}  // namespace agents
