// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "libagents/runtime/supervisor.hpp"

namespace agents {

/// A supervisor as the child of another one.
///
/// Callers of `add`, `below`: any thread.
class supervised_group final : public supervised, public std::enable_shared_from_this<supervised_group> {
 public:
  /// `children` are those of each life.
  supervised_group(services& s, actor_host& host, std::string name, supervision::supervisor_flags flags,
                   std::vector<declared_child> children = {});

  /// Declares one more child: started now if the supervisor runs, and in each later life, unless its start fails now.
  /// (Children added through the port are lost with the life, as in OTP.)
  void add(declared_child child);
  /// Stops a child. It stays declared: `restart` begins its next life. `done` is called in any thread, also when it did
  /// not run.
  void terminate(const std::string& id, std::function<void()> done);
  /// `done` gets an error, in any thread, when it could not be started: then it is down. It stays declared.
  void restart(const std::string& id, std::function<void(expected<void>)> done);
  /// Stops a child and forgets it.
  void remove(const std::string& id, std::function<void()> done);

  void start(supervision::life_number which, on_start started, on_end ended) override;
  void stop() override;
  /// A supervisor is waited for: its own children have their times.
  void kill() override { stop(); }
  [[nodiscard]] farewell down(const supervision::exit_reason& why) override;
  void publish(const supervision::note_command& what) override;
  [[nodiscard]] value describe() const override;
  [[nodiscard]] std::shared_ptr<supervisor_port> below() const override;

 private:
  [[nodiscard]] std::vector<std::string> members() const;
  [[nodiscard]] std::optional<declared_child> child_of(const std::string& id) const;
  void on_added(const declared_child& child, const std::shared_ptr<supervisor_port>& port, supervision::answer how,
                const std::string& why);
  void wait_for_next_life(const std::shared_ptr<supervised>& who, const std::shared_ptr<supervisor_port>& asked);
  void rest(const std::shared_ptr<supervisor_port>& port);
  void forget(const std::shared_ptr<supervised>& who);

  services& services_;
  actor_host& host_;
  std::string name_;
  supervision::supervisor_flags flags_;
  mutable std::mutex mutex_;
  std::vector<declared_child> children_;
  std::shared_ptr<supervisor_port> port_;  ///< of the life, if there is one
  bool resting_ = false;                   ///< between two lives, or after the last
};

}  // namespace agents
