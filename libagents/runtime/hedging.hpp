// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "libagents/registry/latency_quantile.hpp"
#include "libagents/runtime/hedge_options.hpp"
#include "libagents/runtime/replica.hpp"

namespace agents {

/// Hedged requests of one capability of one module: what takes longer than nearly all requests do is sent to another
/// replica too; the first good answer counts, the other request is cancelled. For the caller there is one request and
/// one answer.
///
/// Source: Dean, Barroso, "The tail at scale", CACM 2013; the limit on hedges is that of gRPC's throttling.
/// Callers: any thread.
class hedger : public std::enable_shared_from_this<hedger> {
 public:
  /// `among`: the replicas of the module.
  hedger(services& s, hedge_options options, std::vector<std::weak_ptr<replica>> among);
  ~hedger();

  /// Whether requests of a capability may be sent twice: it may be repeated, and it costs nothing.
  [[nodiscard]] static bool suits(const capability_contract& c);

  /// The request has been put into the mailbox of a replica.
  void watch(const shared_call& c, std::shared_ptr<replica> at);
  /// A part of its output has come: it is being handled and is not sent twice any more.
  void streams(pending_call& c);
  /// A request, or its double, has ended. What comes back is to be delivered; nothing: somebody else's answer counts.
  [[nodiscard]] std::optional<reply> settle(reply r);
  /// The caller has gone: cancels the double, if there is one.
  void cancel(const pending_call& c);

 private:
  struct watched {
    time_point due;
    std::weak_ptr<pending_call> what;
    std::weak_ptr<replica> at;
  };
  /// A request and its double, while neither has given an answer that counts.
  struct pair {
    shared_call first;
    shared_call second;
    std::shared_ptr<replica> first_at;
    std::shared_ptr<replica> second_at;
    std::optional<reply> failure;  ///< of the one that has failed
  };
  using shared_pair = std::shared_ptr<pair>;

  void look();
  void arm();
  void drop_settled();
  [[nodiscard]] std::vector<shared_pair> due_pairs();
  [[nodiscard]] shared_pair make_pair(const watched& w, time_point now);
  [[nodiscard]] std::shared_ptr<replica> other_than(const replica& r) const;
  void send_double(const pair& p);
  [[nodiscard]] std::optional<reply> settle_pair(reply r, std::unique_lock<std::mutex> lock);
  [[nodiscard]] event report(const pair& p, bool second_won) const;

  services& services_;
  const hedge_options options_;
  const std::vector<std::weak_ptr<replica>> among_;
  std::mutex mutex_;
  latency_quantile latencies_;
  double allowance_;  ///< hedges that may be sent now
  std::deque<watched> watched_;
  std::unordered_map<const pending_call*, shared_pair> pairs_;  ///< by either of the two
  timer_queue::id timer_ = 0;
  bool armed_ = false;
};

}  // namespace agents
