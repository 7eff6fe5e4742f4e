// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cluster/cli/console.hpp"

namespace agents::cli {

struct tree_options {
  std::string config;  ///< of the node; "" = the defaults
  bool watch = false;  ///< again every half second until Ctrl-C
};

/// `agents tree`: starts a node without a journal and prints its supervision tree.
exit_code tree(const tree_options& o, const console& c);

}  // namespace agents::cli
