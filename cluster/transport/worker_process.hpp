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
  std::string token;     ///< of a worker that its node started
  std::string node_key;  ///< over TCP: the node's public key, 40 characters of Z85
  std::string key_file;  ///< over TCP: the file with this worker's own pair
  std::string sdk = "c++";
  /// Plain handlers: how many calls may wait in this process for the one that runs. They fail with it when it crashes;
  /// what waits in the node survives. Of modules with coroutines the manifest's `concurrency` counts.
  std::int64_t window = 4;
};

/// Settings from AGENTS_ENDPOINT and AGENTS_TOKEN, or on another host than the node's from AGENTS_ENDPOINT,
/// AGENTS_NODE_KEY and AGENTS_KEY_FILE; `bad_input` when one is missing.
[[nodiscard]] expected<worker_settings> worker_settings_from_environment();
/// The same, with what the command line says in their place: --endpoint ADDRESS, --node-key KEY, --key-file FILE.
/// Other arguments are the module's own business.
[[nodiscard]] expected<worker_settings> worker_settings_from(int argc, const char* const* argv);

/// Serves a module to the node until one of them ends the session: the `main` of a module in a process of its own.
///
/// Over TCP the process lives on: it connects anew when the session has ended, until the node says that trying again
/// will not help, or a handler has thrown. What goes wrong meanwhile is said on standard error.
///
///     int main() { return agents::worker_exit_code(agents::serve(shouter())); }
///
/// SIGTERM ends it in order, unless the program handles it itself: no new calls, the open ones end, then goodbye.
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
