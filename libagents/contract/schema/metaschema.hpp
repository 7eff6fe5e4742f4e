// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "libagents/core/value.hpp"

namespace agents::json_schema {

inline constexpr std::string_view draft_2020_12 = "https://json-schema.org/draft/2020-12/schema";

/// The meta-schema of draft 2020-12 or of one of its vocabularies by its URI; nullptr for any other URI. Any thread.
[[nodiscard]] shared_value find_metaschema(std::string_view uri);

}  // namespace agents::json_schema
