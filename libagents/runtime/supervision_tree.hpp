// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "libagents/contract/manifest.hpp"
#include "libagents/runtime/module_options.hpp"
#include "libagents/runtime/supervised_group.hpp"

namespace agents {

/// The supervisors of a node: the root, the declared groups below it, and the modules.
///
/// The root gives nothing up for good: what escalates to it too often is quarantined, the rest of the node goes on.
/// Callers: any thread.
class supervision_tree {
 public:
  /// Starts the root. `groups` must satisfy `check_groups`.
  supervision_tree(services& s, actor_host& host, const std::vector<group_options>& groups);

  [[nodiscard]] expected<void> check(const manifest& module, const module_options& options) const;
  /// How a replica becomes a child: by what it runs in.
  using child_maker = std::function<std::shared_ptr<supervised>(const std::shared_ptr<replica>&)>;
  /// Starts a module that satisfies `check`.
  expected<void> add(const child_maker& make_child, const std::shared_ptr<const manifest>& of,
                     const module_options& options, const std::vector<std::shared_ptr<replica>>& replicas);
  /// Stops everything, in order. The host's `join` waits for it.
  void stop();
  /// See `node::tree`. `meanwhile` makes actors run where nothing else does.
  [[nodiscard]] value describe(const std::function<void()>& meanwhile) const;

 private:
  struct group {
    supervision::supervisor_flags flags;
    std::shared_ptr<supervised_group> who;
    std::vector<std::string> members;  ///< ids, in order
  };

  void start_root(supervision::life_number which);
  [[nodiscard]] std::shared_ptr<supervised_group> of_module(const module_options& options, const std::string& id,
                                                            std::vector<declared_child> replicas) const;

  services& services_;
  actor_host& host_;
  mutable std::mutex mutex_;
  std::map<std::string, group, std::less<>> groups_;  ///< by name; the root is ""
  std::mutex root_mutex_;
  bool stopping_ = false;
};

/// `bad_input` when names are used twice, parents are not declared before, or flags contradict each other.
[[nodiscard]] expected<void> check_groups(const std::vector<group_options>& groups);

}  // namespace agents
