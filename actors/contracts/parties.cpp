// SPDX-License-Identifier: Apache-2.0
#include "actors/contracts/parties.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <optional>

#include "actors/contracts/wording.hpp"

namespace agents::contracts {

namespace {

using re2::RE2;
using re2::StringPiece;

constexpr std::size_t preamble_bytes = 6000;     // definitions of parties stand before that
constexpr std::size_t introduction_bytes = 700;  // between two definitions
constexpr std::size_t least_role_mentions = 4;
constexpr std::size_t longest_name = 120;

/// Defined terms at the beginning of contracts that are not parties.
const RE2& no_party() {
  static const RE2 re{
      R"((?i)(?:.*\b(?:agreement|contract|date|territory|products?|services?|software|party|parties|term|exhibits?|msa|sow|closing|)"
      R"(marks?|program|project|purpose|goods|lease|act|commission|nda|license|property|equipment|system|website|site|units?|plan|)"
      R"(transactions?|schedules?|affiliates?|field|patents?|restaurant|work|premises|shares?|securities|stock|order|sec)))"};
  return re;
}

const RE2& definition() {
  static const RE2 re{
      R"(\(\s*(?:[A-Za-z ,/]{0,60}?)["“]\s*([A-Za-z][A-Za-z0-9&.,'’\- ]{0,40}?)[,.]?\s*["”](?:[^()]{0,60})\)|)"
      R"(\(\s*(?:the )([A-Z][a-z]+(?: [A-Z][a-z]+)?)\s*\))"};
  return re;
}

const RE2& entity() {
  static const RE2 re{
      R"((?i)\b(?:corporation|company|limited|ltd|inc|l\.?l\.?c|l\.?p|gmbh|n\.?v|plc|partnership|association|bank|trust|)"
      R"(university|incorporated|corp|co|organi[sz]ed|offices?|registered|an individual|residing|authority|s\.?a|b\.?v|pty|dr|mr|ms|)"
      R"(cooperative|foundation|society|group)\b)"};
  return re;
}

constexpr auto roles = std::to_array<std::string_view>(
    {"Licensor",     "Licensee",  "Supplier", "Buyer",           "Seller",     "Purchaser",  "Distributor",
     "Manufacturer", "Company",   "Customer", "Client",          "Provider",   "Vendor",     "Contractor",
     "Consultant",   "Owner",     "Lessor",   "Lessee",          "Franchisor", "Franchisee", "Reseller",
     "Agent",        "Developer", "Sponsor",  "Service Provider"});

std::string_view view(StringPiece piece) { return {piece.data(), piece.size()}; }

/// The name in "…, and Acme Corp., a Delaware corporation with its office at …".
std::string name_in(std::string_view introduction) {
  static const RE2 after_between{R"((?s)^.*\b(?i:between|among):?\s+(.*)$)"};
  static const RE2 lead{
      R"((?s)^(?:[\s,;:.]|\(\d+\)|\d+\.|(?i:and|by|lessor|lessee|between|licensor|licensee)\b:?\s)+(.*)$)"};
  static const RE2 ends{R"(^((?:[^,(]|, (?:Inc|INC|LLC|L\.L\.C|Ltd|LTD|L\.P|LP|Corp|Co|N\.A|S\.A)\b\.?)+))"};
  std::string tail{introduction};
  RE2::FullMatch(tail, after_between, &tail);
  RE2::FullMatch(tail, lead, &tail);
  std::string name;
  if (!RE2::PartialMatch(tail, ends, &name)) return {};
  static const RE2 place{R"( (?:of|with|whose|having|a|an) .*$)"};
  name = squeeze(name);
  if (name.size() > 60) RE2::Replace(&name, place, "");
  return name.size() > longest_name ? std::string{} : name;
}

bool is_party(const std::string& alias, std::string_view introduction) {
  static const RE2 pronoun{R"((?i)we|us|you|our)"};
  if (RE2::FullMatch(alias, pronoun)) return true;
  return alias.front() >= 'A' && alias.front() <= 'Z' && !RE2::FullMatch(alias, no_party()) &&
         RE2::PartialMatch(StringPiece{introduction.data(), introduction.size()}, entity());
}

/// What follows the last empty line that has something behind it.
std::string_view last_paragraph(std::string_view text) {
  static const RE2 paragraph{R"((?s)^.*\n[ \t]*\n(\s*\S.{8,})$)"};
  StringPiece last;
  return RE2::FullMatch(StringPiece{text.data(), text.size()}, paragraph, &last) ? view(last) : text;
}

std::optional<contract_party> party_of(std::string_view head, std::size_t after, StringPiece match, std::string alias) {
  const auto at = static_cast<std::size_t>(match.data() - head.data());
  const auto from = std::max(after, at > introduction_bytes ? at - introduction_bytes : 0);
  const auto introduction = last_paragraph(head.substr(from, at - from));
  if (!is_party(alias, introduction)) return std::nullopt;
  contract_party p{std::move(alias), name_in(introduction), static_cast<std::int64_t>(at),
                   static_cast<std::int64_t>(at + match.size())};
  const auto name_at = p.name.empty() ? std::string_view::npos : introduction.find(p.name);
  if (name_at != std::string_view::npos) p.begin = static_cast<std::int64_t>(at - introduction.size() + name_at);
  return p;
}

void add_defined(std::string_view head, std::vector<contract_party>& found) {
  StringPiece rest{head.data(), head.size()};
  StringPiece quoted;
  StringPiece bare;
  std::size_t after = 0;
  for (;;) {
    const auto* before = rest.data();
    if (!RE2::FindAndConsume(&rest, definition(), &quoted, &bare)) return;
    const auto word = quoted.empty() ? bare : quoted;
    const std::string_view whole{before, static_cast<std::size_t>(rest.data() - before)};
    const auto open = whole.rfind('(', static_cast<std::size_t>(word.data() - before));
    const StringPiece match{before + open, whole.size() - open};
    auto p = party_of(head, after, match, squeeze(view(word)));
    after = static_cast<std::size_t>(rest.data() - head.data());
    if (!p || std::ranges::any_of(found, [&](const auto& other) { return other.alias == p->alias; })) continue;
    found.push_back(std::move(*p));
  }
}

std::size_t count(std::string_view text, std::string_view word) {
  std::size_t n = 0;
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + word.size())) ++n;
  return n;
}

void add_roles(std::string_view text, std::vector<contract_party>& found) {
  std::vector<std::pair<std::size_t, std::string_view>> used;
  for (const auto role : roles)
    if (const auto n = count(text, role); n >= least_role_mentions) used.emplace_back(n, role);
  std::ranges::sort(used, std::greater{});
  for (std::size_t i = 0; i < std::min<std::size_t>(2, used.size()); ++i)
    found.push_back({std::string{used[i].second}, "", 0, 0});
}

std::string actor_pattern(const std::vector<contract_party>& parties) {
  std::string names =
      R"((?:(?i:either|each|any|neither|both|no|none)(?i: of)?(?i: the)?(?i: two)? (?i:part(?:y|ies))|(?i:both|the) (?i:parties)|\b(?i:a) (?i:party)|)"
      R"((?i:the) (?i:parties))";
  for (const auto& p : parties) {
    names += "|\\b(?i:" + RE2::QuoteMeta(p.alias) + ")\\b";
    if (p.name.size() > 3 && p.name.size() < 60) names += "|" + RE2::QuoteMeta(p.name);
  }
  names += ")";
  return "(?:\\bNeither )?" + names + "(?:(?:,)? (?:or|and|nor) (?:the )?" + names + ")?";
}

actor::scope scope_of(const std::string& who) {
  static const RE2 none{R"((?i)^(?:neither|no|none)\b.*)"};
  static const RE2 both{R"((?i).*(?:\b(?:either|each|any|both|the)\b.*part(?:y|ies)|^a party).*|.* (?:or|and) .*)"};
  if (RE2::FullMatch(who, none)) return actor::scope::neither;
  if (RE2::FullMatch(who, both)) return actor::scope::both;
  return actor::scope::one;
}

/// The last actor in `text` that is not the object of a preposition and no possessor.
std::string last_actor(const std::string& text, const RE2& actors) {
  static const RE2 object_before{
      R"((?i)\b(?:to|by|of|from|with|than|against|upon|for|on|between|under)(?: the| such)? $)"};
  StringPiece rest{text};
  StringPiece match;
  std::string last;
  while (RE2::FindAndConsume(&rest, actors, &match)) {
    const auto at = static_cast<std::size_t>(match.data() - text.data());
    const bool possessive = rest.starts_with("'");
    const std::string before = text.substr(at > 24 ? at - 24 : 0, std::min<std::size_t>(at, 24));
    if (possessive || RE2::PartialMatch(before, object_before)) continue;
    last = std::string{match.data(), match.size()};
  }
  return last;
}

}  // namespace

contract_parties find_parties(const parties_request& request) {
  contract_parties out;
  add_defined(std::string_view{request.text}.substr(0, preamble_bytes), out.parties);
  if (out.parties.size() < 2) add_roles(request.text, out.parties);
  return out;
}

actor subject_of(const std::string& squeezed, const std::string& verbs, const std::vector<contract_party>& parties) {
  const auto pattern = actor_pattern(parties);
  const RE2 verb{"(?i)(" + verbs + ")"};
  const RE2 actors{"(" + pattern + ")"};
  StringPiece at;
  StringPiece rest{squeezed};
  if (!RE2::FindAndConsume(&rest, verb, &at)) return {};
  auto who = last_actor(squeezed.substr(0, static_cast<std::size_t>(at.data() - squeezed.data())), actors);
  if (who.empty()) {
    const RE2 passive{"^.{0,40}?\\bby (?:the )?(" + pattern + ")"};
    RE2::PartialMatch(rest, passive, &who);
  }
  if (who.empty()) return {};
  return {scope_of(who), who};
}

}  // namespace agents::contracts
