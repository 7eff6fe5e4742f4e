// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "cluster/transport/curve_identity_impl.hpp"
#include "cluster/transport/worker_process.hpp"

namespace agents {

/// True when the node is elsewhere, and did not start this process.
[[nodiscard]] bool is_remote(const worker_settings& s);

/// The keys of a worker on another host; none on a local socket, and for a loopback address without keys. `bad_input`
/// when one is missing or would be needed; errors of the key file.
[[nodiscard]] expected<std::optional<curve_identity>> identity_of(const worker_settings& s);

}  // namespace agents
