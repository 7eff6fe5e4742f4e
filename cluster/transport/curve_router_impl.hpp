// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "cluster/transport/router.hpp"

namespace agents {

/// A ROUTER socket of ZeroMQ on TCP, encrypted with CURVE.
///
/// ZeroMQ counts what waits in messages, not in bytes, and keeps a message that has not ended in memory: so it is for
/// peers whose key was admitted. See docs/remote_modules.md.
[[nodiscard]] expected<std::unique_ptr<router>> open_curve_router(const tcp_options& tcp, router_listener& listener,
                                                                  const router_options& options);

}  // namespace agents
