// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "cluster/transport/served_state_impl.hpp"
#include "libagents/contract/call.hpp"
#include "libagents/contract/task.hpp"

namespace agents {

/// When sleeping coroutines are to go on.
using wake_ups = std::multimap<time_point, std::pair<std::int64_t, std::uint64_t>>;  // → call, ticket

/// A call that is being handled in a worker process: what its handler sees as `call`, and the coroutine if it is one.
///
/// Owner: the serving loop. Callers: the handling thread.
class served_call final : public call_backend {
 public:
  served_call(worker_connection& c, served_state& state, const clock& time, random& r, wake_ups& sleepers,
              std::int64_t id, request what)
      : connection_(c),
        state_(state),
        clock_(time),
        random_(r),
        sleepers_(sleepers),
        id_(id),
        request_(std::move(what)),
        view_(*this) {}
  ~served_call() override;

  [[nodiscard]] const request& current() const override { return request_; }
  [[nodiscard]] time_point now() const override { return clock_.now(); }
  [[nodiscard]] bool cancelled() const override { return connection_.is_stopped(); }
  std::optional<expected<shared_value>> ask(std::string_view capability, shared_value input, duration timeout,
                                            continuation done) override;
  void sleep(duration d, continuation done) override;
  /// Waits for credit, until the deadline or a cancellation.
  void emit(value chunk) override;
  void progress(std::string text) override;
  void charge(std::int64_t micro_money, std::int64_t tokens) override;
  [[nodiscard]] random& randomness() override { return random_; }
  void save_state() override { state_.save(); }

  /// Continues the coroutine that waits for this ask; false when it does not wait any more.
  bool resume_ask(std::int64_t ask, expected<shared_value> r);
  bool resume_sleep(std::uint64_t ticket);
  [[nodiscard]] bool waits_for_ask(std::int64_t ask) const { return asks_.contains(ask); }
  [[nodiscard]] std::int64_t id() const { return id_; }
  /// A part of the output could not be sent before the deadline.
  [[nodiscard]] bool is_incomplete() const { return incomplete_; }
  /// What the handler has charged, if it has.
  [[nodiscard]] const std::optional<wire::amount>& charged() const { return charged_; }
  [[nodiscard]] call& view() { return view_; }
  std::optional<task<value>> coroutine;

 private:
  worker_connection& connection_;
  served_state& state_;
  const clock& clock_;
  random& random_;
  wake_ups& sleepers_;
  std::int64_t id_;
  request request_;
  call view_;
  std::map<std::int64_t, continuation> asks_;
  std::map<std::uint64_t, continuation> sleeps_;
  std::uint64_t last_ticket_ = 0;
  bool incomplete_ = false;
  std::optional<wire::amount> charged_;
};

}  // namespace agents
