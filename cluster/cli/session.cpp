// SPDX-License-Identifier: Apache-2.0
#include "cluster/cli/session.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <future>
#include <thread>

#include "cluster/cli/home.hpp"
#include "cluster/cli/standard_modules.hpp"
#include "cluster/process/process_launcher.hpp"
#include "libagents/contract/msgpack.hpp"
#include "libagents/home/home_folder.hpp"

namespace agents::cli {
namespace {

constexpr std::string_view reliability_bucket = "reliability";

sigset_t interrupts() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

std::string quality_key(const offer& o) { return o.from->name + "/" + o.contract->id; }

/// Waits for signals in a thread of its own while a run works.
class interrupt_watch {
 public:
  explicit interrupt_watch(std::function<void()> on_interrupt)
      : on_interrupt_(std::move(on_interrupt)), stop_(eventfd(0, EFD_CLOEXEC)), thread_([this] { watch(); }) {}
  ~interrupt_watch() {
    eventfd_write(stop_, 1);
    thread_.join();
    close(stop_);
  }
  interrupt_watch(const interrupt_watch&) = delete;
  interrupt_watch& operator=(const interrupt_watch&) = delete;
  [[nodiscard]] bool hit() const { return hit_.load(); }

 private:
  void watch() {
    const auto set = interrupts();
    const int signals = signalfd(-1, &set, SFD_CLOEXEC);
    std::array<pollfd, 2> ready{{{signals, POLLIN, 0}, {stop_, POLLIN, 0}}};
    while (poll(ready.data(), ready.size(), -1) >= 0 || errno == EINTR) {
      if ((ready[1].revents & POLLIN) != 0) break;
      signalfd_siginfo info{};
      if ((ready[0].revents & POLLIN) == 0 || read(signals, &info, sizeof info) != sizeof info) continue;
      hit_.store(true);
      on_interrupt_();
    }
    close(signals);
  }

  std::function<void()> on_interrupt_;
  std::atomic<bool> hit_{false};
  int stop_;
  std::thread thread_;
};

}  // namespace

void block_interrupts() {
  const auto set = interrupts();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

bool wait_for_interrupt(duration at_most) {
  const auto set = interrupts();
  const auto whole = std::chrono::duration_cast<std::chrono::seconds>(at_most);
  const timespec limit{whole.count(), (at_most - whole).count()};
  return sigtimedwait(&set, nullptr, &limit) > 0;
}

expected<std::unique_ptr<session>> session::open(options o) {
  auto s = std::unique_ptr<session>{new session};
  s->clock_ = std::make_shared<system_clock>();
  if (!o.in_memory) {
    auto store = open_home_store(o.settings.durability, *s->clock_);
    if (!store) return store.propagate();
    s->store_ = std::move(*store);
  } else if (o.settings.supervision.has_process_modules()) {
    (void)make_home_folder();  // so that it can be covered where a sandbox would show it; who cannot make it has none
  }
  s->retention_ = o.settings.retention;
  node_config config;
  config.store = s->store_;
  config.clock = s->clock_;
  config.observers = o.observers;
  config.threads = o.settings.threads;
  config.policy = o.settings.policy;
  config.processes = open_worker_launcher;
  config.supervisors = o.settings.supervision.supervisors;
  s->node_ = std::make_unique<node>(std::move(config));
  if (auto ok = add_standard_modules(*s->node_, o.settings.supervision, o.settings.code); !ok) return ok.propagate();
  s->restore_reliability();
  for (const auto& m : o.settings.supervision.modules)
    if (m.remote) s->remote_modules_.push_back(m.name);
  if (o.listens && !o.settings.listen.address.empty())
    if (auto ok = s->listen(o.settings, std::move(o.observers)); !ok) return ok.propagate();
  return s;
}

expected<void> session::listen(const node_settings& settings, std::vector<std::shared_ptr<event_sink>> observers) {
  const auto& l = settings.listen;
  gate_settings g{l.address, std::nullopt, l.key};
  if (l.encrypted) {
    auto folder = l.keys.empty() ? home_keys_folder() : expected<std::filesystem::path>{l.keys};
    if (!folder) return folder.propagate();
    g.keys.emplace(std::move(*folder));
  }
  random_ = system_random();
  const auto publish = [time = clock_, all = std::move(observers)](event e) {
    e.at = time->now();
    for (const auto& o : all) o->on_event(e);
  };
  auto gate = worker_gate::open(g, {*clock_, *random_, node_->admission(), publish});
  if (!gate) return settings.supervision.file.at("/listen", gate.error().message);
  gate_ = std::move(*gate);
  return {};
}

bool session::wait_for_workers(duration at_most) {
  const auto until = clock_->now() + at_most;
  const auto is_there = [this](const std::string& module) {
    const auto all = node_->registry().all();
    return std::any_of(all.begin(), all.end(), [&](const auto& o) { return o->from->name == module; });
  };
  while (!std::all_of(remote_modules_.begin(), remote_modules_.end(), is_there)) {
    if (clock_->now() >= until || wait_for_interrupt(std::chrono::milliseconds{20})) return false;
  }
  return true;
}

session::~session() {
  if (node_ && store_) save_reliability();
  node_.reset();
  gate_.reset();
  if (store_)
    (void)store_->retain(retention_, clock_->now());  // what cannot be removed now is removed after the next run
}

void session::restore_reliability() {
  if (!store_) return;
  const auto saved = store_->list(reliability_bucket);
  if (!saved) return;  // an estimate is no reason not to work
  for (const auto& o : node_->registry().all())
    for (const auto& [key, bytes] : *saved) {
      if (key != quality_key(*o)) continue;
      if (const auto v = unpack(bytes)) o->quality->restore(v->get_number("mean", 0.9), v->get_number("weight", 10));
    }
}

void session::save_reliability() {
  for (const auto& o : node_->registry().all()) {
    if (o->quality->latency() <= duration::zero()) continue;  // not used in this process
    const auto bytes = pack(object{{"mean", o->quality->mean()}, {"weight", o->quality->weight()}});
    (void)store_->put(reliability_bucket, quality_key(*o), bytes);
  }
}

expected<session::ending> session::run(const starter& begin) {
  std::promise<run_result> promise;
  auto future = promise.get_future();
  interrupt_watch watch{[this] { node_->interrupt_all(); }};
  const auto started = begin([&promise](run_result r) { promise.set_value(std::move(r)); });
  if (!started) return started.propagate();
  ending e{future.get(), false};
  e.interrupted = watch.hit() && !is_final(e.result.status);
  return e;
}

}  // namespace agents::cli
