// SPDX-License-Identifier: Apache-2.0
#include "libagents/runtime/node.hpp"

#include <condition_variable>
#include <mutex>
#include <unordered_map>

#include "libagents/core/exception_text.hpp"
#include "libagents/journal/memory_store.hpp"
#include "libagents/orchestration/type_check.hpp"
#include "libagents/runtime/module_table.hpp"
#include "libagents/runtime/plan_cache.hpp"
#include "libagents/runtime/run_ending.hpp"

namespace agents {
namespace {

/// No lease: a run is owned by whoever resumed it last; the epoch fences everybody before (docs/architecture.md).
constexpr duration lease_time{};

/// Does something when it goes out of scope, unless it was dismissed: what a failure must take back.
class undo {
 public:
  explicit undo(std::function<void()> what) : what_(std::move(what)) {}
  ~undo() {
    if (what_) what_();
  }
  undo(const undo&) = delete;
  undo& operator=(const undo&) = delete;
  void dismiss() { what_ = {}; }

 private:
  std::function<void()> what_;
};

/// What our own code, or a seam, throws while a run begins is an error of that call.
template <class F>
auto guarded(const F& begin) -> decltype(begin()) {
  try {
    return begin();
  } catch (...) {
    return unexpected{errc::internal, "the run could not be begun: " + text_of(std::current_exception())};
  }
}

}  // namespace

class node_impl {
 public:
  explicit node_impl(node_config c)
      : clock_(c.clock ? std::move(c.clock) : std::make_shared<system_clock>()),
        random_(c.random ? std::move(c.random) : std::shared_ptr<agents::random>{system_random()}),
        store_(c.store ? std::move(c.store) : std::make_shared<journal::memory_store>(*clock_)),
        bus_(std::move(c.observers)),
        timers_(*clock_, c.timers),
        services_{*clock_, *random_, registry_, timers_, bus_, c.policy, {0}},
        host_(c.host ? std::move(c.host) : make_caf_host(c.threads)),
        modules_(services_, *host_, c.supervisors, std::move(c.processes), [this] { plans_.forget_checks(); }) {
    owner_ = uuid::make(clock_->now(), *random_).to_string();
  }

  /// Everything in order: runs, modules, supervisors. False when threads are left behind that may still use this.
  bool shut_down() {
    {
      const std::lock_guard lock{mutex_};
      closing_ = true;
    }
    interrupt_all();
    modules_.stop();
    const bool all = host_->join();
    for_each_replica([this](replica& r) { r.close(services_, errc::cancelled, "the node is being stopped"); });
    for_each_replica([](replica& r) { r.forget_signals(); });
    return all;
  }

  template <class Visit>
  void for_each_replica(const Visit& visit) {
    for (const auto& offer : registry_.all())
      for (const auto& r : offer->replicas) visit(static_cast<replica&>(*r));
  }

  expected<run_id> submit(task_spec task, shared_value plan, node::on_end done) {
    return guarded([&] { return try_submit(std::move(task), std::move(plan), std::move(done)); });
  }

  expected<run_id> try_submit(task_spec task, shared_value plan, node::on_end done) {
    task.plan_given = plan != nullptr;
    if (plan) {
      if (auto ok = check(plan); !ok) return ok.propagate();
    } else if (task.planner.empty()) {
      return unexpected{errc::bad_input, "the task has neither a plan nor a planner"};
    }
    const run_id id{uuid::make(clock_->now(), *random_)};
    event started;
    started.kind = event_kind::run_started;
    started.run = id;
    started.at = clock_->now();
    started.data = share(to_value(task));
    std::vector<event> first{std::move(started)};
    if (plan) {
      event accepted;
      accepted.kind = event_kind::plan_accepted;
      accepted.run = id;
      accepted.at = first.front().at;
      accepted.data = std::move(plan);
      first.push_back(std::move(accepted));
    }
    const auto port = std::make_shared<run_port>();
    static_cast<void>(enlist(id, port));
    undo enlisted{[&] { forget(id, *port); }};
    launch(id, port, std::move(done), [&first](orchestrator& o) { o.begin(std::move(first)); });
    enlisted.dismiss();
    return id;
  }

