// SPDX-License-Identifier: Apache-2.0
#include "libagents/runtime/module_table.hpp"

#include <algorithm>
#include <utility>

#include "libagents/contract/manifest_reader.hpp"
#include "libagents/contract/msgpack.hpp"
#include "libagents/core/exception_text.hpp"
#include "libagents/runtime/grant_report.hpp"
#include "libagents/runtime/hedging.hpp"
#include "libagents/runtime/supervised_remote.hpp"
#include "libagents/runtime/supervised_replica.hpp"
#include "libagents/sandbox/answer.hpp"
#include "libagents/wire/codec.hpp"

namespace agents {
namespace {

expected<std::shared_ptr<const manifest>> manifest_of(const module& m) {
  if (m.manifest().mode == execution_mode::process)
    return unexpected{errc::bad_input,
                      "module \"" + m.manifest().name + "\": a process is started by its command: add_process"};
  return std::shared_ptr<const manifest>{std::make_shared<manifest>(m.manifest())};
}

/// What a user's factory throws is an error of the module.
expected<module> make(const module_factory& factory) {
  try {
    return factory();
  } catch (...) {
    return unexpected{errc::crashed, "the module's factory threw: " + text_of(std::current_exception())};
  }
}

expected<std::shared_ptr<const manifest>> manifest_of(const wire::hello& h, const std::string& name) {
  const auto v = wire::decode_manifest(h);
  if (!v) return v.propagate();
  auto m = read_manifest(*v);
  if (!m) return m.propagate();
  if (m->name != name)
    return unexpected{errc::bad_input, "its manifest has the name \"" + m->name + "\"; add it under this name"};
  m->mode = execution_mode::process;
  return std::shared_ptr<const manifest>{std::make_shared<manifest>(std::move(*m))};
}

/// An error, with the module that it is about.
unexpected of_process(const process_options& how, const error& e) {
  const auto command = how.command.arguments.empty() ? "" : how.command.arguments.front();
  return {e.code, "process module \"" + how.name + "\" (command \"" + command + "\"): " + e.message};
}

}  // namespace

module_table::module_table(services& s, actor_host& host, const std::vector<group_options>& supervisors,
                           open_launcher processes, std::function<void()> registry_changed)
    : services_(s),
      host_(host),
      open_launcher_(std::move(processes)),
      registry_changed_(std::move(registry_changed)),
      tree_(s, host, supervisors) {}

void module_table::stop() {
  remote_->close();
  abandon_starts();
  std::vector<std::shared_ptr<agents::upgrade>> under_way;
  std::vector<std::weak_ptr<supervised_process>> processes;
  {
    const std::lock_guard lock{mutex_};
    closing_ = true;
    for (const auto& [name, u] : upgrades_) under_way.push_back(u);
    processes = processes_;
  }
  for (const auto& u : under_way) u->abandon();
  for (const auto& p : processes)
    if (const auto process = p.lock()) process->abandon_starts();
  tree_.stop();
}

value module_table::describe(const std::function<void()>& meanwhile) const { return tree_.describe(meanwhile); }

expected<void> module_table::add(const module_factory& factory, const module_options& options) {
  const auto m = make(factory);
  if (!m) return m.propagate();
  const auto of = manifest_of(*m);
  if (!of) return of.propagate();
  return start(*of, options, child_of(factory, *of, options));
}

expected<void> module_table::upgrade(const module_factory& factory, const module_options& options,
                                     const upgrade_options& how, upgrade::on_end done) {
  const auto m = make(factory);
  if (!m) return m.propagate();
  const auto of = manifest_of(*m);
  if (!of) return of.propagate();
  const auto restorable = [&m](const std::optional<wire::saved_state>& s) -> expected<void> {
    if (!m->state()) return unexpected{errc::bad_input, "it keeps no state (`keeps_state`)"};
    if (!s) return {};
    const auto saved = unpack(s->bytes);
    if (!saved) return saved.propagate();
    return restore_state(*m->state(), static_cast<std::uint32_t>(s->version), *saved);
  };
  return replace(*of, options, how, child_of(factory, *of, options), restorable, std::move(done));
}

expected<void> module_table::upgrade_process(const process_options& how, const module_options& options,
                                             const upgrade_options& takeover, upgrade::on_end done) {
  if (const auto runs = running_version(how.name); !runs) return of_process(how, runs.error());
  auto first = first_life(how);
  if (!first) return of_process(how, first.error());
  const auto restorable = [keeps_state =
                               first->keeps_state](const std::optional<wire::saved_state>&) -> expected<void> {
    if (keeps_state) return {};
    return unexpected{errc::bad_input, "it keeps no state"};
  };
  const auto of = first->of;
  auto told = [this, name = how.name, row = first->grants, done = std::move(done)](expected<upgrade_report> r) {
    if (r && !r->rolled_back) granted(name, row);
    if (done) done(std::move(r));
  };
  return replace(of, options, takeover, child_of(how, std::move(*first)), restorable, std::move(told));
}

void module_table::granted(const std::string& module, value row) {
  const std::lock_guard lock{mutex_};
  grants_[module] = std::move(row);
}

value module_table::grants() {
  const std::lock_guard lock{mutex_};
  array rows;
  for (const auto& [module, row] : grants_) rows.push_back(row);
  return rows;
}

expected<void> module_table::add_process(const process_options& how, const module_options& options) {
  auto ok = try_add_process(how, options);
  if (!ok) return of_process(how, ok.error());
  return ok;
}

/// The capabilities become known when the first worker comes.
expected<void> module_table::add_remote(const process_options& how, const module_options& options) {
  if (how.name.empty()) return unexpected{errc::bad_input, "a remote module has no name; give it that of its manifest"};
  const auto unknown = std::make_shared<manifest>();
  unknown->name = how.name;
  unknown->mode = execution_mode::process;
  if (auto ok = tree_.check(*unknown, options); !ok) return ok;
  {
    const std::lock_guard lock{mutex_};
    if (!remote_names_.insert(how.name).second)
      return unexpected{errc::conflict, "remote module \"" + how.name +
                                            "\" is expected already; for more workers raise its `replicas`"};
  }
  const auto v = make_version(unknown, options);
  std::vector<std::shared_ptr<supervised_remote>> places;
  tree_.add(
      v.id,
      [&](const std::shared_ptr<replica>& r) {
        return places.emplace_back(std::make_shared<supervised_remote>(services_, host_, how, unknown, r));
      },
      options, v.replicas);
  remote_->expect(how.name, std::move(places),
                  [this, options, replicas = v.replicas](const std::shared_ptr<const manifest>& of) {
                    return enter_remote(of, options, replicas);
                  });
  return {};
}

/// Only now is it known how much the module takes.
expected<void> module_table::enter_remote(const std::shared_ptr<const manifest>& of, const module_options& options,
                                          const std::vector<std::shared_ptr<replica>>& replicas) {
  for (const auto& r : replicas) r->set_capacity(of->mailbox_capacity);
  hedge(*of, options, replicas);
  const std::vector<std::shared_ptr<replica_handle>> handles(replicas.begin(), replicas.end());
  auto entered = services_.registry.add(of, handles, options.circuit);
  registry_changed_();
  return entered;
}

expected<void> module_table::start(const std::shared_ptr<const manifest>& manifest, const module_options& options,
                                   const supervision_tree::child_maker& make_child) {
  if (auto ok = tree_.check(*manifest, options); !ok) return ok;
  const auto v = make_version(manifest, options);
  const std::vector<std::shared_ptr<replica_handle>> handles(v.replicas.begin(), v.replicas.end());
  if (auto ok = services_.registry.add(manifest, handles, options.circuit); !ok) return ok;
  registry_changed_();
  tree_.add(v.id, make_child, options, v.replicas);
  const std::lock_guard lock{mutex_};
  versions_[manifest->name].push_back(v);
  return {};
}

expected<module_version> module_table::running_version(const std::string& module) {
  const std::lock_guard lock{mutex_};
  if (remote_names_.contains(module))
    return unexpected{errc::unsupported,
                      "its workers are started elsewhere, and only they can be replaced; restart the node, and then "
                      "the workers in their new version"};
  const auto running = versions_.find(module);
  if (running == versions_.end())
    return unexpected{errc::not_found, "it does not run on this node; `add` starts modules"};
  if (upgrades_.contains(module)) return unexpected{errc::conflict, "an upgrade of it is under way already"};
  const auto& all = running->second;
  if (all.size() > 1)
    return unexpected{errc::conflict, "its versions " + all.front().what->version + " and " + all.back().what->version +
                                          " run side by side, and it is not clear which one is meant; an upgrade "
                                          "replaces a version that runs alone"};
  return all.front();
}

/// Whether state is to be handed over.
expected<bool> module_table::plan_state(const module_version& from, const module_options& to,
                                        const upgrade_options& how, const state_check& restorable) {
  bool any = false;
  for (const auto& r : from.replicas) {
    if (!r->kept().is_kept()) continue;
    any = true;
    if (auto ok = restorable(r->kept().copy()); !ok)
      return unexpected{ok.error().code, "the state of " + r->name() + " would be lost: " + ok.error().message};
  }
  if (!any) return false;
  if (how.canary.share > 0)
    return unexpected{errc::bad_input, "it keeps state, and two versions cannot share it; upgrade without a canary"};
  if (std::max(1u, to.replicas) < from.replicas.size())
    return unexpected{errc::bad_input, "each of its " + std::to_string(from.replicas.size()) +
                                           " replicas keeps state of its own, and that of some would be lost; give "
                                           "the new version as many `replicas`"};
  return true;
}

module_version module_table::make_version(const std::shared_ptr<const manifest>& manifest,
                                          const module_options& options) {
  module_version v{manifest, {}, options, tree_.id_for(*manifest, options)};
  for (std::uint32_t i = 0; i < std::max(1u, options.replicas); ++i) {
    auto name = v.id + (options.replicas > 1 ? "#" + std::to_string(i + 1) : "");
    v.replicas.push_back(std::make_shared<replica>(std::move(name), manifest->mailbox_capacity));
  }
  hedge(*manifest, options, v.replicas);
  return v;
}

/// Everything that can be found out before anything happens.
expected<upgrade::task> module_table::plan_upgrade(const std::shared_ptr<const manifest>& fresh,
                                                   const module_options& options, const upgrade_options& how,
                                                   const state_check& restorable) {
  upgrade::task t;
  t.how = how;
  auto from = running_version(fresh->name);
  if (!from) return from.propagate();
  t.from = std::move(*from);
  if (how.canary.share < 0 || how.canary.share >= 1)
    return unexpected{errc::bad_input, "the canary's share must be at least 0 and less than 1"};
  if (options.supervisor != t.from.options.supervisor)
    return unexpected{errc::bad_input, "it is a child of the supervisor `" + t.from.options.supervisor +
                                           "`, and stays that; give the same `supervisor`"};
  if (const auto needed = tree_.dependents_of(options.supervisor, t.from.id); !needed.empty())
    return unexpected{errc::bad_input, "`" + needed.front() + "` depends on it and would lose it; restart the node"};
  if (auto ok = check_successor(*t.from.what, *fresh); !ok) return ok.propagate();
  const auto with_state = plan_state(t.from, options, how, restorable);
  if (!with_state) return with_state.propagate();
  t.hand_over_state = *with_state;
  if (auto ok = tree_.check(*fresh, options); !ok) return ok.propagate();
  t.to = make_version(fresh, options);
  return t;
}

expected<void> module_table::replace(const std::shared_ptr<const manifest>& fresh, const module_options& options,
                                     const upgrade_options& how, supervision_tree::child_maker make_child,
                                     const state_check& restorable, upgrade::on_end done) {
  auto t = plan_upgrade(fresh, options, how, restorable);
  if (!t) return unexpected{t.error().code, "module \"" + fresh->name + "\": " + t.error().message};
  t->make_child = std::move(make_child);
  const auto to = t->to;
  const auto u = std::make_shared<agents::upgrade>(services_, tree_, std::move(*t), registry_changed_,
                                                   [this, to, done = std::move(done)](expected<upgrade_report> r) {
                                                     {
                                                       const std::lock_guard lock{mutex_};
                                                       if (r && !r->rolled_back) versions_[to.what->name] = {to};
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

void module_table::hedge(const manifest& of, const module_options& options,
                         const std::vector<std::shared_ptr<replica>>& replicas) {
  if (!options.hedge.enabled || replicas.size() < 2) return;
  for (std::size_t i = 0; i < of.capabilities.size(); ++i) {
    if (!hedger::suits(of.capabilities[i])) continue;
    const auto h = std::make_shared<hedger>(services_, options.hedge,
                                            std::vector<std::weak_ptr<replica>>{replicas.begin(), replicas.end()});
    for (const auto& r : replicas) r->hedge(i, h);
  }
}

expected<worker_launcher*> module_table::launcher() {
  const std::lock_guard lock{mutex_};
  if (launcher_) return launcher_.get();
  if (!open_launcher_)
    return unexpected{errc::unsupported, "this node starts no processes; set node_config::processes"};
  auto opened = open_launcher_(services_.clock, services_.random);
  if (!opened) return opened.propagate();
  launcher_ = std::move(*opened);
  return launcher_.get();
}

expected<void> module_table::try_add_process(const process_options& how, const module_options& options) {
  auto first = first_life(how);
  if (!first) return first.propagate();
  const auto of = first->of;
  auto row = std::move(first->grants);
  auto ok = start(of, options, child_of(how, std::move(*first)));
  if (ok) granted(how.name, std::move(row));
  return ok;
}

/// So that an end of the node need not wait for its hello.
expected<void> module_table::enlist(const std::shared_ptr<process_port>& starting) {
  const std::lock_guard lock{mutex_};
  if (starts_abandoned_) return unexpected{errc::cancelled, "the node stops"};
  std::erase_if(first_ports_, [](const auto& known) { return known.expired(); });
  first_ports_.push_back(starting);
  return {};
}

void module_table::abandon_starts() {
  const std::lock_guard lock{mutex_};
  starts_abandoned_ = true;
  for (const auto& p : first_ports_)
    if (const auto port = p.lock()) port->give_up_hello();
}

/// The first process is asked what it offers, and then becomes the first life of the first replica.
expected<module_table::introduced_process> module_table::first_life(const process_options& how) {
  if (how.name.empty()) return unexpected{errc::bad_input, "it has no name; give it that of its manifest"};
  const auto by = launcher();
  if (!by) return by.propagate();
  auto life = launch_worker(services_, **by, how);
  if (!life) return life.propagate();
  if (auto ok = enlist(life->port); !ok) return ok.propagate();
  const auto hello = life->port->wait_for_hello(how.start_limit);
  if (!hello) return hello.propagate();
  const auto of = manifest_of(*hello, how.name);
  if (!of) return life->process->link().refuse(of.error()), of.propagate();
  const auto answers = sandbox::answer((*of)->grants, how.command.may);
  if (auto ok = sandbox::check(how.name, answers); !ok) return life->process->link().refuse(ok.error()), ok.propagate();
  for (auto& e : refusal_alerts(**of, answers)) services_.publish(std::move(e));
  auto row = grant_row(how.name, how.command.may, answers, **by);
  if (!row) return row.propagate();
  return introduced_process{*by, std::move(*life), *of, hello->state.has_value(), std::move(*row)};
}

supervision_tree::child_maker module_table::child_of(const module_factory& factory,
                                                     const std::shared_ptr<const manifest>& of,
                                                     const module_options& options) {
  return [this, factory, of, limits = options.hang](const std::shared_ptr<replica>& r) {
    return std::make_shared<supervised_replica>(services_, host_, factory, of, r, limits);
  };
}

supervision_tree::child_maker module_table::child_of(const process_options& how, introduced_process first) {
  return
      [this, how, first = std::make_shared<introduced_process>(std::move(first))](const std::shared_ptr<replica>& r) {
        auto p = std::make_shared<supervised_process>(services_, host_, *first->by, how, first->of, r,
                                                      std::exchange(first->life, {}));
        const std::lock_guard lock{mutex_};
        std::erase_if(processes_, [](const auto& known) { return known.expired(); });
        processes_.push_back(p);
        return p;
      };
}

}  // namespace agents
