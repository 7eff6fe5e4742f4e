// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "actors/retrieve/passages.hpp"
#include "libagents/module.hpp"

namespace agents::retrieve {

struct retrieve_request {
  std::string text;
  std::string query;
  std::int64_t k = 5;  ///< how many passages, 1 to 1000

  template <class S, class V>
  static void visit_fields(S& s, V& v) {
    v("text", s.text);
    v("query", s.query);
    v("k", s.k, {.optional = true, .minimum = 1, .maximum = 1000, .doc = "how many passages"});
  }
};

struct retrieve_reply {
  std::vector<passage> passages;  ///< best first
  AGENTS_FIELDS(passages)
};

/// Offers `text.retrieve@1`: see `find_passages`. Pure; free of charge; about 50 ms per megabyte of text.
[[nodiscard]] module retrieve_module();

}  // namespace agents::retrieve
