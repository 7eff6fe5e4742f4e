// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "libagents/contract/module.hpp"
#include "libagents/runtime/process_options.hpp"
#include "libagents/runtime/remote_modules.hpp"
#include "libagents/runtime/supervised_process.hpp"
#include "libagents/runtime/supervision_tree.hpp"
#include "libagents/runtime/upgrade.hpp"

namespace agents {

/// The modules of a node, wherever they run: how they are added, replaced and stopped. What the functions promise is
/// said at those of `node` with the same names.
///
/// Callers: any thread.
class module_table {
 public:
  /// `registry_changed`: what was derived from the registry is void.
  module_table(services& s, actor_host& host, const std::vector<group_options>& supervisors, open_launcher processes,
               std::function<void()> registry_changed);

  expected<void> add(const module_factory& factory, const module_options& options);
  expected<void> add_process(const process_options& how, const module_options& options);
  expected<void> add_remote(const process_options& how, const module_options& options);
  expected<void> upgrade(const module_factory& factory, const module_options& options, const upgrade_options& how,
                         upgrade::on_end done);
  expected<void> upgrade_process(const process_options& how, const module_options& options,
                                 const upgrade_options& takeover, upgrade::on_end done);
  [[nodiscard]] value grants();
  [[nodiscard]] std::shared_ptr<remote_modules> admission() const { return remote_; }
  /// See `supervision_tree`.
  [[nodiscard]] value describe(const std::function<void()>& meanwhile) const;
  /// Nothing is started any more: whoever waits for the first hello of a process gets `cancelled`.
  void abandon_starts();
  /// Ends everything, in order; the host's `join` waits for it.
  void stop();

 private:
  /// A process that has said what it offers.
  struct introduced_process {
    worker_launcher* by = nullptr;
    process_life life;
    std::shared_ptr<const manifest> of;
    bool keeps_state = false;
    value grants;  ///< its row, once it runs
  };
  /// Whether the new version can begin with state of the old one; none: whether it keeps state at all.
  using state_check = std::function<expected<void>(const std::optional<wire::saved_state>&)>;

  expected<void> start(const std::shared_ptr<const manifest>& manifest, const module_options& options,
                       const supervision_tree::child_maker& make_child);
  [[nodiscard]] module_version make_version(const std::shared_ptr<const manifest>& manifest,
                                            const module_options& options);
  [[nodiscard]] expected<module_version> running_version(const std::string& module);
  [[nodiscard]] static expected<bool> plan_state(const module_version& from, const module_options& to,
                                                 const upgrade_options& how, const state_check& restorable);
  [[nodiscard]] expected<upgrade::task> plan_upgrade(const std::shared_ptr<const manifest>& fresh,
                                                     const module_options& options, const upgrade_options& how,
                                                     const state_check& restorable);
  expected<void> replace(const std::shared_ptr<const manifest>& fresh, const module_options& options,
                         const upgrade_options& how, supervision_tree::child_maker make_child,
                         const state_check& restorable, upgrade::on_end done);
  [[nodiscard]] expected<void> enter_remote(const std::shared_ptr<const manifest>& of, const module_options& options,
                                            const std::vector<std::shared_ptr<replica>>& replicas);
  void granted(const std::string& module, value row);
  void hedge(const manifest& of, const module_options& options, const std::vector<std::shared_ptr<replica>>& replicas);
  [[nodiscard]] expected<worker_launcher*> launcher();
  expected<void> try_add_process(const process_options& how, const module_options& options);
  expected<void> enlist(const std::shared_ptr<process_port>& starting);
  [[nodiscard]] expected<introduced_process> first_life(const process_options& how);
  [[nodiscard]] supervision_tree::child_maker child_of(const module_factory& factory,
                                                       const std::shared_ptr<const manifest>& of,
                                                       const module_options& options);
  [[nodiscard]] supervision_tree::child_maker child_of(const process_options& how, introduced_process first);

  services& services_;
  actor_host& host_;
  const std::shared_ptr<remote_modules> remote_ = std::make_shared<remote_modules>();
  std::mutex mutex_;
  bool closing_ = false;
  open_launcher open_launcher_;
  std::unique_ptr<worker_launcher> launcher_;
  std::vector<std::weak_ptr<supervised_process>> processes_;
  std::vector<std::weak_ptr<process_port>> first_ports_;  ///< of processes that are waited for
  bool starts_abandoned_ = false;
  std::map<std::string, std::vector<module_version>> versions_;  ///< what runs, by the module's name
  std::set<std::string, std::less<>> remote_names_;
  std::map<std::string, std::shared_ptr<agents::upgrade>> upgrades_;
  std::map<std::string, value> grants_;  ///< by the process module's name
  const std::function<void()> registry_changed_;
  supervision_tree tree_;
};

}  // namespace agents
