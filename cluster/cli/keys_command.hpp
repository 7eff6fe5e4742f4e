// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cluster/cli/console.hpp"

namespace agents::cli {

struct keys_options {
  std::string folder;  ///< "": AGENTS_HOME/keys
  std::string name;    ///< of `new`, `revoke`; of `allow` "" is the name in the file
  std::string key;     ///< of `allow`: a file or a public key
  std::vector<std::string> modules;
};

/// `agents keys …`: the keys of nodes and workers (docs/remote_modules.md).
exit_code keys_new(const keys_options& o, const console& c);
exit_code keys_list(const keys_options& o, const console& c);
exit_code keys_allow(const keys_options& o, const console& c);
exit_code keys_revoke(const keys_options& o, const console& c);

}  // namespace agents::cli
