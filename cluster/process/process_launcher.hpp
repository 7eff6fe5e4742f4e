// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "libagents/core/clock.hpp"
#include "libagents/core/expected.hpp"
#include "libagents/core/random.hpp"
#include "libagents/runtime/worker_launcher.hpp"

namespace agents {

/// Starts worker processes on this host: `config.processes = agents::open_worker_launcher;`
///
/// Two threads and a socket in a private folder; `io` when that is not possible.
[[nodiscard]] expected<std::unique_ptr<worker_launcher>> open_worker_launcher(const clock& c, random& r);

}  // namespace agents
