// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libagents/contract/module.hpp"
#include "libagents/core/clock.hpp"
#include "libagents/core/event.hpp"
#include "libagents/core/expected.hpp"
#include "libagents/core/random.hpp"
#include "libagents/journal/store.hpp"
#include "libagents/orchestration/run_state.hpp"
#include "libagents/registry/registry.hpp"
#include "libagents/routing/router.hpp"
#include "libagents/runtime/actor_host.hpp"
#include "libagents/runtime/module_options.hpp"
#include "libagents/runtime/orchestrator.hpp"
#include "libagents/runtime/outside_call.hpp"
#include "libagents/runtime/process_options.hpp"
#include "libagents/runtime/upgrade_options.hpp"
#include "libagents/runtime/worker_admission.hpp"

namespace agents {

struct node_config {
  std::shared_ptr<journal::store> store;  ///< null: in memory
  std::vector<std::shared_ptr<event_sink>> observers;
  std::size_t threads = 0;  ///< scheduler threads; 0: as many as cores, at least 4
  routing_policy policy = routing_policy::reliability;
  /// Supervisors above the modules: see `module_options::supervisor`. `check` says whether they fit together.
  std::vector<group_options> supervisors;
  /// How process modules are started, `open_worker_launcher` as a rule; empty: this node takes none.
  open_launcher processes;
  /// The seams. Null: the real ones. With a simulated host, timers are driven by hand (`node::timers().advance()`).
  std::unique_ptr<actor_host> host;
  std::shared_ptr<agents::clock> clock;
  std::shared_ptr<agents::random> random;
  timer_queue::drive timers = timer_queue::drive::thread;
};

/// A process that runs modules and orchestrates runs.
///
/// Callers: any thread, unless said otherwise. Callbacks run in an actor's thread and must be short.
class node {
 public:
  using on_end = std::function<void(run_result)>;

  explicit node(node_config config);
  /// Stops in order: interrupts runs (they can be resumed), then ends the modules.
  ~node();
  node(const node&) = delete;
  node& operator=(const node&) = delete;

  /// Starts a module under supervision and registers its capabilities. The factory is called once per incarnation, in
  /// an actor's thread, and once here for the manifest. Errors: those of `registry::add`; `bad_input` when the options
  /// contradict each other; `not_found` when there is no such supervisor; `crashed` when the factory throws.
  expected<void> add(module_factory factory, module_options options = {});

  /// Starts a module in processes of its own, under supervision like any other, and registers what it says it offers.
  /// Waits for the hello of the first process, at most `start_limit`; not from an actor's thread. Errors: those of
  /// `add`; `not_found` when there is no such program; `crashed`, `deadline` when it says no hello, with what it
  /// printed; `bad_input` when its manifest is wrong or has another name; `rejected` when it asks for what it
  /// was not granted; `unsupported` when this node takes no processes or cannot confine one.
  expected<void> add_process(process_options how, module_options options = {});

  /// Expects a module whose workers others start, on other hosts: `replicas` places under supervision, which are open
  /// until somebody registers; then capabilities are what the first one's manifest says. Of `how` the command and
  /// `start_limit` are not used. Returns at once. Errors: those of `add` about the options; `conflict` when it is
  /// expected already.
  expected<void> add_remote(process_options how, module_options options = {});
  /// Where such workers register. May outlive the node.
  [[nodiscard]] std::shared_ptr<worker_admission> admission();
  using on_upgraded = std::function<void(expected<upgrade_report>)>;
  /// Puts a new version of a running module in its place; no request fails because of it. It is started beside the old
  /// one, gets a canary's share if asked for, then all requests, and the old one ends when it has finished what it had
  /// begun. If it cannot be started, or fares worse as a canary, everything is taken back. Kept state is handed over,
  /// through the new version's migrations. `done` is called once, in some thread of the node.
  ///
  /// Errors, with which nothing has happened: `not_found` (no such module runs), `conflict` (the same version; an
  /// upgrade is under way; two versions of it run side by side), `bad_input` (callers of the old version could not go
  /// on with it, or its options do not fit), `unsupported` (a remote module: whoever starts its workers replaces them),
  /// `crashed` (the factory threw), what restoring the state says.
  expected<void> upgrade(module_factory factory, module_options options, const upgrade_options& how, on_upgraded done);
  /// The same for a process module; waits for the new process's hello, like `add_process`.
  expected<void> upgrade_process(process_options how, module_options options, const upgrade_options& takeover,
                                 on_upgraded done);

  /// The first thing of an end in order, when other threads may wait in `add_process` or `upgrade_process`: they return
  /// `cancelled` at once, and later ones too.
  void abandon_starts();

  /// What each process module may do: [{module, trusted, network, read, write, limits: [{limit, value, by}], asked:
  /// [{grant, path?, amount?, optional?, why?, answer, remedy?}]}], by name.
  [[nodiscard]] value grants() const;

  /// Begins a run. With a plan it is checked first: structure, then the type of every edge; `bad_input` names the edge.
  /// Without one, `task.planner` is asked. `done` is called once, when the run ends, pauses or is interrupted, or its
  /// orchestrator crashes.
  expected<run_id> submit(const task_spec& task, shared_value plan, on_end done);

  /// Continues a run from its journal: finished steps are not executed again. `decisions`: approvals to apply
  /// (`approval_given` with step, text and data {approved, edit}). `conflict`: it runs in this node already, or another
  /// process owns it. `not_found`, `corrupt`: the journal's. `internal`: something threw; it can be tried again.
  expected<void> resume(const run_id& id, std::vector<event> decisions, on_end done);

  /// Ends a run with what it has.
  void cancel(const run_id& id, std::string why);
  /// Takes runs out of memory; they stay open in the journal and can be resumed.
  void interrupt_all();

  /// Asks a capability from outside and waits: routed once, not retried. Not from an actor's thread.
  expected<shared_value> ask(std::string_view capability, value input, duration timeout);

  /// The same without waiting: `done` is called once, in any thread, at the latest when the time is over (zero: that of
  /// the contract); it must be short. Whoever does not want the answer any more cancels the call. Calls must have ended
  /// before the node is destroyed: its stopping ends them.
  std::shared_ptr<outside_call> begin_ask(std::string_view capability, value input, duration timeout,
                                          outside_call::on_answer done);

  /// The supervision tree as it is: {id, strategy, children: [{id, type, state, restart, starts, what, children?}]}.
  /// Waits for the supervisors, not for the modules. Not from an actor's thread.
  [[nodiscard]] value tree();

  [[nodiscard]] agents::registry& registry();
  [[nodiscard]] timer_queue& timers();
  [[nodiscard]] const agents::clock& time() const;
  [[nodiscard]] journal::store& store();

 private:
  friend class node_impl;
  std::unique_ptr<class node_impl> impl_;
};

}  // namespace agents