  expected<void> resume(const run_id& id, std::vector<event> decisions, node::on_end done) {
    const auto port = std::make_shared<run_port>();
    if (!enlist(id, port)) return unexpected{errc::conflict, "the run is active in this process already"};
    auto ok = guarded([&] { return resume_as(port, id, std::move(decisions), std::move(done)); });
    if (!ok) forget(id, *port);
    return ok;
  }

  expected<void> resume_as(const std::shared_ptr<run_port>& port, const run_id& id, std::vector<event> decisions,
                           node::on_end done) {
    auto known = store_->read(id);
    if (!known) return known.propagate();
    if (auto ok = can_continue(known->events); !ok) return ok;
    auto lease = store_->claim(id, owner_, lease_time);
    if (!lease) return lease.propagate();
    undo claimed{[&] { (void)store_->release(*lease); }};
    auto history = store_->read(id);  // nobody else appends any more
    if (!history) return history.propagate();
    if (history->damage)
      if (auto ok = store_->truncate(id, lease->epoch, history->next_sequence); !ok) return ok;
    auto end = [this, held = *lease, done = std::move(done)](run_result r) {
      (void)store_->release(held);
      if (done) done(std::move(r));
    };
    launch(id, port, std::move(end), [&](orchestrator& o) {
      o.resume(history->events, history->next_sequence, lease->epoch, std::move(decisions));
    });
    claimed.dismiss();
    return {};
  }

  /// A run that goes on where its modules are missing would only fail: nothing happens to it then.
  expected<void> can_continue(const std::vector<event>& history) {
    run_state state;
    state.compile_plan = [this](const shared_value& p) { return plans_.compile(p); };
    for (const auto& e : history) static_cast<void>(apply(state, e));
    if (is_final(state.status) || !state.plan) return {};
    if (auto ok = type_check(*state.plan, registry_); !ok)
      return unexpected{errc::no_route,
                        "the run was left as it is, because it cannot go on here: " + ok.error().message +
                            ". Start it with the modules and the configuration that it began with"};
    return {};
  }

  void cancel(const run_id& id, std::string why) {
    event e;
    e.kind = event_kind::run_cancelled;
    e.run = id;
    e.at = clock_->now();
    e.outcome = errc::cancelled;
    e.text = std::move(why);
    if (const auto port = find(id)) port->send(run_port::person{std::move(e)});
  }

  void interrupt_all() {
    std::unique_lock lock{mutex_};
    for (const auto& [id, port] : runs_) port->send(run_port::interrupt{});
    if (dynamic_cast<simulated_host*>(host_.get())) {
      lock.unlock();
      static_cast<void>(host_->join());
      return;
    }
    ended_.wait(lock, [this] { return runs_.empty(); });
  }

  expected<shared_value> ask(std::string_view capability, value input, duration timeout) {
    return outside_call::ask(services_, capability, std::move(input), timeout, run_simulated());
  }

  /// In a simulated host actors run only when they are made to; empty: they run by themselves.
  std::function<void()> run_simulated() {
    auto* simulated = dynamic_cast<simulated_host*>(host_.get());
    if (!simulated) return {};
    return [simulated] { simulated->run(); };
  }

  module_table& modules() { return modules_; }

  value tree() { return modules_.describe(run_simulated()); }

  expected<void> check(const shared_value& plan) {
    return plans_.check(plan, [this](const compiled_plan& p) { return type_check(p, registry_); });
  }

  registry registry_;
  std::shared_ptr<agents::clock> clock_;
  std::shared_ptr<agents::random> random_;
  std::shared_ptr<journal::store> store_;
  event_bus bus_;
  timer_queue timers_;
  services services_;

 private:
  /// False when the run is here already. While the node ends, a run that begins is interrupted at once.
  bool enlist(const run_id& id, const std::shared_ptr<run_port>& port) {
    const std::lock_guard lock{mutex_};
    if (!runs_.emplace(id, port).second) return false;
    if (closing_) port->send(run_port::interrupt{});
    return true;
  }

