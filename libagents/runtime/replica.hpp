// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <variant>
#include <vector>

#include "libagents/contract/call.hpp"
#include "libagents/core/event.hpp"
#include "libagents/registry/registry.hpp"
#include "libagents/routing/router.hpp"
#include "libagents/runtime/kept_state.hpp"
#include "libagents/runtime/mailbox.hpp"
#include "libagents/runtime/timer_queue.hpp"

namespace agents {

class hedger;
struct pending_call;
using shared_call = std::shared_ptr<pending_call>;

/// The end of a request: exactly one per request that a replica accepted.
struct reply {
  shared_call to;
  errc outcome = errc::none;
  std::string text;
  shared_value output;
  duration queueing{};
  duration handling{};
  std::int64_t micro_money = 0;
  std::int64_t tokens = 0;
};

/// Where replies go. Callers: any thread; returns at once.
class reply_port {
 public:
  virtual ~reply_port() = default;
  virtual void deliver(reply r) = 0;
  /// A streamed part of the output.
  virtual void deliver_chunk(const shared_call& from, value chunk) = 0;
};

/// A request on its way: shared by the caller, who may cancel it, and the replica that handles it.
struct pending_call {
  request what;
  shared_offer offer;  ///< the contract it was routed by
  std::weak_ptr<reply_port> reply_to;
  time_point sent{};
  circuit_breaker::phase circuit{};  ///< of the offer's circuit when it was sent
  std::atomic<bool> cancelled{false};
  std::shared_ptr<hedger> hedged_by;  ///< null: it is sent to one replica only. What follows is the hedger's
  bool settled = false;               ///< an answer counts, its own or that of its double
  bool streaming = false;
};

/// What every actor of a node may use. Owned by the node; outlives all actors.
struct services {
  const agents::clock& clock;
  agents::random& random;
  agents::registry& registry;
  timer_queue& timers;
  event_sink& events;
  routing_policy policy = routing_policy::reliability;
  std::atomic<std::uint64_t> last_call{0};

  void publish(event e) {
    e.at = clock.now();
    events.on_event(e);
  }
};

/// A module's place in the node: its mailbox and its name outlive the actors that serve it. When an actor crashes, the
/// requests it had begun fail; those still waiting are served by the next incarnation.
///
/// Callers: any thread, unless said otherwise.
class replica final : public replica_handle, public reply_port, public std::enable_shared_from_this<replica> {
 public:
  /// Messages of the replica's own actor: answers to what its coroutines asked, timers, cancellations.
  struct resumption {
    call_id waiting;           ///< the open call whose coroutine waits
    std::uint64_t ticket = 0;  ///< which of its waits
    expected<shared_value> result;
  };
  struct cancellation {
    call_id what;
  };
  using signal = std::variant<reply, resumption, cancellation>;

  replica(std::string name, std::uint32_t capacity) : name_(std::move(name)), requests_(capacity), signals_(unbounded) {
    this->capacity = capacity;
  }

  /// Puts a request into the mailbox. False when it is full or the replica is down: nothing happened.
  [[nodiscard]] bool submit(shared_call c);
  /// Tells the handler, and frees what waits. The reply still comes (`cancelled`, or what was already under way).
  void cancel(const shared_call& c);
  /// So many may wait. Before the first request.
  void set_capacity(std::uint32_t n) {
    capacity = n;
    requests_.set_capacity(n);
  }
  /// Before an actor serves it: it takes requests (again).
  void begin_life();
  /// How many lives it has had.
  [[nodiscard]] std::uint64_t lives() const { return lives_.load(); }
  /// Asks the actor to end when it has nothing open. What waits is left to the next life, or to `close`.
  void stop();
  /// Refuses what comes, until the next life. What is returned answers what waits with this error.
  [[nodiscard]] std::function<void()> shut(services& s, errc code, std::string why);
  void close(services& s, errc code, std::string why) { shut(s, code, std::move(why))(); }
  /// Another version of the module takes over: what waits goes to its replicas at once, also beyond the bounds of their
  /// mailboxes, for it has been accepted; and so does what comes, within them. What has been begun goes on here.
  void retire(services& s, std::vector<shared_offer> heirs);
  /// It takes requests itself again.
  void reinstate();
  /// Passes a request on to the heirs. False when there are none, or their mailboxes are full.
  [[nodiscard]] bool pass_on(const shared_call& c) const;
  /// Requests wait in the mailbox, whoever lives, until it is let go: nobody is to serve before others are ready.
  void hold() { held_.store(true, std::memory_order_release); }
  void let_go();
  [[nodiscard]] bool is_held() const { return held_.load(std::memory_order_acquire); }
  /// It can be reached again after a hang, unless it is retired.
  void come_up();
  /// Drops the messages of an actor that is not coming back. A call knows its offer and the offer its replicas, so a
  /// message left in a mailbox would keep all of them in memory.
  void forget_signals();

  void deliver(reply r) override;
  void deliver_chunk(const shared_call&, value) override {}
  void resume(resumption r);

  /// Requests of this capability (its number in the manifest) are watched by `h`. Before the first request.
  void hedge(std::size_t capability, std::shared_ptr<hedger> h);
  [[nodiscard]] std::shared_ptr<hedger> hedger_of(std::size_t capability) const;

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] bool stopping() const { return stopping_.load(); }
  /// What its module saved for its next life.
  [[nodiscard]] kept_state& kept() { return kept_; }

 private:
  friend class worker;
  friend class remote_worker;
  friend class supervised_replica;
  friend class supervised_process;
  friend class supervised_remote;

  /// Its actor has taken a request out of the mailbox: whoever looks finds it in one of the two numbers.
  void takes_one() {
    in_flight.fetch_add(1, std::memory_order_relaxed);
    waiting.fetch_sub(1, std::memory_order_release);
  }
  [[nodiscard]] std::vector<shared_offer> heirs() const;
  [[nodiscard]] std::shared_ptr<replica> heir_for(const pending_call& c) const;
  [[nodiscard]] bool adopt(shared_call c);

  static constexpr std::size_t unbounded = static_cast<std::size_t>(-1);  // at most a few per open call

  std::string name_;
  mailbox<shared_call> requests_;
  mailbox<signal> signals_;
  waker waker_;
  kept_state kept_;
  std::vector<std::shared_ptr<hedger>> hedgers_;  ///< by the capability's number
  std::atomic<bool> stopping_{false};
  std::atomic<bool> held_{false};
  std::atomic<std::uint64_t> lives_{0};
  mutable std::mutex heirs_mutex_;
  std::vector<shared_offer> heirs_;      ///< not empty: it is retired
  std::atomic<std::uint32_t> stuck_{0};  ///< threads of former lives that have not come back
};

/// Ends a request: the measured latency, the event if no orchestrator writes one, the reply.
void answer(services& s, reply r);
/// The last part of it: tells the caller, and the observers if no orchestrator does.
void deliver_answer(services& s, reply r);
/// Passes a part of the output on to the caller.
void deliver_part(const shared_call& of, value part);

/// Where a request would go now.
[[nodiscard]] routing_decision route_call(services& s, routing_request q);
/// The request for a decision that found a route, with a fresh id and the contract's reservation. `what.deadline` must
/// be set.
[[nodiscard]] shared_call make_call(services& s, request what, const routing_decision& d,
                                    std::weak_ptr<reply_port> reply_to);
/// Puts it into the mailbox of the chosen replica. False when that has filled up or gone down meanwhile, or when what
/// waits there would, by the module's latency, take longer than the request may: `overloaded`.
[[nodiscard]] bool send_call(const routing_decision& d, const shared_call& c);

}  // namespace agents
