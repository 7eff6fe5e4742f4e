// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "libagents/core/value.hpp"
#include "libagents/sandbox/bubblewrap.hpp"
#include "libagents/sandbox/cgroup.hpp"

namespace agents::sandbox {

/// What this host can do to confine a process.
struct host {
  std::string bubblewrap;
  std::string setpriv;
  bool as_root = false;  ///< the node's user is root
  system_view view;
  cgroup_places cgroups;
};

/// Looks, tries one sandbox (about 15 ms), and remembers it for the life of this process when it worked. `unsupported`
/// says what is missing and the remedy. Callers: any thread.
[[nodiscard]] expected<std::shared_ptr<const host>> this_host();

/// `bad_input`, `rejected`, `not_found`: what of the image cannot be shown to its sandbox, and the remedy.
[[nodiscard]] expected<void> check(const process_image& image);

/// Lets the user of the sandboxes connect to a socket of ours, which lies in a folder that only we may enter.
[[nodiscard]] expected<void> let_connect(const host& h, const std::filesystem::path& socket);

/// The first `name` in the folders of a PATH that the sandboxes of this host show.
[[nodiscard]] expected<std::string> find_shown_program(const std::string& name, const permissions& may);

/// Each limit with its value and what enforces it: [{limit, value, by}].
[[nodiscard]] value describe_limits(const limits& l, const host& h);

}  // namespace agents::sandbox
