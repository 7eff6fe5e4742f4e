// SPDX-License-Identifier: Apache-2.0
#include "actors/text/tokenize.hpp"

#include "tests/catch.hpp"

using namespace agents::text;
using list = std::vector<std::string>;

TEST_CASE("words are lower-cased and possessives dropped") {
  CHECK(words("The LICENSEE's rights") == list{"the", "licensee", "rights"});
  CHECK(words("Party\xE2\x80\x99s 'own'") == list{"party", "own"});
}

TEST_CASE("numbers, amounts and redactions become words of their own") {
  CHECK(words("$1,250,000.50 or 5.5%") == list{"$", "#", "or", "#", "%"});
  CHECK(words("within [***] days") == list{"within", "*", "days"});
}

TEST_CASE("quotation marks and dashes separate; other letters belong to words") {
  CHECK(words("\xE2\x80\x9CTerm\xE2\x80\x9D\xE2\x80\x94"
              "caf\xC3\xA9") == list{"term", "caf\xC3\xA9"});
}

TEST_CASE("tokens know their bytes") {
  const std::string text = "  Governing\xC2\xA0Law, 2020";
  const auto tokens = tokenize(text);
  REQUIRE(tokens.size() == 3);
  CHECK(text.substr(tokens[0].begin, tokens[0].end - tokens[0].begin) == "Governing");
  CHECK(text.substr(tokens[1].begin, tokens[1].end - tokens[1].begin) == "Law");
  CHECK(text.substr(tokens[2].begin, tokens[2].end - tokens[2].begin) == "2020");
  CHECK(tokens[0].capital);
  CHECK_FALSE(tokens[2].capital);
}

TEST_CASE("words of one stem share their prefix, not their hash") {
  const auto tokens = tokenize("terminate termination");
  CHECK(tokens[0].prefix == tokens[1].prefix);
  CHECK(tokens[0].hash != tokens[1].hash);
}

TEST_CASE("joining hashes depends on the order") {
  CHECK(join(hash_bytes("a"), hash_bytes("b")) != join(hash_bytes("b"), hash_bytes("a")));
}

TEST_CASE("hashes are stored in models and never change") { CHECK(hash_bytes("agreement") == 0xA9AD90AEC51788E9ULL); }
