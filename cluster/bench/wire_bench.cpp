// SPDX-License-Identifier: Apache-2.0
// A call to a module in another process, beside bare ZeroMQ moving the same bytes between the same two processes.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

#include <algorithm>
#include <atomic>
#include <optional>

#include "cluster/bench/measure.hpp"
#include "cluster/transport/private_folder.hpp"
#include "cluster/transport/worker_hub.hpp"
#include "cluster/transport/worker_process.hpp"
#include "libagents/contract/msgpack.hpp"
#include "libagents/core/assert.hpp"
#include "libagents/module.hpp"

namespace agents::bench {
namespace {

module echo() {
  return module("echo", "1.0.0").offers("text.echo@1", [](const value& in) -> value { return in; });
}

/// A child that runs `body`, killed at the end. Started while this process has no other threads.
class child {
 public:
  template <class F>
  explicit child(F body) : pid_(::fork()) {
    AGENTS_ASSERT(pid_ >= 0);
    if (pid_ > 0) return;
    body();
    ::_exit(0);
  }
  child(const child&) = delete;
  child& operator=(const child&) = delete;
  ~child() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

 private:
  pid_t pid_;
};

/// Sends back what it gets, with bare ZeroMQ.
void raw_echo(const std::string& endpoint) {
  void* context = zmq_ctx_new();
  void* socket = zmq_socket(context, ZMQ_DEALER);
  zmq_connect(socket, endpoint.c_str());
  zmq_send(socket, "", 0, 0);
  for (zmq_msg_t m;;) {
    zmq_msg_init(&m);
    zmq_msg_recv(&m, socket, 0);
    zmq_msg_send(&m, socket, 0);
  }
}

/// The node's side of the bare echo.
class raw_peer {
 public:
  explicit raw_peer(const std::string& endpoint) : context_(zmq_ctx_new()), socket_(zmq_socket(context_, ZMQ_ROUTER)) {
    AGENTS_ASSERT(zmq_bind(socket_, endpoint.c_str()) == 0);
    id_size_ = zmq_recv(socket_, id_, sizeof id_, 0);
    zmq_recv(socket_, nullptr, 0, 0);
  }
  raw_peer(const raw_peer&) = delete;
  raw_peer& operator=(const raw_peer&) = delete;
  ~raw_peer() {
    const int none = 0;
    zmq_setsockopt(socket_, ZMQ_LINGER, &none, sizeof none);
    zmq_close(socket_);
    zmq_ctx_term(context_);
  }
  void send(const std::string& bytes) {
    zmq_send(socket_, id_, static_cast<std::size_t>(id_size_), ZMQ_SNDMORE);
    zmq_send(socket_, bytes.data(), bytes.size(), 0);
  }
  void receive() {
    zmq_msg_t m;
    zmq_msg_init(&m);
    zmq_msg_recv(&m, socket_, 0);
    zmq_msg_recv(&m, socket_, 0);
    zmq_msg_close(&m);
  }

 private:
  void* context_;
  void* socket_;
  char id_[256] = {};
  int id_size_ = 0;
};

/// Counts the ends of calls; the output of the last one stays.
class counting_listener final : public wire::worker_listener {
 public:
  void on_report(wire::node_report r) override {
    if (const auto* f = std::get_if<wire::report::finished>(&r)) AGENTS_ASSERT(f->code == errc::none);
    if (std::holds_alternative<wire::report::finished>(r))
      add(ended_);
    else if (std::holds_alternative<wire::report::introduced>(r))
      add(introduced_);
  }
  void wait_for_worker() { wait(introduced_, 1); }
  void wait_for_end(int n) { wait(ended_, n); }

 private:
  static void add(std::atomic<int>& counter) {
    counter.fetch_add(1);
    counter.notify_one();
  }
  static void wait(std::atomic<int>& counter, int n) {
    for (int seen = counter.load(); seen < n; seen = counter.load()) counter.wait(seen);
  }

  std::atomic<int> introduced_{0};
  std::atomic<int> ended_{0};
};

/// A node's link to an echoing module in another process.
class echo_link {
 public:
  echo_link() : random_(system_random()) {
    int pipe[2];
    AGENTS_ASSERT(::pipe(pipe) == 0);
    worker_.emplace([&] { serve_from(pipe[0]); });
    auto opened = worker_hub::open(clock_, *random_);
    AGENTS_ASSERT(opened);
    hub_ = std::move(*opened);
    const auto invitation = hub_->invite(listener_).value();
    const auto line = invitation.endpoint + "\n" + invitation.token + "\n";
    AGENTS_ASSERT(::write(pipe[1], line.data(), line.size()) == static_cast<ssize_t>(line.size()));
    ::close(pipe[0]);
    ::close(pipe[1]);
    listener_->wait_for_worker();
    link_ = invitation.link;
    link_->accept({});
  }

