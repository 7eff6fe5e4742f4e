// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cluster/transport/stream_dealer_impl.hpp"
#include "cluster/transport/worker_connection_impl.hpp"
#include "cluster/transport/zmq_dealer_impl.hpp"

namespace agents {
namespace {

/// How often the second thread listens while a handler computes: cancellations are late by so much.
constexpr std::chrono::milliseconds keep_alive_interval{100};

std::unique_ptr<dealer> make_dealer(const clock& c, const std::string& endpoint,
                                    const std::optional<curve_identity>& keys) {
  if (endpoint.starts_with("ipc://")) return std::make_unique<stream_dealer>(c);
  return std::make_unique<zmq_dealer>(keys);
}

}  // namespace

worker_connection::worker_connection(const clock& c, random& r, const std::string& endpoint,
                                     const std::optional<curve_identity>& keys, wire::worker_session_settings settings)
    : clock_(c), dealer_(make_dealer(c, endpoint, keys)), session_(std::move(settings), r, c.now(), first_) {
  if (dealer_->connect(endpoint))
    pass_on(first_);
  else
    orders_.emplace_back(wire::order::quit{errc::bad_input, "AGENTS_ENDPOINT is neither ipc:// nor tcp://"});
  keeper_ = std::thread{[this] { keep_alive(); }};
}

worker_connection::~worker_connection() {
  {
    const std::lock_guard lock{ending_mutex_};
    ending_ = true;
  }
  ending_changed_.notify_one();
  keeper_.join();
}

std::optional<wire::worker_order> worker_connection::next(time_point until) {
  const std::lock_guard lock{mutex_};
  while (orders_.empty()) {
    receive_waiting();
    if (!orders_.empty()) break;
    if (clock_.now() >= until) return std::nullopt;
    wait_for_message(until);
  }
  auto o = std::move(orders_.front());
  orders_.pop_front();
  return o;
}

bool worker_connection::emit(std::int64_t call, wire::packed& part, time_point until) {
  const std::lock_guard lock{mutex_};
  for (;;) {
    wire::worker_output out;
    const bool done = session_.emit(call, part, clock_.now(), out);
    pass_on(out);
    if (done) return true;
    if (clock_.now() >= until) return false;
    const auto known = orders_.size();
    receive_waiting();
    if (orders_.size() == known) wait_for_message(until);
  }
}

/// Takes what has arrived, and says what the time demands. In this order: whoever was suspended must read before it may
/// call the node silent.
void worker_connection::receive_waiting() {
  receive_all();
  wire::worker_output out;
  session_.on_tick(clock_.now(), out);
  const bool speaks = !out.send.empty();
  pass_on(out);
  if (speaks) receive_all();  // sending may have taken the sign for which `wait_for_message` waits
}

void worker_connection::receive_all() {
  wire::worker_output out;
  while (auto f = dealer_->receive()) {
    auto e = wire::decode(std::move(*f));
    if (e)
      session_.on_envelope(std::move(*e), clock_.now(), out);
    else
      session_.on_damage(e.error(), clock_.now(), out);
    pass_on(out);
  }
}

/// Only after `receive_waiting`, and with nothing sent in between: see `dealer::wait`.
void worker_connection::wait_for_message(time_point until) {
  const auto wait = std::min(until, session_.next_tick()) - clock_.now();
  const auto longest = std::chrono::seconds{1};
  dealer_->wait(std::clamp<duration>(wait, duration::zero(), longest));
}

void worker_connection::pass_on(wire::worker_output& out) {
  for (auto& e : out.send)
    if (auto f = wire::encode(std::move(e))) dealer_->send(std::move(*f));  // what is too large the session refused
  for (auto& o : out.orders) {
    note_stops(o);
    orders_.push_back(std::move(o));
  }
  out = {};
}

void worker_connection::note_stops(const wire::worker_order& o) {
  const auto* stop = std::get_if<wire::order::stop>(&o);
  const bool over = std::holds_alternative<wire::order::quit>(o) || std::holds_alternative<wire::order::begin_anew>(o);
  if (over || (stop && stop->id == busy_with_.load())) stopped_.store(true);
}

void worker_connection::keep_alive() {
  std::unique_lock ending{ending_mutex_};
  while (!ending_changed_.wait_for(ending, keep_alive_interval, [this] { return ending_; })) {
    if (busy_with_.load() == 0) continue;  // the handling thread listens itself
    ending.unlock();
    {
      const std::lock_guard lock{mutex_};
      if (busy_with_.load() != 0) receive_waiting();
    }
    ending.lock();
  }
}

}  // namespace agents