  template <class Begin>
  void launch(const run_id& id, const std::shared_ptr<run_port>& port, node::on_end done, Begin begin) {
    orchestrator_context context{services_, *store_, [this](const shared_value& p) { return plans_.compile(p); },
                                 [this](const shared_value& p) { return check(p); }};
    const auto ending = std::make_shared<run_ending>(services_, id, std::move(done), [this, id, p = port.get()] {
      forget(id, *p);  // who ends holds the port
    });
    auto body =
        std::make_unique<orchestrator>(std::move(context), port, [ending](run_result r) { ending->end(std::move(r)); });
    begin(*body);
    port->waker_.attach(host_->spawn(std::move(body), execution_mode::cooperative,
                                     [ending, port](const actor_exit& how) { ending->actor_ended(how); }));
  }

  /// A later time in memory of the same run is not meant.
  void forget(const run_id& id, const run_port& port) {
    const std::lock_guard lock{mutex_};
    const auto found = runs_.find(id);
    if (found == runs_.end() || found->second.get() != &port) return;
    runs_.erase(found);
    if (runs_.empty()) ended_.notify_all();
  }

  std::shared_ptr<run_port> find(const run_id& id) {
    const std::lock_guard lock{mutex_};
    const auto found = runs_.find(id);
    return found == runs_.end() ? nullptr : found->second;
  }

  plan_cache plans_;
  std::string owner_;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::unordered_map<run_id, std::shared_ptr<run_port>> runs_;
  bool closing_ = false;
  std::unique_ptr<actor_host> host_;  // its actors use everything above
  module_table modules_;
};

node::node(node_config config) : impl_(std::make_unique<node_impl>(std::move(config))) {}
node::~node() {
  // A handler that hangs for ever in a thread of its own cannot be stopped: what it may still touch stays in memory.
  if (!impl_->shut_down()) static_cast<void>(impl_.release());
}

expected<void> node::add(module_factory factory, module_options options) {
  return impl_->modules().add(factory, options);
}
expected<void> node::add_process(process_options how, module_options options) {
  return impl_->modules().add_process(how, options);
}
expected<void> node::add_remote(process_options how, module_options options) {
  return impl_->modules().add_remote(how, options);
}
std::shared_ptr<worker_admission> node::admission() { return impl_->modules().admission(); }
expected<void> node::upgrade(module_factory factory, module_options options, const upgrade_options& how,
                             on_upgraded done) {
  return impl_->modules().upgrade(factory, options, how, std::move(done));
}
expected<void> node::upgrade_process(process_options how, module_options options, const upgrade_options& takeover,
                                     on_upgraded done) {
  return impl_->modules().upgrade_process(how, options, takeover, std::move(done));
}
void node::abandon_starts() { impl_->modules().abandon_starts(); }
value node::grants() const { return impl_->modules().grants(); }
expected<run_id> node::submit(const task_spec& task, shared_value plan, on_end done) {
  return impl_->submit(task, std::move(plan), std::move(done));
}
expected<void> node::resume(const run_id& id, std::vector<event> decisions, on_end done) {
  return impl_->resume(id, std::move(decisions), std::move(done));
}
void node::cancel(const run_id& id, std::string why) { impl_->cancel(id, std::move(why)); }
void node::interrupt_all() { impl_->interrupt_all(); }
expected<shared_value> node::ask(std::string_view capability, value input, duration timeout) {
  return impl_->ask(capability, std::move(input), timeout);
}
std::shared_ptr<outside_call> node::begin_ask(std::string_view capability, value input, duration timeout,
                                              outside_call::on_answer done) {
  return outside_call::begin(impl_->services_, capability, std::move(input), timeout, std::move(done));
}
value node::tree() { return impl_->tree(); }
registry& node::registry() { return impl_->registry_; }
timer_queue& node::timers() { return impl_->timers_; }
const clock& node::time() const { return *impl_->clock_; }
journal::store& node::store() { return *impl_->store_; }

}  // namespace agents
