// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/config/node_settings.hpp"

namespace agents::config {

/// Tells each sandboxed module what around it belongs to the node and to the other modules, and where its paths lead to
/// now. When everything else is read.
void note_surroundings(node_settings& s);

}  // namespace agents::config
