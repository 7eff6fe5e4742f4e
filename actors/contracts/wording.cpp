// SPDX-License-Identifier: Apache-2.0
#include "actors/contracts/wording.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "actors/text/heading.hpp"

namespace agents::contracts {

namespace {

using re2::RE2;
using re2::StringPiece;

constexpr std::size_t notice_reach = 60;  // characters between a period and the word "notice"

constexpr std::string_view month_names =
    "(?:January|February|March|April|May|June|July|August|September|October|November|December)";

constexpr auto number_words = std::to_array<std::pair<std::string_view, int>>({
    {"a", 1},          {"an", 1},        {"one", 1},       {"two", 2},       {"three", 3},    {"four", 4},
    {"five", 5},       {"six", 6},       {"seven", 7},     {"eight", 8},     {"nine", 9},     {"ten", 10},
    {"eleven", 11},    {"twelve", 12},   {"thirteen", 13}, {"fourteen", 14}, {"fifteen", 15}, {"sixteen", 16},
    {"seventeen", 17}, {"eighteen", 18}, {"nineteen", 19}, {"twenty", 20},   {"thirty", 30},  {"forty", 40},
    {"fifty", 50},     {"sixty", 60},    {"seventy", 70},  {"eighty", 80},   {"ninety", 90},
});

/// "one hundred and twenty", "forty-five", "90"; 0 when it is no number.
int number_of(std::string_view text) {
  int total = 0;
  std::string word;
  const auto take = [&] {
    if (word == "hundred") total = std::max(1, total) * 100;
    for (const auto& [name, n] : number_words)
      if (word == name) total += n;
    word.clear();
  };
  for (const char raw : text) {
    const auto c = static_cast<char>(std::tolower(static_cast<unsigned char>(raw)));
    if (c >= '0' && c <= '9')
      total = std::min(total, 99'999) * 10 + (c - '0');
    else if (c >= 'a' && c <= 'z')
      word += c;
    else if (c != ',')
      take();
  }
  take();
  return total;
}

const RE2& period_pattern() {
  static const RE2 re{
      R"((?i)\b((?:(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|)"
      R"(seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|and)[ -]+)+|\d[\d,]*[ -]?))"
      R"((?:\((\d+)\)[ -]?)?(?:(?:full|consecutive|additional|further|successive|calendar|prior) )*(business |working )?(day|week|month|year)s?\b)"};
  return re;
}

std::vector<std::string> all_matches(const RE2& re, const std::string& text) {
  std::vector<std::string> found;
  StringPiece rest{text};
  std::string match;
  while (RE2::FindAndConsume(&rest, re, &match)) found.push_back(match);
  return found;
}

std::string trimmed(std::string text) {
  while (!text.empty() && std::string_view{" ,.;"}.find(text.back()) != std::string_view::npos) text.pop_back();
  return text;
}

std::size_t distance(const period& p, std::size_t at) {
  return at >= p.end ? at - p.end : at < p.begin ? p.begin - at : 0;
}

std::string_view ascii_for(std::string_view three_bytes) {
  if (three_bytes == "\u2018" || three_bytes == "\u2019") return "'";
  if (three_bytes == "\u201c" || three_bytes == "\u201d") return "\"";
  if (three_bytes == "\u2013" || three_bytes == "\u2014") return "-";
  return {};
}

}  // namespace

std::string squeeze(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (std::isspace(static_cast<unsigned char>(text[i])) != 0) {
      if (!out.empty() && out.back() != ' ') out += ' ';
    } else if (const auto plain = ascii_for(text.substr(i, 3)); !plain.empty()) {
      out += plain;
      i += 2;
    } else {
      out += text[i];
    }
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::string to_string(const period& p) { return std::to_string(p.count) + " " + p.unit + (p.count == 1 ? "" : "s"); }

std::vector<period> periods(const std::string& squeezed) {
  std::vector<period> found;
  StringPiece rest{squeezed};
  StringPiece words;
  StringPiece digits;
  std::string kind;
  std::string unit;
  while (RE2::FindAndConsume(&rest, period_pattern(), &words, &digits, &kind, &unit)) {
    const auto begin = static_cast<std::size_t>(words.data() - squeezed.data());
    const auto end = static_cast<std::size_t>(rest.data() - squeezed.data());
    const auto count = number_of(digits.empty() ? std::string_view{words.data(), words.size()}
                                                : std::string_view{digits.data(), digits.size()});
    std::ranges::transform(unit, unit.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (count > 0) found.push_back({count, (kind.empty() ? "" : "business ") + unit, begin, end});
  }
  return found;
}

std::vector<std::string> amounts(const std::string& squeezed) {
  static const RE2 re{
      R"(((?:US ?\$|AU?\$|CA?\$|USD ?|AUD ?|CAD ?|EUR ?|GBP ?|\$|£|€) ?\d[\d,]*(?:\.\d+)?(?: ?(?:million|billion|thousand))?|)"
      R"(\d[\d,.]* (?:million |thousand )?(?:dollars|cents|euros|pounds)|)"
      R"((?i:(?:(?:one|two|three|four|five|six|seven|eight|nine|ten|fifteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|and|)"
      R"(thousand|million)[ -]+)+dollars)))"};
  auto found = all_matches(re, squeezed);
  for (auto& f : found) f = trimmed(std::move(f));
  const auto in_digits = [](const std::string& f) { return f.find_first_of("0123456789") != std::string::npos; };
  if (std::ranges::any_of(found, in_digits)) std::erase_if(found, [&](const auto& f) { return !in_digits(f); });
  return found;
}

std::vector<std::string> percentages(const std::string& squeezed) {
  static const RE2 re{
      R"((\d[\d.]* ?(?:%|per ?cent\b)|(?i:\b(?:(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|forty|)"
      R"(fifty|sixty|seventy|eighty|ninety|hundred|and|a|half)[ -])+)(?:\(\d[\d.]*%\)|per ?cent\b(?: \(\d[\d.]*%\))?)))"};
  auto found = all_matches(re, squeezed);
  for (auto& f : found)
    if (f.starts_with("and ")) f.erase(0, 4);
  return found;
}

std::vector<std::string> dates(const std::string& squeezed) {
  static const RE2 re{"(?i)(\\b" + std::string{month_names} + R"( \d{1,2}(?:st|nd|rd|th)?,? \d{4}\b|)" +
                      R"(\b\d{1,2}(?:st|nd|rd|th)?(?: day)?(?: of)? )" + std::string{month_names} +
                      R"(,? \d{4}\b|\b\d{1,2}/\d{1,2}/\d{2,4}\b))"};
  return all_matches(re, squeezed);
}

std::optional<period> notice_period(const std::string& squeezed) {
  static const RE2 re{R"((?i)(notice|notif|writing|notified))"};
  static const RE2 direct{
      R"((?i)^'? ?(?:or more )?(?:prior |advance |written |in |of )*(?:notice|before|prior|advance|earlier)\b)"};
  const auto all = periods(squeezed);
  for (const auto& p : all)
    if (RE2::PartialMatch(StringPiece{squeezed.data() + p.end, squeezed.size() - p.end}, direct)) return p;
  std::optional<period> best;
  std::size_t nearest = notice_reach;
  StringPiece rest{squeezed};
  StringPiece word;
  while (RE2::FindAndConsume(&rest, re, &word)) {
    const auto at = static_cast<std::size_t>(word.data() - squeezed.data());
    for (const auto& p : all) {
      if (distance(p, at) >= nearest) continue;
      nearest = distance(p, at);
      best = p;
    }
  }
  return best;
}

std::string jurisdiction(const std::string& squeezed) {
  static const RE2 of_place{
      R"(\b(?i:laws?)(?i:,? (?:in force|and regulations|and decisions|thereof|of the land))?(?i: of| in),? ((?i:the )?)"
      R"((?i:(?:State|Commonwealth|Province|Federal Republic|People's Republic|Republic|Kingdom|Dominion|Canton) of (?:the )?)?)"
      R"([A-Z][A-Za-z.]+(?:(?:,| and| of| or)? [A-Z][A-Za-z.]+){0,4}))"};
  static const RE2 adjective{R"(\b((?:New |North |South |West |Rhode )?[A-Z][a-z]+) law\b)"};
  static const RE2 made_in{
      R"((?:made|accepted|executed)[a-zA-Z ]* in (?:the )?((?:State of )?[A-Z][a-z]+(?: [A-Z][a-z]+)?).*\blaws (?:thereof|of that))"};
  std::string place;
  if (RE2::PartialMatch(squeezed, of_place, &place))
    return trimmed(place.starts_with("the ") ? place.substr(4) : place);
  if (RE2::PartialMatch(squeezed, made_in, &place)) return trimmed(place);
  if (RE2::PartialMatch(squeezed, adjective, &place) && place != "The" && place != "This") return place + " law";
  return {};
}

std::string section_number(std::string_view clause) {
  const auto found = text::enumerator_at(clause);
  if (!found) return {};
  return trimmed(squeeze(clause.substr(0, found->length)));
}

}  // namespace agents::contracts
