// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "actors/classify/clause_model.hpp"
#include "libagents/module.hpp"

namespace agents::classify {

struct classify_request {
  std::string clause;
  std::string heading;  ///< of the section it came from; "" when unknown
  std::string before;   ///< what stands in front of it in the document; "" when unknown
  std::string after;    ///< what stands behind it
  std::int64_t k = 3;   ///< how many types

  template <class S, class V>
  static void visit_fields(S& s, V& v) {
    v("clause", s.clause);
    v("heading", s.heading, {.optional = true, .doc = "heading of the section the clause came from"});
    v("before", s.before,
      {.optional = true, .doc = "the 1000 bytes in front of the clause; they help to tell its type"});
    v("after", s.after, {.optional = true, .doc = "the 600 bytes behind the clause"});
    v("k", s.k, {.optional = true, .minimum = 1, .doc = "how many types"});
  }
};

struct classify_reply {
  std::vector<type_score> types;  ///< most probable first
  AGENTS_FIELDS(types)
};

/// Offers `clause.classify@1`: see `clause_model::classify`. Pure; free of charge; tens to hundreds of microseconds per
/// clause. The replicas made from one factory share the model.
[[nodiscard]] module classify_module(clause_model model);

}  // namespace agents::classify
