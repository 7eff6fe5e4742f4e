// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "libagents/contract/module.hpp"
#include "libagents/core/expected.hpp"

namespace agents {

/// How a worker process finds its node.
struct worker_settings {
  std::string endpoint;
  std::string token;
  std::string sdk = "c++";
  /// Plain handlers: how many calls may wait in this process for the one that runs. They fail with it when it crashes;
  /// what waits in the node survives. Of modules with coroutines the manifest's `concurrency` counts.
  std::int64_t window = 4;
};

/// Settings from AGENTS_ENDPOINT and AGENTS_TOKEN; `bad_input` when one is missing.
[[nodiscard]] expected<worker_settings> worker_settings_from_environment();

/// Serves a module to the node until one of them ends the session: the `main` of a module in a process of its own.
///
///     int main() { return agents::worker_exit_code(agents::serve(shouter())); }
///
/// Handlers run in the calling thread, as in a replica of the node; a second thread says heartbeats and listens for
/// cancellations while one of them computes. Nothing when the node said goodbye in order; else why not: `rejected`,
/// `node_down`, `crashed` when a handler threw or its state could not be restored. State (`module::keeps_state`) is
/// kept by the node, as that of a module in the node's own process.
[[nodiscard]] expected<void> serve(module m, const worker_settings& settings);
/// The same with the settings of the environment.
[[nodiscard]] expected<void> serve(module m);

/// 0, or 1 with the error on standard error.
[[nodiscard]] int worker_exit_code(const expected<void>& served);

}  // namespace agents
