// SPDX-License-Identifier: Apache-2.0
#include "cluster/control/control_client.hpp"

#include <zmq.h>

#include <algorithm>
#include <utility>

#include "cluster/transport/zmq_socket_impl.hpp"

namespace agents::control {
namespace {

constexpr duration silence = std::chrono::seconds{5};
constexpr duration look_every = std::chrono::milliseconds{100};
constexpr int farewell_ms = 200;

}  // namespace

class client::connection {
 public:
  connection(const std::string& endpoint, stop_condition stop) : stop_(std::move(stop)), socket_(context_, ZMQ_DEALER) {
    socket_.set_long(ZMQ_MAXMSGSIZE, static_cast<std::int64_t>(max_reply_bytes));
    connected_ = zmq_connect(socket_.get(), endpoint.c_str()) == 0;
  }
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;
  ~connection() {
    if (!open_) return;
    socket_.set(ZMQ_LINGER, farewell_ms);
    send("cancel", object{{"id", id_}});
  }

  void send(const std::string& command, value arguments) {
    const auto id = ++last_id_;
    if (command != "cancel") {
      id_ = id;
      open_ = true;
    }
    heard_ = clock_.now();
    if (connected_) (void)socket_.send({encode(request{id, command, std::move(arguments)})});  // silence would tell
  }

  /// The next reply to what is open; nothing when `until` has come.
  expected<std::optional<reply>> receive(time_point until) {
    for (;;) {
      if (auto r = take(); !r || *r) return r;
      const auto now = clock_.now();
      if (stop_ && stop_()) return unexpected{errc::cancelled, "interrupted"};
      if (!connected_ || now - heard_ >= silence) {
        open_ = false;
        return unexpected{errc::node_down, "the node does not answer; is it stopped, or busy with ending?"};
      }
      if (now >= until) return std::optional<reply>{};
      wait(std::min({until - now, silence - (now - heard_), look_every}));
    }
  }

 private:
  expected<std::optional<reply>> take() {
    while (auto f = socket_.receive(1)) {
      heard_ = clock_.now();
      auto r = decode_reply(f->front());
      if (!r) return r.propagate();
      if (r->id != id_ || r->what == reply::kind::working) continue;
      if (r->what != reply::kind::item) open_ = false;
      return std::optional<reply>{std::move(*r)};
    }
    return std::optional<reply>{};
  }

  void wait(duration at_most) {
    zmq_pollitem_t item{socket_.get(), 0, ZMQ_POLLIN, 0};
    zmq_poll(&item, 1, static_cast<long>(std::chrono::ceil<std::chrono::milliseconds>(at_most).count()));
  }

  stop_condition stop_;
  system_clock clock_;
  zmq_context context_;
  zmq_socket socket_;
  bool connected_ = false;
  bool open_ = false;
  std::int64_t id_ = 0;
  std::int64_t last_id_ = 0;
  time_point heard_{};
};

client::client(const std::string& endpoint, stop_condition stop)
    : connection_(std::make_unique<connection>(endpoint, std::move(stop))) {}
client::~client() = default;

expected<value> client::ask(const std::string& command, value arguments) {
  begin(command, std::move(arguments));
  for (;;) {
    auto r = connection_->receive(never);
    if (!r) return r.propagate();
    auto& got = **r;
    if (got.what == reply::kind::error) return unexpected{std::move(got.problem)};
    if (got.what == reply::kind::ok) return std::move(got.content);
  }
}

void client::begin(const std::string& command, value arguments) { connection_->send(command, std::move(arguments)); }

expected<std::optional<value>> client::next(duration patience) {
  const system_clock clock;
  auto r = connection_->receive(clock.now() + patience);
  if (!r) return r.propagate();
  if (!*r) return std::optional<value>{};
  auto& got = **r;
  if (got.what == reply::kind::error) return unexpected{std::move(got.problem)};
  if (got.what == reply::kind::ok) return unexpected{errc::cancelled, "it has ended"};
  return std::optional<value>{std::move(got.content)};
}

}  // namespace agents::control
