// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>

#include "cluster/transport/curve_identity_impl.hpp"
#include "cluster/transport/dealer_impl.hpp"
#include "libagents/core/clock.hpp"
#include "libagents/core/random.hpp"
#include "libagents/wire/codec.hpp"
#include "libagents/wire/worker_session.hpp"

namespace agents {

/// A worker's socket and session, and the thread that keeps them alive while a handler computes.
///
/// The handling thread reads the socket itself, so that a call costs no change of threads. Only while it is busy does
/// the second thread read, every now and then: whoever holds the mutex owns socket and session.
class worker_connection {
 public:
  /// `keys`: those of a connection over TCP; none: no encryption.
  worker_connection(const clock& c, random& r, const std::string& endpoint, const std::optional<curve_identity>& keys,
                    wire::worker_session_settings settings);
  worker_connection(const worker_connection&) = delete;
  worker_connection& operator=(const worker_connection&) = delete;
  ~worker_connection();

  /// The next order, once there is one; none when `until` has come. The handling thread only.
  [[nodiscard]] std::optional<wire::worker_order> next(time_point until);
  /// Input to the session; what it sends leaves at once.
  template <class F>
  auto input(F f) {
    const std::lock_guard lock{mutex_};
    wire::worker_output out;
    if constexpr (std::is_void_v<decltype(f(session_, clock_.now(), out))>) {
      f(session_, clock_.now(), out);
      pass_on(out);
    } else {
      auto result = f(session_, clock_.now(), out);
      pass_on(out);
      return result;
    }
  }
  /// Sends a part of the output of the call that is being handled; waits for credit at most until then. False: none
  /// came.
  [[nodiscard]] bool emit(std::int64_t call, wire::packed& part, time_point until);
  /// The handler of this call runs now: the second thread listens, and `is_stopped` speaks of this call.
  void begin_work(std::int64_t call) {
    const std::lock_guard lock{mutex_};
    busy_with_.store(call);
    stopped_.store(session_.is_stopped(call));
  }
  void end_work() { busy_with_.store(0); }
  /// The handshake has failed because of a key. The handling thread, when the session is over.
  [[nodiscard]] bool was_refused_by_key() { return dealer_->was_refused_by_key(); }
  /// The node asked for an early end of the call that is being handled, or the session is over.
  [[nodiscard]] bool is_stopped() const { return stopped_.load(); }

 private:
  void receive_waiting();
  void receive_all();
  void wait_for_message(time_point until);
  void pass_on(wire::worker_output& out);
  void note_stops(const wire::worker_order& o);
  void keep_alive();

  const clock& clock_;
  std::unique_ptr<dealer> dealer_;
  std::mutex mutex_;           ///< of dealer_, session_, orders_
  wire::worker_output first_;  ///< what the session says when it begins
  wire::worker_session session_;
  std::deque<wire::worker_order> orders_;
  std::atomic<std::int64_t> busy_with_{0};
  std::atomic<bool> stopped_{false};
  std::mutex ending_mutex_;
  std::condition_variable ending_changed_;
  bool ending_ = false;  ///< guarded by ending_mutex_
  std::thread keeper_;
};

}  // namespace agents