  void start(const value& input) {
    wire::call c;
    c.capability = "text.echo@1";
    c.step = "echo";
    c.attempt = 1;
    c.input = pack(input);
    AGENTS_ASSERT(link_->start(std::move(c), clock_.now() + std::chrono::minutes{1}));
    ++started_;
  }
  void wait_for_all_but(int open) { listener_->wait_for_end(started_ - open); }

 private:
  static void serve_from(int fd) {
    std::string line;
    for (char c = 0; std::count(line.begin(), line.end(), '\n') < 2 && ::read(fd, &c, 1) == 1;) line += c;
    worker_settings s;
    s.endpoint = line.substr(0, line.find('\n'));
    s.token = line.substr(s.endpoint.size() + 1, line.size() - s.endpoint.size() - 2);
    s.window = 64;
    (void)serve(echo(), s).has_value();
  }

  std::optional<child> worker_;
  system_clock clock_;
  std::unique_ptr<random> random_;
  std::shared_ptr<counting_listener> listener_ = std::make_shared<counting_listener>();
  std::unique_ptr<worker_hub> hub_;
  std::shared_ptr<wire::worker_link> link_;
  int started_ = 0;
};

template <class F>
std::vector<double> micros_each(int n, F f) {
  for (int i = 0; i < n / 10; ++i) f();
  std::vector<double> samples;
  for (int i = 0; i < n; ++i) samples.push_back(time_of(f) * 1e6);
  return samples;
}

std::vector<measurement> raw(const std::string& suffix, std::size_t bytes, int n, const std::string& endpoint) {
  const child peer{[&] { raw_echo(endpoint); }};
  raw_peer node{endpoint};
  const std::string payload(bytes, 'x');
  std::vector<measurement> out;
  out.push_back(summary("raw_zmq_round_trip_" + suffix, "µs",
                        micros_each(n,
                                    [&] {
                                      node.send(payload);
                                      node.receive();
                                    }),
                        "bare DEALER and ROUTER"));
  if (bytes > 10'000) return out;
  constexpr int batch = 1000;
  std::vector<double> rates;
  for (int i = 0; i < std::max(3, n / batch); ++i)
    rates.push_back(batch / time_of([&] {
                      for (int k = 0; k < 64; ++k) node.send(payload);
                      for (int k = 64; k < batch; ++k) node.receive(), node.send(payload);
                      for (int k = 0; k < 64; ++k) node.receive();
                    }));
  out.push_back(summary("raw_zmq_pipelined_" + suffix, "calls/s", rates, "64 under way"));
  return out;
}

std::vector<measurement> calls(const std::string& suffix, std::size_t bytes, int n) {
  echo_link link;
  const value payload = object{{"text", std::string(bytes, 'x')}};
  std::vector<measurement> out;
  out.push_back(summary("ipc_round_trip_" + suffix, "µs",
                        micros_each(n,
                                    [&] {
                                      link.start(payload);
                                      link.wait_for_all_but(0);
                                    }),
                        "call to a module in another process"));
  if (bytes > 10'000) return out;
  constexpr int batch = 1000;
  std::vector<double> rates;
  for (int i = 0; i < std::max(3, n / batch); ++i)
    rates.push_back(batch / time_of([&] {
                      for (int k = 0; k < 64; ++k) link.start(payload);
                      for (int k = 64; k < batch; ++k) link.wait_for_all_but(63), link.start(payload);
                      link.wait_for_all_but(0);
                    }));
  out.push_back(summary("ipc_pipelined_" + suffix, "calls/s", rates, "64 under way"));
  return out;
}

std::vector<measurement> wire_round_trips(double scale) {
  auto folder = private_folder::create();
  AGENTS_ASSERT(folder);
  const auto endpoint = "ipc://" + (folder->path() / "raw").string();
  std::vector<measurement> out;
  const auto add = [&](std::vector<measurement> more) { out.insert(out.end(), more.begin(), more.end()); };
  const int small = static_cast<int>(10'000 * scale);
  const int large = static_cast<int>(500 * scale);
  add(raw("1_kB", 1000, small, endpoint));
  add(calls("1_kB", 1000, small));
  add(raw("1_MB", 1'000'000, large, endpoint));
  add(calls("1_MB", 1'000'000, large));
  return out;
}

}  // namespace

std::vector<suite> wire_suites() { return {{"wire", wire_round_trips}}; }

}  // namespace agents::bench
