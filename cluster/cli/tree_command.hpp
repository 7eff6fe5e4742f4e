// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cluster/cli/console.hpp"

namespace agents::cli {

struct tree_options {
  std::string config;  ///< start a node with it; "": the node that runs here, or one with the defaults
  bool watch = false;  ///< again every half second until Ctrl-C
};

/// `agents tree`: prints the supervision tree of the node that runs, or of one without a journal that is started for
/// this.
exit_code tree(const tree_options& o, const console& c);

}  // namespace agents::cli
