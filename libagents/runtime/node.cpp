// SPDX-License-Identifier: Apache-2.0
#include "libagents/runtime/node.hpp"

#include <condition_variable>
#include <future>
#include <map>
#include <mutex>
#include <set>
#include <unordered_map>

#include "libagents/contract/manifest_reader.hpp"
#include "libagents/contract/msgpack.hpp"
#include "libagents/journal/memory_store.hpp"
#include "libagents/orchestration/type_check.hpp"
#include "libagents/runtime/hedging.hpp"
#include "libagents/runtime/plan_cache.hpp"
#include "libagents/runtime/remote_modules.hpp"
#include "libagents/runtime/supervised_process.hpp"
#include "libagents/runtime/supervision_tree.hpp"
#include "libagents/runtime/upgrade.hpp"
#include "libagents/sandbox/answer.hpp"
#include "libagents/wire/codec.hpp"

namespace agents {
namespace {

/// No lease: a run is owned by whoever resumed it last; the epoch fences everybody before (docs/architecture.md).
constexpr duration lease_time{};

/// Waits for the answer of one request from outside the actors.
class waiting_caller final : public reply_port {
 public:
  void deliver(reply r) override {
    if (r.outcome == errc::none)
      answer_.set_value(std::move(r.output));
    else
      answer_.set_value(unexpected{r.outcome, std::move(r.text)});
  }
  void deliver_chunk(const shared_call&, value) override {}
  std::future<expected<shared_value>> future() { return answer_.get_future(); }

 private:
  std::promise<expected<shared_value>> answer_;
};

}  // namespace

class node_impl {
 public:
  explicit node_impl(node_config c)
      : clock_(c.clock ? std::move(c.clock) : std::make_shared<system_clock>()),
        random_(c.random ? std::move(c.random) : std::shared_ptr<agents::random>{system_random()}),
        store_(c.store ? std::move(c.store) : std::make_shared<journal::memory_store>(*clock_)),
        timers_(*clock_, c.timers),
        services_{*clock_, *random_, registry_, timers_, bus_, c.policy, {0}},
        open_launcher_(std::move(c.processes)),
        host_(c.host ? std::move(c.host) : make_caf_host(c.threads)),
        tree_(services_, *host_, c.supervisors) {
    for (auto& o : c.observers) bus_.add(std::move(o));
    owner_ = uuid::make(clock_->now(), *random_).to_string();
  }

