// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "libagents/core/expected.hpp"
#include "libagents/core/ids.hpp"

namespace agents::cli {

/// The run that a person means: an id, or its beginning, from 4 characters on, if no other run's id begins so. Errors:
/// `bad_input` for what is no id, or the beginning of several; `not_found` for a beginning that no run has; the
/// store's.
[[nodiscard]] expected<run_id> choose_run(const std::string& text);

}  // namespace agents::cli
