// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace agents {

/// Seconds per request and response between two bare CAF actors with the settings of `caf_host`, over `n` requests:
/// what the machine and CAF leave us at best. For benchmarks.
[[nodiscard]] double raw_caf_request_seconds(int n);

}  // namespace agents
