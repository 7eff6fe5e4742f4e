// SPDX-License-Identifier: Apache-2.0
#include "actors/classify/classify_module.hpp"

#include <algorithm>
#include <utility>

namespace agents::classify {

module classify_module(clause_model model) {
  return module("clause_classifier", "1.0.0")
      .described("Tells the type of a contract clause by linear models on n-grams")
      .offers("clause.classify@1",
              [model = std::move(model)](const classify_request& in) {
                auto types = model.classify(clause_place{in.clause, in.heading, in.before, in.after});
                types.resize(std::min(types.size(), static_cast<std::size_t>(std::max<std::int64_t>(1, in.k))));
                return classify_reply{std::move(types)};
              },
              {.effect = effect::pure, .description = "The most probable types of a clause with their probabilities"});
}

}  // namespace agents::classify
