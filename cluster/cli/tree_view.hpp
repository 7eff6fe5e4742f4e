// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libagents/core/value.hpp"

namespace agents::cli {

/// One line of a supervision tree as people see it.
struct tree_row {
  enum class health : std::uint8_t { running, changing, down };

  std::string branches;  ///< what joins it to the lines above: "│  ├─ "
  std::string name;
  std::string state;  ///< "" of the root, which always runs
  health how = health::running;
  std::string strategy;  ///< of a supervisor: its strategy and its limit of restarts; both "" of a worker
  std::string limit;     ///< "3 in 10 s"
  std::string restarts;  ///< since its supervisor began
  std::string mailbox;   ///< waiting requests; "" of a supervisor
  std::string in_flight;
};

enum class tree_lines : std::uint8_t { box_drawing, ascii };

/// The rows of what `node::tree()` gives, from the root down. A module that has one replica and a supervisor for itself
/// alone is one row.
[[nodiscard]] std::vector<tree_row> tree_rows(const value& tree, tree_lines how);

/// Every child and its children run, or rest for good: nothing is just being started, stopped or restarted.
[[nodiscard]] bool is_settled(const value& tree);

}  // namespace agents::cli
