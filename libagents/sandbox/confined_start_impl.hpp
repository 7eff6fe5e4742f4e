// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "libagents/core/expected.hpp"
#include "libagents/sandbox/file_handle.hpp"
#include "libagents/sandbox/host.hpp"
#include "libagents/sandbox/process.hpp"
#include "libagents/sandbox/process_image.hpp"
#include "libagents/sandbox/spawn_impl.hpp"

namespace agents::sandbox {

/// The first process of a sandbox, by the numbers of the host.
struct sandbox_init {
  int number = 0;
  file_handle handle;
};

/// One start of bubblewrap: what it inherits, and what the node does while it waits.
///
/// It tells its process number and waits. As root the node writes the user map then; else it limits the number of
/// processes, which must not count those of the user outside.
class confined_start {
 public:
  confined_start(const process_image& image, const host& on) : image_(image), host_(on) {}

  /// Fills in what to start, and with which descriptors, limits and group.
  expected<void> prepare(spawn_order& out);
  /// The child has its descriptors: ours of its side are closed.
  void started();
  /// Waits for bubblewrap's word, sets up what only the parent can, and lets it go on. `unsupported`, `io`: it gave up;
  /// how it ended and what it printed says why.
  expected<sandbox_init> settle();

 private:
  expected<void> map_users(int init) const;
  void limit_processes(int init) const;

  const process_image& image_;
  const host& host_;
  file_handle tells_;     ///< our end
  file_handle told_;      ///< its end
  file_handle waits_;     ///< its end
  file_handle releases_;  ///< our end
  std::vector<file_handle> passed_;
};

/// As `process::start`, on a host that was not tried yet.
[[nodiscard]] expected<std::unique_ptr<process>> start_on(const host& h, const process_image& image);

}  // namespace agents::sandbox
