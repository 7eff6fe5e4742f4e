// SPDX-License-Identifier: Apache-2.0
#include "actors/retrieve/bm25.hpp"

#include <cmath>
#include <string>

#include "actors/retrieve/passages.hpp"
#include "actors/retrieve/retrieve_module.hpp"
#include "tests/catch.hpp"

using namespace agents;
using namespace agents::retrieve;

TEST_CASE("the score is that of the published formula") {
  const std::vector<std::string_view> passages{"alpha beta", "alpha alpha gamma", "delta"};
  const bm25_index index{passages, {.k1 = 1.2, .b = 0.75}};
  const double idf = std::log(1 + (3 - 2 + 0.5) / (2 + 0.5));
  const double norm = 1.2 * (1 - 0.75 + 0.75 * 3 / 2);
  CHECK(index.scores("alpha")[1] == Approx(idf * 2 * 2.2 / (2 + norm)).epsilon(1e-5));
  CHECK(index.scores("alpha")[2] == 0);
}

TEST_CASE("rare words count more than common ones; ties keep the order of the passages") {
  const std::vector<std::string_view> passages{"the law of the state", "the fee of the year", "the the the",
                                               "the fee of the year"};
  const bm25_index index{passages};
  const auto found = index.search("the fee", 10);
  REQUIRE(found.size() == 4);
  CHECK(found[0].passage == 1);
  CHECK(found[1].passage == 3);
  CHECK(index.search("the fee", 1).size() == 1);
  CHECK(index.search("unknown", 5).empty());
}

TEST_CASE("an index of nothing finds nothing") {
  CHECK(bm25_index{{}}.search("word", 3).empty());
  const std::vector<std::string_view> empty{"", ""};
  CHECK(bm25_index{empty}.search("word", 3).empty());
}

TEST_CASE("passages are verbatim and headings help to find them") {
  const std::string text =
      "1. GOVERNING LAW. This Agreement is subject to the statutes of Ohio.\n\n"
      "2. FEES. The customer pays each month.\n\n3. NOTICES. Notices are sent by mail.";
  const auto found = find_passages(text, "Which state's law governs?", 2);
  REQUIRE_FALSE(found.empty());
  CHECK(found[0].text == "This Agreement is subject to the statutes of Ohio.");
  CHECK(text.substr(static_cast<std::size_t>(found[0].begin),
                    static_cast<std::size_t>(found[0].end - found[0].begin)) == found[0].text);
  CHECK(found[0].heading == "GOVERNING LAW");
}

TEST_CASE("the module offers a pure capability and is well described") {
  const auto m = retrieve_module();
  CHECK(check(m.manifest()).has_value());
  CHECK(m.manifest().capabilities.at(0).effect == effect::pure);
}
