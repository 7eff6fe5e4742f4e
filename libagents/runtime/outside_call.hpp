// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "libagents/runtime/replica.hpp"

namespace agents {

/// One request from outside the actors: routed once, not retried. `done` is called once, at the latest at the deadline,
/// in any thread; it must be short.
///
/// It keeps itself alive until it has ended; afterwards it knows nothing of the node any more, and may outlive it.
/// Callers: any thread.
class outside_call final : public reply_port, public std::enable_shared_from_this<outside_call> {
 public:
  using on_answer = std::function<void(expected<shared_value>)>;

  /// `timeout` zero: that of the contract. When nobody can be asked, `done` is called before this returns.
  static std::shared_ptr<outside_call> begin(services& s, std::string_view capability, value input, duration timeout,
                                             on_answer done);
  /// The same for a caller who waits, and so needs no timer. `meanwhile` makes actors run where nothing else does; then
  /// no time passes, and what has not been answered after it is not going to be.
  static expected<shared_value> ask(services& s, std::string_view capability, value input, duration timeout,
                                    const std::function<void()>& meanwhile);
  outside_call(services& s, on_answer done) : services_(s) { parts_.done = std::move(done); }

  /// Nobody waits any more: the handler is told, and `done` gets `cancelled` unless it was called.
  void cancel();

  void deliver(reply r) override;
  void deliver_chunk(const shared_call&, value) override {}

 private:
  enum class deadline_by : std::uint8_t { timer, caller };

  static std::shared_ptr<outside_call> begin(services& s, std::string_view capability, value input, duration timeout,
                                             on_answer done, deadline_by who);
  /// What it has while it is open.
  struct open_parts {
    on_answer done;
    std::shared_ptr<outside_call> self;  ///< null: it has ended
    shared_call call;
    std::shared_ptr<replica> at;
    timer_queue::id timer = 0;
  };

  void send(const routing_decision& d, request what, deadline_by who);
  void give_up_at(time_point deadline);
  void give_up_late();
  void give_up(errc code, const std::string& why);
  [[nodiscard]] open_parts take_parts();
  void end(open_parts parts, expected<shared_value> r);

  services& services_;
  std::mutex mutex_;
  open_parts parts_;
};

}  // namespace agents
