// SPDX-License-Identifier: Apache-2.0
#include "actors/contracts/finding.hpp"

#include <algorithm>

#include "actors/classify/clause_model.hpp"
#include "actors/retrieve/passages.hpp"

namespace agents::contracts {

namespace {

constexpr int places_per_category = 6;
constexpr std::size_t passages_by_terms = 5;

std::string cut(const std::string& text, std::int64_t begin, std::int64_t end) {
  return text.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
}

std::vector<std::string> names(const std::vector<weighted_category>& categories) {
  std::vector<std::string> out;
  for (const auto& c : categories) out.push_back(c.name);
  return out;
}

}  // namespace

found_clauses find_by_terms(const find_request& request) {
  std::string query;
  for (const auto& t : request.terms) query.append(t).append(1, ' ');
  found_clauses out{request.source, {}, {}};
  const auto passages = retrieve::find_passages(request.text, query, passages_by_terms);
  const double best = passages.empty() ? 1 : std::max(1e-9, passages.front().score);
  for (const auto& p : passages) out.clauses.push_back({"", p.score / best, p.begin, p.end, p.text, p.heading, false});
  return out;
}

found_clauses find_clauses(const classify::clause_model& model, const find_request& request) {
  if (request.categories.empty()) return find_by_terms(request);
  found_clauses out{request.source, {}, {}};
  const auto review = model.review(request.text, names(request.categories), places_per_category);
  for (const auto& p : review.presence) out.opinions.push_back({p.category, p.present, p.probability});
  for (const auto& h : review.hits)
    out.clauses.push_back(
        {h.category, h.probability, h.begin, h.end, cut(request.text, h.begin, h.end), h.heading, false});
  return out;
}

}  // namespace agents::contracts
