// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "libagents/module.hpp"

namespace agents::verify {

/// Offers `verify.citations@1`: see `verify_citations`.
[[nodiscard]] module citation_verifier();

}  // namespace agents::verify
