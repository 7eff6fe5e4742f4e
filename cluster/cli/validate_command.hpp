// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cluster/cli/console.hpp"

namespace agents::cli {

struct validate_options {
  std::string file;    ///< a job.toml, its folder, or a node configuration
  std::string config;  ///< for a job: of the node that will run it; "": the defaults
};

/// `agents validate`: a job with the types of all its edges, or a node's configuration with what it needs on this
/// host: programs, folders, files of secrets, the address of the metrics.
exit_code validate(const validate_options& o, const console& c);

}  // namespace agents::cli
