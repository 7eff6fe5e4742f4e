// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace agents::sandbox {

/// A place that is not a sandbox's own, and what it is in an error: "the data of the node", "the secret KEY of module
/// a".
struct place_of_others {
  std::filesystem::path where;
  std::string what;
};

/// What there is beside one sandbox in its operator's configuration. Whoever starts a process without a configuration
/// may leave it empty: then nothing of it is known, and nothing is kept away.
///
/// All paths are absolute. Whether one lies in another is asked of the places that they lead to, not of their names.
struct surroundings {
  /// Of the node: its data, its keys. No grant may touch one. Where the module's own folder contains one, it is covered
  /// by an empty folder.
  std::vector<place_of_others> node_folders;
  /// Files with secrets of other modules, which may replace them at any time: nothing that is shown may contain one.
  std::vector<place_of_others> secrets;
  /// Files with secrets of this module. The node reads them anew at each start: nothing that it may write may contain
  /// one.
  std::vector<place_of_others> own_secrets;
  /// What other modules may write. Below it they can put a link in the place of anything.
  std::vector<place_of_others> writable;
  /// Where folder and grants led to when the operator's word was read. One that leads elsewhere at a start is refused.
  std::map<std::filesystem::path, std::filesystem::path> led_to;
};

/// The path without links; what does not exist stays as it is named.
[[nodiscard]] std::filesystem::path real_path(const std::filesystem::path& p);

}  // namespace agents::sandbox
