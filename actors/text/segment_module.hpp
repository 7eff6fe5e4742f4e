// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "actors/text/segment.hpp"
#include "libagents/module.hpp"

namespace agents::text {

struct segment_request {
  std::string text;
  AGENTS_FIELDS(text)
};

struct segment_reply {
  std::vector<segment> segments;
  AGENTS_FIELDS(segments)
};

/// Offers `text.segment@1`: see `segment_text`. Pure; free of charge; about 15 ms per megabyte.
[[nodiscard]] module segment_module();

}  // namespace agents::text
