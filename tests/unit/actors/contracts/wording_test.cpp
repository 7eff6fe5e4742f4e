// SPDX-License-Identifier: Apache-2.0
#include "actors/contracts/wording.hpp"

#include "actors/contracts/parties.hpp"
#include "tests/catch.hpp"

using namespace agents::contracts;

TEST_CASE("periods are read from words, digits and both") {
  const auto first = [](std::string text) {
    const auto all = periods(text);
    return all.empty() ? std::string{} : to_string(all.front());
  };
  CHECK(first("upon ninety (90) days' notice") == "90 days");
  CHECK(first("one hundred and twenty days") == "120 days");
  CHECK(first("forty-five days") == "45 days");
  CHECK(first("within 30 days of") == "30 days");
  CHECK(first("ten (10) business days") == "10 business days");
  CHECK(first("five full calendar years") == "5 years");
  CHECK(first("a further year") == "1 year");
  CHECK(first("many days ago").empty());
}

TEST_CASE("the period of notice is told from other periods") {
  CHECK(to_string(*notice_period(
            "renews for one year, unless one party notifies the other at least 120 days before the end")) ==
        "120 days");
  CHECK(to_string(*notice_period("after the first two years, by giving six months' prior written notice")) ==
        "6 months");
  CHECK_FALSE(notice_period("The warranty lasts one year."));
}

TEST_CASE("amounts, percentages and dates are found as written") {
  CHECK(amounts("not exceed two hundred thousand dollars ($200,000).") == std::vector<std::string>{"$200,000"});
  CHECK(amounts("EUR 3,000,000 and AUD 2.5 million") == std::vector<std::string>{"EUR 3,000,000", "AUD 2.5 million"});
  CHECK(amounts("FIFTEEN MILLION DOLLARS") == std::vector<std::string>{"FIFTEEN MILLION DOLLARS"});
  CHECK(percentages("a royalty of 3.5% and twenty percent") == std::vector<std::string>{"3.5%", "twenty percent"});
  CHECK(dates("from October 1, 2020 until the 2nd day of June, 2023") ==
        std::vector<std::string>{"October 1, 2020", "2nd day of June, 2023"});
}

TEST_CASE("the place whose law governs is named") {
  CHECK(jurisdiction("governed by the laws of the State of New York, without regard") == "State of New York");
  CHECK(jurisdiction("governed by the law of England and Wales, and the parties") == "England and Wales");
  CHECK(jurisdiction("Dutch law shall apply exclusively") == "Dutch law");
  CHECK(jurisdiction("subject to the substantive law of the Federal Republic of Germany;") ==
        "Federal Republic of Germany");
  CHECK(jurisdiction("no law is named").empty());
}

TEST_CASE("squeezing removes line breaks and typographic quotes") {
  CHECK(squeeze("  the\n\t\u201cTerm\u201d \u2013 Buyer\u2019s ") == "the \"Term\" - Buyer's");
}

TEST_CASE("parties are found by their definitions, terms are not") {
  const auto found = find_parties(
      {"LEASE (this \"Lease\") dated May 1, 2020 (the \"Effective Date\") between Acme Tools, Inc., a Delaware "
       "corporation (\"Lessor\"), and Bolt & Nut LLC, an Ohio company (the \"Lessee\").\n\n1. The machines (the "
       "\"Goods\")"});
  REQUIRE(found.parties.size() == 2);
  CHECK(found.parties[0].alias == "Lessor");
  CHECK(found.parties[0].name == "Acme Tools, Inc.");
  CHECK(found.parties[1].alias == "Lessee");
  CHECK(found.parties[1].name == "Bolt & Nut LLC");
}

TEST_CASE("without definitions the roles that the text uses most stand for the parties") {
  std::string text;
  for (int i = 0; i < 6; ++i) text += "Supplier shall deliver and Buyer shall pay. ";
  const auto found = find_parties({text});
  REQUIRE(found.parties.size() == 2);
  CHECK(found.parties[0].name.empty());
}

TEST_CASE("the subject of a right is the nearest party before it, or the one after 'by'") {
  const std::vector<contract_party> parties = {{"Lessor", "Acme", 0, 0}, {"Lessee", "Bolt", 0, 0}};
  const auto who = [&](const std::string& s) { return subject_of(s, R"(\b(?:may|terminat\w*))", parties); };
  CHECK(who("Either party may terminate").who == actor::scope::both);
  CHECK(who("Neither party may terminate").who == actor::scope::neither);
  CHECK(who("Lessor or Lessee may terminate").who == actor::scope::both);
  CHECK(who("On notice to Lessor, Lessee may terminate").name == "Lessee");
  CHECK(who("This lease may be terminated by Lessor").name == "Lessor");
  CHECK(who("Rain may fall").who == actor::scope::unknown);
}