  /// Everything in order: runs, modules, supervisors. False when threads are left behind that may still use this.
  bool shut_down() {
    {
      const std::lock_guard lock{mutex_};
      closing_ = true;
    }
    interrupt_all();
    remote_->close();
    for (const auto& u : upgrades_under_way()) u->abandon();
    for (const auto& p : processes_)
      if (const auto process = p.lock()) process->abandon_starts();
    tree_.stop();
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

  expected<void> add(const module_factory& factory, const module_options& options) {
    const auto of = manifest_of(factory());
    if (!of) return of.propagate();
    return start(*of, options, child_of(factory, *of, options));
  }

  expected<void> upgrade(const module_factory& factory, const module_options& options, const upgrade_options& how,
                         upgrade::on_end done) {
    const auto m = factory();
    const auto of = manifest_of(m);
    if (!of) return of.propagate();
    const auto restorable = [&m](const wire::saved_state& s) -> expected<void> {
      if (!m.state()) return unexpected{errc::bad_input, "it keeps no state (`keeps_state`)"};
      const auto saved = unpack(s.bytes);
      if (!saved) return saved.propagate();
      return restore_state(*m.state(), static_cast<std::uint32_t>(s.version), *saved);
    };
    return replace(*of, options, how, child_of(factory, *of, options), restorable, std::move(done));
  }

  expected<void> upgrade_process(const process_options& how, const module_options& options,
                                 const upgrade_options& takeover, upgrade::on_end done) {
    auto first = first_life(how);
    if (!first) return first.propagate();
    const auto restorable = [keeps_state = first->keeps_state](const wire::saved_state&) -> expected<void> {
      if (keeps_state) return {};
      return unexpected{errc::bad_input, "it keeps no state"};
    };
    const auto of = first->of;
    return replace(of, options, takeover, child_of(how, std::move(*first)), restorable, std::move(done));
  }

  value grants() {
    const std::lock_guard lock{mutex_};
    array rows;
    for (const auto& [module, row] : grants_) rows.push_back(row);
    return rows;
  }

  expected<void> add_process(const process_options& how, const module_options& options) {
    auto ok = try_add_process(how, options);
    if (ok) return ok;
    const auto command = how.command.arguments.empty() ? "" : how.command.arguments.front();
    return unexpected{ok.error().code,
                      "process module \"" + how.name + "\" (command \"" + command + "\"): " + ok.error().message};
  }

  /// The capabilities become known when the first worker comes.
  expected<void> add_remote(const process_options& how, const module_options& options) {
    if (how.name.empty())
      return unexpected{errc::bad_input, "a remote module has no name; give it that of its manifest"};
    const auto unknown = std::make_shared<manifest>();
    unknown->name = how.name;
    unknown->mode = execution_mode::process;
    if (auto ok = tree_.check(*unknown, options); !ok) return ok;
    const auto v = make_version(unknown, options);
    std::vector<std::shared_ptr<supervised_remote>> places;
    tree_.add(
        v.id,
        [&](const std::shared_ptr<replica>& r) {
          return places.emplace_back(std::make_shared<supervised_remote>(services_, *host_, how, unknown, r));
        },
        options, v.replicas);
    remote_->expect(how.name, std::move(places),
                    [this, options, replicas = v.replicas](const std::shared_ptr<const manifest>& of) {
                      hedge(*of, options, replicas);
                      const std::vector<std::shared_ptr<replica_handle>> handles(replicas.begin(), replicas.end());
                      auto entered = registry_.add(of, handles, options.circuit);
                      plans_.forget_checks();
                      return entered;
                    });
    return {};
  }

  expected<void> start(const std::shared_ptr<const manifest>& manifest, const module_options& options,
                       const supervision_tree::child_maker& make_child) {
    if (auto ok = tree_.check(*manifest, options); !ok) return ok;
    const auto v = make_version(manifest, options);
    const std::vector<std::shared_ptr<replica_handle>> handles(v.replicas.begin(), v.replicas.end());
    if (auto ok = registry_.add(manifest, handles, options.circuit); !ok) return ok;
    plans_.forget_checks();
    tree_.add(v.id, make_child, options, v.replicas);
    const std::lock_guard lock{mutex_};
    versions_[manifest->name] = v;
    return {};
  }

  module_version make_version(const std::shared_ptr<const manifest>& manifest, const module_options& options) {
    module_version v{manifest, {}, options, tree_.id_for(*manifest, options)};
    for (std::uint32_t i = 0; i < std::max(1u, options.replicas); ++i) {
      auto name = v.id + (options.replicas > 1 ? "#" + std::to_string(i + 1) : "");
      v.replicas.push_back(std::make_shared<replica>(std::move(name), manifest->mailbox_capacity));
    }
    hedge(*manifest, options, v.replicas);
    return v;
  }

  using state_check = std::function<expected<void>(const wire::saved_state&)>;

  /// Everything that can be found out before anything happens.
  expected<upgrade::task> plan_upgrade(const std::shared_ptr<const manifest>& fresh, const module_options& options,
                                       const upgrade_options& how, const state_check& restorable) {
    upgrade::task t;
    t.how = how;
    {
      const std::lock_guard lock{mutex_};
      const auto running = versions_.find(fresh->name);
      if (running == versions_.end())
        return unexpected{errc::not_found, "it does not run on this node; `add` starts modules"};
      if (upgrades_.contains(fresh->name)) return unexpected{errc::conflict, "an upgrade of it is under way already"};
      t.from = running->second;
    }
    if (how.canary.share < 0 || how.canary.share >= 1)
      return unexpected{errc::bad_input, "the canary's share must be at least 0 and less than 1"};
    if (options.supervisor != t.from.options.supervisor)
      return unexpected{errc::bad_input, "it is a child of the supervisor `" + t.from.options.supervisor +
                                             "`, and stays that; give the same `supervisor`"};
    if (const auto needed = tree_.dependents_of(options.supervisor, t.from.id); !needed.empty())
      return unexpected{errc::bad_input, "`" + needed.front() + "` depends on it and would lose it; restart the node"};
    if (auto ok = check_successor(*t.from.what, *fresh); !ok) return ok.propagate();
    for (const auto& r : t.from.replicas) {
      const auto state = r->kept().copy();
      if (!state) continue;
      t.hand_over_state = true;
      if (auto ok = restorable(*state); !ok)
        return unexpected{ok.error().code, "the state of " + r->name() + " would be lost: " + ok.error().message};
    }
    if (t.hand_over_state && how.canary.share > 0)
      return unexpected{errc::bad_input, "it keeps state, and two versions cannot share it; upgrade without a canary"};
    if (auto ok = tree_.check(*fresh, options); !ok) return ok.propagate();
    t.to = make_version(fresh, options);
    return t;
  }

  expected<void> replace(const std::shared_ptr<const manifest>& fresh, const module_options& options,
                         const upgrade_options& how, supervision_tree::child_maker make_child,
                         const state_check& restorable, upgrade::on_end done) {
    auto t = plan_upgrade(fresh, options, how, restorable);
    if (!t) return unexpected{t.error().code, "module \"" + fresh->name + "\": " + t.error().message};
    t->make_child = std::move(make_child);
    const auto to = t->to;
    const auto u = std::make_shared<agents::upgrade>(
        services_, tree_, std::move(*t), [this] { plans_.forget_checks(); },
        [this, to, done = std::move(done)](expected<upgrade_report> r) {
          {
            const std::lock_guard lock{mutex_};
            if (r && !r->rolled_back) versions_[to.what->name] = to;
            if (r) upgrades_.erase(to.what->name);
          }
          if (done) done(std::move(r));
        });
    {
      const std::lock_guard lock{mutex_};
      if (closing_) return unexpected{errc::cancelled, "the node stops"};
      if (!upgrades_.emplace(fresh->name, u).second)
        return unexpected{errc::conflict, "an upgrade of \"" + fresh->name + "\" is under way already"};
    }
    auto ok = u->begin();
    if (ok) return ok;
    const std::lock_guard lock{mutex_};
    upgrades_.erase(fresh->name);
    return ok;
  }

  void hedge(const manifest& of, const module_options& options, const std::vector<std::shared_ptr<replica>>& replicas) {
    if (!options.hedge.enabled || replicas.size() < 2) return;
    for (std::size_t i = 0; i < of.capabilities.size(); ++i) {
      if (!hedger::suits(of.capabilities[i])) continue;
      const auto h = std::make_shared<hedger>(services_, options.hedge,
                                              std::vector<std::weak_ptr<replica>>{replicas.begin(), replicas.end()});
      for (const auto& r : replicas) r->hedge(i, h);
    }
  }

  expected<run_id> submit(task_spec task, shared_value plan, node::on_end done) {
    task.plan_given = plan != nullptr;
    if (plan) {
      if (auto ok = check(plan, task.input); !ok) return ok.propagate();
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
    launch(id, port, std::move(done), [&first](orchestrator& o) { o.begin(std::move(first)); });
    return id;
  }

  expected<void> resume(const run_id& id, std::vector<event> decisions, node::on_end done) {
    const auto port = std::make_shared<run_port>();
    if (!enlist(id, port)) return unexpected{errc::conflict, "the run is active in this process already"};
    auto ok = resume_as(port, id, std::move(decisions), std::move(done));
    if (!ok) forget(id);
    return ok;
  }

  expected<void> resume_as(const std::shared_ptr<run_port>& port, const run_id& id, std::vector<event> decisions,
                           node::on_end done) {
    auto known = store_->read(id);
    if (!known) return known.propagate();
    if (auto ok = can_continue(known->events); !ok) return ok;
    auto lease = store_->claim(id, owner_, lease_time);
    if (!lease) return lease.propagate();
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
    auto decision = route_call(services_, {.capability = capability, .policy = services_.policy});
    if (!decision.chosen) return unexpected{decision.problem, decision.why};
    request what;
    what.capability = capability;
    what.input = share(std::move(input));
    what.deadline = clock_->now() + timeout;
    const auto caller = std::make_shared<waiting_caller>();
    auto answer = caller->future();
    const auto call = make_call(services_, std::move(what), decision, caller);
    if (!send_call(decision, call))
      return unexpected{errc::overloaded, "the mailbox of " + decision.chosen->from->name +
                                              " is full, too long for the deadline, or being closed"};
    if (auto* simulated = dynamic_cast<simulated_host*>(host_.get())) simulated->run();
    if (answer.wait_for(timeout) == std::future_status::ready) return answer.get();
    static_cast<replica&>(*decision.replica).cancel(call);
    return unexpected{errc::deadline, decision.chosen->from->name + " did not answer in time"};
  }

  value tree() {
    return tree_.describe([this] {
      if (auto* simulated = dynamic_cast<simulated_host*>(host_.get())) simulated->run();
    });
  }

  expected<void> check(const shared_value& plan, const value&) {
    return plans_.check(plan, [this](const compiled_plan& p) { return type_check(p, registry_); });
  }

  const std::shared_ptr<remote_modules> remote_ = std::make_shared<remote_modules>();
  registry registry_;
  std::shared_ptr<agents::clock> clock_;
  std::shared_ptr<agents::random> random_;
  std::shared_ptr<journal::store> store_;
  event_bus bus_;
  timer_queue timers_;
  services services_;

 private:
  expected<worker_launcher*> launcher() {
    const std::lock_guard lock{mutex_};
    if (launcher_) return launcher_.get();
    if (!open_launcher_)
      return unexpected{errc::unsupported, "this node starts no processes; set node_config::processes"};
    auto opened = open_launcher_(*clock_, *random_);
    if (!opened) return opened.propagate();
    launcher_ = std::move(*opened);
    return launcher_.get();
  }

  expected<void> try_add_process(const process_options& how, const module_options& options) {
    auto first = first_life(how);
    if (!first) return first.propagate();
    const auto of = first->of;
    return start(of, options, child_of(how, std::move(*first)));
  }

  /// A process that has said what it offers.
  struct introduced_process {
    worker_launcher* by = nullptr;
    process_life life;
    std::shared_ptr<const manifest> of;
    bool keeps_state = false;
  };

  /// The first process is asked what it offers, and then becomes the first life of the first replica.
  expected<introduced_process> first_life(const process_options& how) {
    if (how.name.empty()) return unexpected{errc::bad_input, "it has no name; give it that of its manifest"};
    const auto by = launcher();
    if (!by) return by.propagate();
    auto life = launch_worker(services_, **by, how);
    if (!life) return life.propagate();
    const auto hello = life->port->wait_for_hello(how.start_limit);
    if (!hello) return hello.propagate();
    const auto of = manifest_of(*hello, how.name);
    if (!of) return life->process->link().refuse(of.error()), of.propagate();
    const auto answers = sandbox::answer((*of)->grants, how.command.may);
    if (auto ok = sandbox::check(how.name, answers); !ok)
      return life->process->link().refuse(ok.error()), ok.propagate();
    note_refusals(**of, answers);
    if (auto ok = keep_grants(how, answers, **by); !ok) return ok.propagate();
    return introduced_process{*by, std::move(*life), *of, hello->state.has_value()};
  }

  supervision_tree::child_maker child_of(const module_factory& factory, const std::shared_ptr<const manifest>& of,
                                         const module_options& options) {
    return [this, factory, of, limits = options.hang](const std::shared_ptr<replica>& r) {
      return std::make_shared<supervised_replica>(services_, *host_, factory, of, r, limits);
    };
  }

  supervision_tree::child_maker child_of(const process_options& how, introduced_process first) {
    return
        [this, how, first = std::make_shared<introduced_process>(std::move(first))](const std::shared_ptr<replica>& r) {
          auto p = std::make_shared<supervised_process>(services_, *host_, *first->by, how, first->of, r,
                                                        std::exchange(first->life, {}));
          const std::lock_guard lock{mutex_};
          std::erase_if(processes_, [](const auto& known) { return known.expired(); });
          processes_.push_back(p);
          return p;
        };
  }

  static expected<std::shared_ptr<const manifest>> manifest_of(const module& m) {
    if (m.manifest().mode == execution_mode::process)
      return unexpected{errc::bad_input,
                        "module \"" + m.manifest().name + "\": a process is started by its command: add_process"};
    return std::shared_ptr<const manifest>{std::make_shared<manifest>(m.manifest())};
  }

  /// What a module can do without is an alert, not an error.
  void note_refusals(const manifest& m, const std::vector<sandbox::grant_answer>& answers) {
    for (const auto& a : answers) {
      if (a.said == sandbox::grant_answer::verdict::granted) continue;
      event e;
      e.kind = event_kind::alert;
      e.module = m.name;
      e.version = m.version;
      e.text = "works without the grant " + agents::to_string(a.asked) + ", which is " +
               std::string{to_string(a.said)} + "; to give it, set in [module." + m.name + ".grants]: " + a.remedy;
      services_.publish(std::move(e));
    }
  }

  expected<void> keep_grants(const process_options& how, const std::vector<sandbox::grant_answer>& answers,
                             const worker_launcher& by) {
    const auto limits = by.limits_of(how.command.may);
    if (!limits) return limits.propagate();
    const auto paths = [](const std::vector<std::filesystem::path>& list) {
      array out;
      for (const auto& p : list) out.emplace_back(p.string());
      return out;
    };
    array asked;
    for (const auto& a : answers) {
      auto row = agents::to_value(a.asked).as_object();
      row["answer"] = to_string(a.said);
      if (!a.remedy.empty()) row["remedy"] = a.remedy;
      asked.emplace_back(std::move(row));
    }
    const auto& may = how.command.may;
    const std::lock_guard lock{mutex_};
    grants_[how.name] =
        object{{"module", how.name},       {"trusted", may.trusted},    {"network", may.network || may.trusted},
               {"read", paths(may.read)},  {"write", paths(may.write)}, {"limits", *limits},
               {"asked", std::move(asked)}};
    return {};
  }

  static expected<std::shared_ptr<const manifest>> manifest_of(const wire::hello& h, const std::string& name) {
    const auto v = wire::decode_payload(h.manifest, "the manifest");
    if (!v) return v.propagate();
    auto m = read_manifest(*v);
    if (!m) return m.propagate();
    if (m->name != name)
      return unexpected{errc::bad_input, "its manifest has the name \"" + m->name + "\"; add it under this name"};
    m->mode = execution_mode::process;
    return std::shared_ptr<const manifest>{std::make_shared<manifest>(std::move(*m))};
  }

  std::vector<std::shared_ptr<agents::upgrade>> upgrades_under_way() {
    const std::lock_guard lock{mutex_};
    std::vector<std::shared_ptr<agents::upgrade>> all;
    for (const auto& [name, u] : upgrades_) all.push_back(u);
    return all;
  }

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
                                 [this](const shared_value& p, const value& input) { return check(p, input); }};
    auto body =
        std::make_unique<orchestrator>(std::move(context), port, [this, id, done = std::move(done)](run_result r) {
          if (done) done(std::move(r));
          forget(id);
        });
    begin(*body);
    port->waker_.attach(host_->spawn(std::move(body), execution_mode::cooperative, {}));
  }

