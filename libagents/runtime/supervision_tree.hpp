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
  ~supervision_tree();
  supervision_tree(const supervision_tree&) = delete;
  supervision_tree& operator=(const supervision_tree&) = delete;

  [[nodiscard]] expected<void> check(const manifest& module, const module_options& options) const;
  /// How a replica becomes a child: by what it runs in.
  using child_maker = std::function<std::shared_ptr<supervised>(const std::shared_ptr<replica>&)>;
  /// Starts a module that satisfies `check`, as the child `id` of `options.supervisor`.
  void add(const std::string& id, const child_maker& make_child, const module_options& options,
           const std::vector<std::shared_ptr<replica>>& replicas);
  /// The id that a module gets: its name, or name and version beside another version.
  [[nodiscard]] std::string id_for(const manifest& module, const module_options& options) const;
  /// Those that start and stop with a child: `depends_on`.
  [[nodiscard]] std::vector<std::string> dependents_of(const std::string& supervisor, const std::string& id) const;
  /// See `supervised_group`.
  void terminate(const std::string& supervisor, const std::string& id, std::function<void()> done);
  void restart(const std::string& supervisor, const std::string& id, std::function<void(expected<void>)> done);
  void remove(const std::string& supervisor, const std::string& id, std::function<void()> done);
  /// Stops everything, in order. The host's `join` waits for it.
  void stop();
  /// See `node::tree`. `meanwhile` makes actors run where nothing else does.
  [[nodiscard]] value describe(const std::function<void()>& meanwhile) const;

 private:
  struct group {
    supervision::supervisor_flags flags;
    std::shared_ptr<supervised_group> who;
    std::vector<std::string> members;                       ///< ids, in order
    std::map<std::string, std::vector<std::string>> needs;  ///< id → what it depends on
  };

  /// The root's lives, as whoever starts it anew knows them; outlives the tree.
  struct root_lives {
    std::mutex mutex;
    bool stopping = false;
    time_point began{};
    int short_lives = 0;  ///< in a row
  };

  void start_root(supervision::life_number which);
  void root_ended(supervision::life_number which);
  [[nodiscard]] std::shared_ptr<supervised_group> group_of(const std::string& supervisor) const;
  [[nodiscard]] std::shared_ptr<supervised_group> of_module(const module_options& options, const std::string& id,
                                                            std::vector<declared_child> replicas) const;

  services& services_;
  actor_host& host_;
  mutable std::mutex mutex_;
  std::map<std::string, group, std::less<>> groups_;  ///< by name; the root is ""
  const std::shared_ptr<root_lives> root_ = std::make_shared<root_lives>();
};

/// `bad_input` when names are used twice, parents are not declared before, or flags contradict each other.
[[nodiscard]] expected<void> check_groups(const std::vector<group_options>& groups);

}  // namespace agents
