// SPDX-License-Identifier: Apache-2.0
#include "actors/text/segment_module.hpp"

namespace agents::text {

module segment_module() {
  return module("text_segmenter", "1.0.0")
      .described("Cuts a document into citable segments with exact byte ranges and their headings")
      .offers("text.segment@1", [](const segment_request& in) { return segment_reply{segment_text(in.text)}; },
              {.effect = effect::pure,
               .description = "Sentences, clauses and list items, each with the path of its headings"});
}

}  // namespace agents::text
