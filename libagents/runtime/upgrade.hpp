// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "libagents/runtime/canary.hpp"
#include "libagents/runtime/supervision_tree.hpp"
#include "libagents/runtime/upgrade_options.hpp"

namespace agents {

/// One version of a module as it runs.
struct module_version {
  std::shared_ptr<const manifest> what;
  std::vector<std::shared_ptr<replica>> replicas;
  module_options options;
  std::string id;  ///< of the child of `options.supervisor`
};

/// Puts a new version of a module in the place of a running one without losing a request (docs/supervision.md):
/// starts it beside the old one, shifts the requests, lets the old one finish, and stops it; or takes everything back.
///
/// Owner: the node. Everything happens in timers and in supervisors' threads.
class upgrade : public std::enable_shared_from_this<upgrade> {
 public:
  using on_end = std::function<void(expected<upgrade_report>)>;
  struct task {
    module_version from;
    module_version to;
    supervision_tree::child_maker make_child;
    upgrade_options how;
    bool hand_over_state = false;  ///< the old version keeps state: it ends before the new one begins
  };

  /// `registry_changed`: what was derived from the registry is void. `done` is called once.
  upgrade(services& s, supervision_tree& tree, task t, std::function<void()> registry_changed, on_end done);

  /// Registers the new version, and goes on by itself. An error: nothing has happened, and `done` is not called.
  expected<void> begin();
  /// The node stops.
  void abandon();

 private:
  enum class phase : std::uint8_t {
    draining_for_state,
    ending_for_state,
    starting,
    canary,
    draining,
    draining_back,  ///< of the new version, which is taken back
    removing,
    over,
  };

  void enter(phase p, duration limit);
  void tick();
  void on_starting(time_point now);
  void on_canary(time_point now);
  void on_draining(time_point now);
  void begin_life_with_state();
  void began();
  void shift();
  void roll_back(const std::string& why);
  void bring_back();
  void remove(const module_version& v);
  void finish();
  void conclude(expected<upgrade_report> r);
  void publish(std::string text, errc outcome = errc::none);
  void arm();

  [[nodiscard]] std::vector<shared_offer> offers_of(const module_version& v) const;
  [[nodiscard]] outcome_counts counts_of(const module_version& v) const;
  void set_share(const module_version& v, double share);

  services& services_;
  supervision_tree& tree_;
  const task task_;
  const std::function<void()> registry_changed_;
  on_end done_;
  std::recursive_mutex mutex_;
  phase phase_ = phase::over;
  time_point until_{};
  time_point begun_{};
  std::optional<canary_judge> judge_;
  outcome_counts fresh_before_;
  outcome_counts old_before_;
  upgrade_report report_;
};

/// Whether callers of the old version can go on with the new one: every capability is still offered, takes what the old
/// one took, and gives what the old one gave, as far as that can be decided. The error names capability and example.
[[nodiscard]] expected<void> check_successor(const manifest& old, const manifest& fresh);

}  // namespace agents
