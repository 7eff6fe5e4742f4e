// SPDX-License-Identifier: Apache-2.0
#include "actors/classify/feature_keys.hpp"

#include <algorithm>

#include "tests/catch.hpp"

using namespace agents::classify;

namespace {

std::size_t shared(std::vector<std::uint32_t> a, std::vector<std::uint32_t> b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  std::vector<std::uint32_t> both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return both.size();
}

}  // namespace

TEST_CASE("characters see the kinship of words that are spelled differently") {
  const auto one = character_keys("non-transferable", "");
  const auto two = character_keys("nontransferrable", "");
  CHECK(shared(one.body, two.body) > 20);
  CHECK(shared(keys_of("transferable", "").body, keys_of("intransferable", "").body) == 0);
  CHECK(shared(character_keys("transferable", "").body, character_keys("intransferable", "").body) > 10);
}

TEST_CASE("case, spacing and redactions do not matter to characters") {
  CHECK(character_keys("The  [***] TERM,", "").body == character_keys("the [ ] term ,", "").body);
  CHECK(character_keys("a", "b").body != character_keys("b", "a").body);
  CHECK(shared(character_keys("term", "").body, character_keys("", "term").heading) == 0);
}

TEST_CASE("the opening is the first fourteen words and how the clause is cut") {
  const std::string words = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen";
  CHECK(opening_keys(words + " fifteen").body == opening_keys(words + " sixteen").body);
  CHECK(opening_keys("Each party").heading != opening_keys("each party").heading);
  CHECK(opening_keys(words).heading != opening_keys("one two").heading);
  CHECK(opening_keys("").body.empty());
}

TEST_CASE("surroundings hold nothing of the clause, and before is not after") {
  CHECK(surrounding_keys({"the clause", "its heading", {}, {}}).body.empty());
  CHECK(surrounding_keys({"the clause", "its heading", {}, {}}).heading.empty());
  const auto before = surrounding_keys({"", "", "governing law", ""});
  const auto after = surrounding_keys({"", "", "", "governing law"});
  CHECK(before.body.size() == after.heading.size());
  CHECK(shared(before.body, after.heading) == 0);
}