  void forget(const run_id& id) {
    const std::lock_guard lock{mutex_};
    runs_.erase(id);
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
  open_launcher open_launcher_;
  std::unique_ptr<worker_launcher> launcher_;
  std::vector<std::weak_ptr<supervised_process>> processes_;
  std::map<std::string, module_version> versions_;  ///< what runs, by the module's name
  std::map<std::string, std::shared_ptr<agents::upgrade>> upgrades_;
  std::map<std::string, value> grants_;  ///< by the process module's name
  std::unique_ptr<actor_host> host_;     // its actors use everything above
  supervision_tree tree_;
};

node::node(node_config config) : impl_(std::make_unique<node_impl>(std::move(config))) {}
node::~node() {
  // A handler that hangs for ever in a thread of its own cannot be stopped: what it may still touch stays in memory.
  if (!impl_->shut_down()) static_cast<void>(impl_.release());
}

expected<void> node::add(module_factory factory, module_options options) { return impl_->add(factory, options); }
expected<void> node::add_process(process_options how, module_options options) {
  return impl_->add_process(how, options);
}
expected<void> node::add_remote(process_options how, module_options options) { return impl_->add_remote(how, options); }
std::shared_ptr<worker_admission> node::admission() { return impl_->remote_; }
expected<void> node::upgrade(module_factory factory, module_options options, const upgrade_options& how,
                             on_upgraded done) {
  return impl_->upgrade(factory, options, how, std::move(done));
}
expected<void> node::upgrade_process(process_options how, module_options options, const upgrade_options& takeover,
                                     on_upgraded done) {
  return impl_->upgrade_process(how, options, takeover, std::move(done));
}
value node::grants() const { return impl_->grants(); }
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
