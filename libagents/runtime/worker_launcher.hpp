// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "libagents/core/clock.hpp"
#include "libagents/core/expected.hpp"
#include "libagents/core/random.hpp"
#include "libagents/core/value.hpp"
#include "libagents/sandbox/permissions.hpp"
#include "libagents/wire/worker_link.hpp"

namespace agents {

/// How a worker process is started, and what it may do: without more in a sandbox (docs/sandbox.md). It gets a process
/// group of its own, no standard input, and an environment with nothing but PATH, HOME, LANG, LC_ALL, LC_CTYPE, TZ,
/// TMPDIR, the invitation, and what is listed here.
struct worker_command {
  std::vector<std::string> arguments;    ///< the program, found in PATH unless it has a slash, and its arguments
  std::filesystem::path folder;          ///< its working folder; empty: the node's
  std::vector<std::string> environment;  ///< "NAME": passed on from the node; "NAME=value": set
  /// Variable → file with a secret. The node reads the file at each start; the variable holds the name of a file that
  /// only this process can open. So a secret is in no command line and no environment.
  std::map<std::string, std::filesystem::path> secrets;
  sandbox::permissions may;  ///< what the operator granted; trusted: no sandbox
};

/// Who hears about a worker process: its messages, what it prints, and its end.
class worker_observer : public wire::worker_listener {
 public:
  /// A line of its standard output or error. Called from the launcher's thread.
  virtual void on_line(std::string line) = 0;
  /// The process has ended, nothing of its group is left, and no more lines come; `how`: "exit code 3". Called once for
  /// each launch that did not fail, from the launcher's thread.
  virtual void on_exit(const std::string& how, bool orderly) = 0;
};

/// A worker process that was launched. The destructor kills it.
///
/// Callers: any thread; nothing blocks. After the end nothing does anything.
class launched_worker {
 public:
  virtual ~launched_worker() = default;
  [[nodiscard]] virtual wire::worker_link& link() = 0;
  /// Asks every process of the group to end.
  virtual void terminate() = 0;
  /// Ends every process of the group.
  virtual void kill() = 0;
  /// The process runs on another host: nobody here can end it.
  [[nodiscard]] virtual bool is_elsewhere() const { return false; }
};

/// Starts worker processes. A seam: `open_worker_launcher` of cluster/process starts real ones.
///
/// Owner: the node; outlives what it launched. Callers: any thread.
class worker_launcher {
 public:
  virtual ~worker_launcher() = default;
  /// `not_found` when there is no such program, file or folder; `bad_input`, `rejected`, `unsupported` when it cannot
  /// be confined. What fails later is told to the observer.
  [[nodiscard]] virtual expected<std::unique_ptr<launched_worker>> launch(const worker_command& what,
                                                                          const wire::node_session_settings& session,
                                                                          std::weak_ptr<worker_observer> observer) = 0;
  /// What limits a process with these permissions, and by what: [{limit, value, by}].
  [[nodiscard]] virtual expected<value> limits_of(const sandbox::permissions& may) const = 0;
};

/// Opens a launcher when the first process module is added. Clock and random outlive it.
using open_launcher = std::function<expected<std::unique_ptr<worker_launcher>>(const clock&, random&)>;

}  // namespace agents
