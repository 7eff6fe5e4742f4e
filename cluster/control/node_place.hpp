// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "cluster/transport/private_folder.hpp"
#include "libagents/core/expected.hpp"

namespace agents::control {

/// A node that runs: who it is and where it is reached.
struct running_node {
  std::int64_t pid = 0;
  std::string endpoint;  ///< "" while it is just starting
};

/// The place of the one node of a data folder: `HOME/node` with a lock that dies with the process, whatever kills it.
///
/// Owner: the node's program, as long as the node lives.
class node_place {
 public:
  /// Takes the place. `conflict` when a node has it, with its process id; `io` when the folder cannot be written.
  [[nodiscard]] static expected<node_place> take(const std::filesystem::path& home);
  /// The node that has the place, if one has. Takes nothing, disturbs nobody.
  [[nodiscard]] static std::optional<running_node> find(const std::filesystem::path& home);

  node_place(node_place&& other) noexcept;
  node_place& operator=(node_place&&) = delete;
  node_place(const node_place&) = delete;
  node_place& operator=(const node_place&) = delete;
  /// Frees the place.
  ~node_place();

  /// Where the control socket is to be bound; a stale one is removed.
  [[nodiscard]] expected<std::filesystem::path> socket_file();
  /// Says where the node is reached.
  [[nodiscard]] expected<void> announce(const std::string& endpoint);

 private:
  node_place(std::filesystem::path folder, int lock) : folder_(std::move(folder)), lock_(lock) {}

  std::filesystem::path folder_;
  int lock_ = -1;
  std::optional<private_folder> elsewhere_;  ///< for a socket whose path would be too long
};

}  // namespace agents::control
