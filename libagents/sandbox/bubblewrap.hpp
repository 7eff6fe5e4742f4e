// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "libagents/sandbox/process_image.hpp"

namespace agents::sandbox {

/// The user and group of a sandbox, inside; outside too, when the node is root. Debian and systemd use this number for
/// nothing.
inline constexpr unsigned sandbox_user = 65530;

/// How the host's system folders are shown: links like /bin → usr/bin, folders, and what of /etc there is.
struct system_view {
  std::vector<std::pair<std::string, std::string>> links;
  std::vector<std::string> folders;
  std::vector<std::string> settings;
};

/// What a start of bubblewrap needs beside the image.
struct bubblewrap_start {
  bool as_root = false;
  std::string setpriv;  ///< needed as root: becomes `sandbox_user` at last
  int info = -1;        ///< descriptors that bubblewrap inherits: it tells the process number, …
  int release = -1;     ///< … waits for a byte before it runs the command, as root before it mounts as well, …
  int allowed = -1;     ///< … loads the two filters, …
  int refused = -1;
  int accounts = -1;                                ///< … and copies a list of accounts
  std::vector<std::filesystem::path> covered = {};  ///< folders of the node, inside of what is shown
};

/// Root's sandboxes wait twice: for their user map too. Only the second wait closes the descriptor inside.
[[nodiscard]] bool waits_for_users(const process_image& image, const bubblewrap_start& s);

/// The command line, beginning with the program's name. Pure: looks at nothing.
[[nodiscard]] std::vector<std::string> bubblewrap_arguments(const process_image& image, const system_view& view,
                                                            const bubblewrap_start& s);

}  // namespace agents::sandbox
