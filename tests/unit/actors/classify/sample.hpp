// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "actors/classify/labelled_document.hpp"

namespace agents::classify::sample {

/// Ten short contracts; each has a law clause, every second one a termination clause.
inline std::vector<labelled_document> documents() {
  const std::vector<std::string> states{"Ohio", "Texas", "New York", "Nevada", "Maine"};
  std::vector<labelled_document> out;
  for (int i = 0; i < 10; ++i) {
    labelled_document d;
    d.title = "contract " + std::to_string(i);
    d.asked = {"Governing Law", "Termination"};
    const auto add = [&](const std::string& category, const std::string& clause) {
      const auto begin = static_cast<std::int64_t>(d.text.size());
      d.text += clause;
      if (!category.empty())
        d.clauses.push_back({category, clause, {{begin, begin + static_cast<std::int64_t>(clause.size())}}});
      d.text += "\n\n";
    };
    add("", "The Supplier shall deliver the goods to the warehouse of the Customer number " + std::to_string(i) + ".");
    add("Governing Law", "This Agreement shall be governed by the laws of the State of " +
                             states[static_cast<std::size_t>(i) % 5] + ".");
    if (i % 2 == 0)
      add("Termination", "Either party may terminate this Agreement upon thirty days written notice to the other.");
    add("", "The Customer shall pay the price of the goods within " + std::to_string(20 + i) + " days after delivery.");
    out.push_back(std::move(d));
  }
  return out;
}

}  // namespace agents::classify::sample
