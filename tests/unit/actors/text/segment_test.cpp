// SPDX-License-Identifier: Apache-2.0
#include "actors/text/segment.hpp"

#include <algorithm>
#include <string>

#include "actors/text/segment_module.hpp"
#include "libagents/core/random.hpp"
#include "tests/catch.hpp"

using namespace agents;
using text::segment;
using text::segment_text;

namespace {

const std::string contract =
    "SERVICES AGREEMENT\n\n"
    "1. TERM.\n\n"
    "1.1 Initial Term. This Agreement begins on the Effective Date and continues for a period of two years, and the "
    "parties\n\n"
    "                     -3-\n\n"
    "may extend it in writing.\n\n"
    "1.2 Termination. Either party may terminate by written notice:   (a) at any time with notice of not less than "
    "thirty "
    "days to the other party, given by registered mail to its seat;   (b) [***];   (c) [***].\n\n"
    "2. FEES\n\nThe fees are listed in Schedule 1.\n";

const segment* find(const std::vector<segment>& all, const std::string& whole, std::string_view part) {
  const auto at = std::find_if(all.begin(), all.end(), [&](const auto& s) {
    return !s.title && text::view(whole, s).find(part) != std::string_view::npos;
  });
  return at == all.end() ? nullptr : &*at;
}

void check_invariants(const std::string& text, const std::vector<segment>& all) {
  std::int64_t last = 0;
  for (const auto& s : all) {
    REQUIRE(s.begin >= last);
    REQUIRE(s.begin < s.end);
    REQUIRE(s.end <= static_cast<std::int64_t>(text.size()));
    const auto v = text::view(text, s);
    REQUIRE(std::string_view{" \n\t\r"}.find(v.front()) == std::string_view::npos);
    REQUIRE(std::string_view{" \n\t\r"}.find(v.back()) == std::string_view::npos);
    last = s.end;
  }
}

}  // namespace

TEST_CASE("segments carry the path of their headings") {
  const auto all = segment_text(contract);
  check_invariants(contract, all);
  const auto* term = find(all, contract, "This Agreement begins");
  REQUIRE(term);
  CHECK(term->heading == "TERM > Initial Term");
  CHECK(text::view(contract, *term).substr(0, 14) == "This Agreement");
  const auto* fees = find(all, contract, "listed in Schedule");
  REQUIRE(fees);
  CHECK(fees->heading == "FEES");
}

TEST_CASE("a sentence goes on after a page break") {
  const auto all = segment_text(contract);
  const auto* term = find(all, contract, "This Agreement begins");
  REQUIRE(term);
  CHECK(text::view(contract, *term).ends_with("may extend it in writing."));
}

TEST_CASE("items of a list are segments, short ones together with their neighbour") {
  const auto all = segment_text(contract);
  const auto* item = find(all, contract, "(a) at any time");
  REQUIRE(item);
  CHECK(text::view(contract, *item).starts_with("(a)"));
  CHECK(text::view(contract, *item).ends_with("(c) [***]."));
  CHECK(item->heading == "TERM > Termination");
}

TEST_CASE("headings are marked as such") {
  const auto all = segment_text(contract);
  const auto titles = std::count_if(all.begin(), all.end(), [](const auto& s) { return s.title; });
  CHECK(titles == 5);
}

TEST_CASE("nothing but white space and page furniture is left out") {
  const std::string text = "Alpha beta gamma. Delta epsilon.\n\n12\n\nZeta eta; (b) theta.\n\nIOTA KAPPA\n\nlambda";
  std::string joined;
  for (const auto& s : segment_text(text)) joined += std::string{text::view(text, s)} + " ";
  for (const auto* word : {"Alpha", "Zeta eta;", "gamma.", "Delta", "epsilon.", "Zeta", "(b) theta.", "IOTA", "lambda"})
    CHECK(joined.find(word) != std::string::npos);
  CHECK(joined.find("12") == std::string::npos);
}

TEST_CASE("any bytes can be segmented") {
  seeded_random source{7};
  const std::string alphabet = "aB1.(); \n\n\xC3\xA9\x80-:";
  for (int round = 0; round < 300; ++round) {
    std::string text;
    for (int i = 0; i < 200; ++i) text.push_back(alphabet[source.below(alphabet.size())]);
    check_invariants(text, segment_text(text, {.target_bytes = 20, .limit_bytes = 40}));
  }
  CHECK(segment_text("").empty());
  CHECK(segment_text(" \n ").empty());
}

TEST_CASE("the module offers a pure capability and is well described") {
  const auto m = text::segment_module();
  CHECK(check(m.manifest()).has_value());
  CHECK(m.manifest().capabilities.at(0).id.starts_with("text.segment@1"));
  CHECK(m.manifest().capabilities.at(0).effect == effect::pure);
}
