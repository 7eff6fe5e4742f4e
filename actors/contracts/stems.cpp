// SPDX-License-Identifier: Apache-2.0
#include "actors/contracts/stems.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace agents::contracts {

namespace {

using namespace std::string_view_literals;

constexpr auto stop_words = std::to_array<std::string_view>(
    {"a",        "about",     "according",   "agreement", "agreements", "all",      "also",    "am",       "an",
     "and",      "another",   "any",         "anybody",   "anyone",     "anything", "are",     "as",       "at",
     "be",       "been",      "being",       "by",        "can",        "clause",   "clauses", "contain",  "contains",
     "contract", "contracts", "contractual", "could",     "deal",       "did",      "do",      "does",     "each",
     "either",   "ever",      "for",         "from",      "get",        "give",     "given",   "had",      "has",
     "have",     "here",      "how",         "i",         "if",         "in",       "include", "includes", "into",
     "is",       "it",        "its",         "just",      "know",       "let",      "list",    "made",     "make",
     "may",      "me",        "mention",     "might",     "must",       "my",       "need",    "nobody",   "of",
     "on",       "one",       "or",          "other",     "our",        "ours",     "part",    "parties",  "party",
     "please",   "provide",   "provides",    "provision", "provisions", "say",      "says",    "section",  "shall",
     "should",   "so",        "some",        "something", "still",      "such",     "tell",    "that",     "the",
     "their",    "them",      "then",        "there",     "these",      "they",     "this",    "those",    "to",
     "under",    "up",        "us",          "was",       "we",         "were",     "what",    "when",     "where",
     "whether",  "which",     "who",         "whom",      "whose",      "will",     "with",    "would",    "you",
     "your"});
static_assert(std::ranges::is_sorted(stop_words));

struct ending {
  std::string_view suffix;
  std::string_view replacement;
  std::size_t shortest;  // of what remains
};

// Tried in this order, once; the first that fits is taken.
constexpr std::array endings = {
    ending{"ivity", "iv", 3}, ending{"ation", "at", 3}, ending{"ition", "it", 3}, ending{"tion", "t", 3},
    ending{"sion", "s", 3},   ending{"ments", "", 4},   ending{"ment", "", 4},    ending{"ability", "", 4},
    ending{"able", "", 4},    ending{"ible", "", 4},    ending{"ally", "", 4},    ending{"ingly", "", 4},
    ending{"ly", "", 4},      ending{"ings", "", 3},    ending{"ing", "", 3},     ending{"eed", "eed", 1},
    ending{"ied", "y", 2},    ending{"ed", "", 3},      ending{"al", "", 4},      ending{"ers", "er", 3},
};

constexpr std::array spellings = {
    std::pair{"licence"sv, "license"sv},  std::pair{"licences"sv, "license"sv},
    std::pair{"favoured"sv, "favored"sv}, std::pair{"favour"sv, "favor"sv},
    std::pair{"bought"sv, "buy"sv},       std::pair{"sold"sv, "sell"sv},
    std::pair{"intellectual"sv, "ip"sv},  std::pair{"criticise"sv, "criticize"sv},
    std::pair{"paid"sv, "pay"sv},         std::pair{"terminable"sv, "terminate"sv},
    std::pair{"rights"sv, "right"sv},     std::pair{"uncapped"sv, "unlimited"sv},
    std::pair{"took"sv, "take"sv},
};

std::string without_last(std::string word, std::size_t n) {
  word.resize(word.size() - n);
  return word;
}

std::string without_plural(std::string word) {
  const auto ends = [&](auto... suffixes) { return (word.ends_with(suffixes) || ...); };
  if (word.size() > 4 && ends("ies")) return without_last(std::move(word), 3) += 'y';
  if (word.size() > 4 && ends("sses", "xes", "ches")) return without_last(std::move(word), 2);
  if (word.size() > 3 && ends("s") && !ends("ss", "us", "is")) word.pop_back();
  return word;
}

std::string without_ending(std::string word) {
  for (const auto& e : endings) {
    if (word.ends_with(e.suffix) && word.size() - e.suffix.size() >= e.shortest)
      return without_last(std::move(word), e.suffix.size()).append(e.replacement);
  }
  return word;
}

/// "cancell" and "cancel", "terminate" and "terminat", "renewed" and "renew" become one.
std::string tidy(std::string word) {
  if (word.size() > 3 && word.ends_with('e')) word.pop_back();
  constexpr auto doubled = "lrtpmngd"sv;
  const auto n = word.size();
  if (n > 4 && word[n - 1] == word[n - 2] && doubled.find(word[n - 1]) != std::string_view::npos) word.pop_back();
  if (n > 4 && word.ends_with('y')) word.back() = 'i';
  return word;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80; }

}  // namespace

std::string stem(std::string_view word) {
  std::string lower{word};
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto* known =
      std::ranges::find(spellings, std::string_view{lower}, &std::pair<std::string_view, std::string_view>::first);
  return tidy(without_ending(without_plural(known == spellings.end() ? lower : std::string{known->second})));
}

std::vector<std::string> stems(std::string_view text) {
  std::vector<std::string> found;
  std::string word;
  auto finish = [&] {
    if (!word.empty() && !std::ranges::binary_search(stop_words, std::string_view{word})) found.push_back(stem(word));
    word.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<char>(std::tolower(static_cast<unsigned char>(text[i])));
    if (is_letter(c))
      word += c;
    else if (c == '\'' && i + 1 < text.size() && (text[i + 1] == 's' || text[i + 1] == 't'))
      ++i;  // "supplier's", "don't"
    else
      finish();
  }
  finish();
  return found;
}

}  // namespace agents::contracts
