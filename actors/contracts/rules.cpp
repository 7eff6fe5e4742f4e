// SPDX-License-Identifier: Apache-2.0
#include "actors/contracts/rules.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <map>
#include <memory>

#include "actors/contracts/rule_table.hpp"
#include "actors/contracts/wording.hpp"
#include "actors/text/segment.hpp"

namespace agents::contracts {

namespace {

using re2::RE2;

constexpr double strong_score = 0.9;
constexpr double present_from = 0.6;         // a category is present when its best sentence has at least this score
constexpr std::size_t most_clauses = 12;     // kept per category
constexpr std::size_t shortest_clause = 30;  // bytes; what is shorter is a heading or an entry of a table of contents
constexpr std::size_t shortest_denial = 15;  // "It does not renew."
constexpr std::string_view may_be_a_title = "Document Name";

struct compiled_rule {
  std::unique_ptr<RE2> strong;
  std::unique_ptr<RE2> weak;
  std::unique_ptr<RE2> unless;
  std::unique_ptr<RE2> unless_weak;
  std::unique_ptr<RE2> denial;
  const rule* source;
};

std::unique_ptr<RE2> compile(std::string_view pattern) {
  if (pattern.empty()) return nullptr;
  RE2::Options options;
  options.set_case_sensitive(false);
  options.set_max_mem(32 << 20);
  auto re = std::make_unique<RE2>(re2::StringPiece{pattern.data(), pattern.size()}, options);
  AGENTS_ASSERT(re->ok());
  return re;
}

compiled_rule compile(const rule& r) {
  const auto contrary = std::ranges::find(denials(), r.category, &denial::category);
  return {compile(r.strong),
          compile(r.weak),
          compile(r.unless),
          compile(r.unless_weak),
          contrary == denials().end() ? nullptr : compile(contrary->pattern),
          &r};
}

/// Compiled when a category is first asked for; RE2 objects are safe to share between threads.
const compiled_rule* rule_for(std::string_view category) {
  static const auto all = [] {
    std::map<std::string, compiled_rule, std::less<>> m;
    for (const auto& r : rules()) m.emplace(r.category, compile(r));
    return m;
  }();
  const auto found = all.find(category);
  return found == all.end() ? nullptr : &found->second;
}

bool matches(const std::unique_ptr<RE2>& re, const std::string& text) { return re && RE2::PartialMatch(text, *re); }

double judge(const compiled_rule& r, const std::string& squeezed) {
  if (matches(r.strong, squeezed)) return matches(r.unless, squeezed) ? 0 : strong_score;
  if (matches(r.weak, squeezed))
    return matches(r.unless, squeezed) || matches(r.unless_weak, squeezed) ? 0 : r.source->weak_score;
  return 0;
}

struct sentence {
  text::segment place;
  std::string squeezed;
};

std::vector<sentence> sentences_of(const std::string& text) {
  std::vector<sentence> all;
  for (auto& s : text::segment_text(text, {.target_bytes = 1})) {
    auto squeezed = squeeze(view(text, s));
    all.push_back({std::move(s), std::move(squeezed)});
  }
  return all;
}

clause clause_at(const std::string& category, double score, const std::string& text, const text::segment& place) {
  return {category, score, place.begin, place.end, std::string{view(text, place)}, place.heading, false};
}

/// The best sentences for one category, best first; of equal ones the earlier first.
std::vector<clause> judge_category(const std::string& category, const std::string& text,
                                   const std::vector<sentence>& all) {
  std::vector<clause> found;
  const auto* r = rule_for(category);
  const bool titles = category == may_be_a_title;
  for (const auto& s : all) {
    if (r->source->within != 0 && static_cast<std::size_t>(s.place.begin) > r->source->within) break;
    if (!titles && (s.place.title || s.squeezed.size() < shortest_denial)) continue;
    const double score = titles || s.squeezed.size() >= shortest_clause ? judge(*r, s.squeezed) : 0;
    const bool denies = score == 0 && matches(r->denial, s.squeezed);
    if (score == 0 && !denies) continue;
    found.push_back(clause_at(category, score, text, s.place));
    found.back().denies = denies;
  }
  std::ranges::stable_sort(found, std::greater{}, &clause::score);
  if (found.size() > most_clauses) found.resize(most_clauses);
  return found;
}

}  // namespace

double judge_sentence(std::string_view category, const std::string& squeezed) {
  const auto* r = rule_for(category);
  return r ? judge(*r, squeezed) : 0;
}

bool has_rules(std::string_view category) { return rule_for(category) != nullptr; }

found_clauses judge_clauses(const judge_request& request) {
  found_clauses out{request.source, {}, {}};
  const auto all = sentences_of(request.text);
  for (const auto& c : request.categories) {
    if (!has_rules(c.name)) continue;
    auto found = judge_category(c.name, request.text, all);
    const double best = found.empty() ? 0 : found.front().score;
    out.opinions.push_back({c.name, best >= present_from, best});
    std::ranges::move(found, std::back_inserter(out.clauses));
  }
  return out;
}

}  // namespace agents::contracts
