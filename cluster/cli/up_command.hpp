// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cluster/cli/console.hpp"

namespace agents::cli {

struct up_options {
  std::string config;   ///< of the node; "" = the defaults
  std::string metrics;  ///< address; wins over the configuration
  std::string version;  ///< of the program
};

/// `agents up`: a node that stays until SIGTERM, Ctrl-C or `agents down`, and can be asked meanwhile.
exit_code up(const up_options& o, const console& c);

}  // namespace agents::cli
