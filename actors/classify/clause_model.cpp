// SPDX-License-Identifier: Apache-2.0
#include "actors/classify/clause_model.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "actors/classify/model_parts.hpp"

namespace agents::classify {
namespace {

constexpr std::size_t candidates_per_category = 24;  // segments that the fusion looks at; recall beyond is nil

std::vector<double> softmax(const std::vector<float>& margins, double sharpness) {
  const auto best = margins.empty() ? 0.0F : *std::max_element(margins.begin(), margins.end());
  std::vector<double> out;
  out.reserve(margins.size());
  for (const auto m : margins) out.push_back(std::exp(sharpness * (m - best)));
  const auto sum = std::accumulate(out.begin(), out.end(), 0.0);
  for (auto& p : out) p /= sum;
  return out;
}

std::vector<std::size_t> positions(const std::vector<std::string>& names, std::span<const std::string> wanted) {
  std::vector<std::size_t> out;
  if (wanted.empty()) {
    out.resize(names.size());
    std::iota(out.begin(), out.end(), std::size_t{0});
  }
  for (const auto& w : wanted)
    if (const auto at = std::find(names.begin(), names.end(), w); at != names.end())
      out.push_back(static_cast<std::size_t>(at - names.begin()));
  return out;
}

clause_hit to_hit(const std::string& category, const text::segment& place, double log_odds) {
  return {.category = category,
          .score = log_odds,
          .probability = sigmoid(log_odds),
          .begin = place.begin,
          .end = place.end,
          .heading = place.heading};
}

}  // namespace

std::vector<ranked_segment> rank_segments(const fusion& place, const document_signals& signals, std::size_t category,
                                          std::size_t count) {
  std::vector<ranked_segment> out;
  std::array<float, document_signals::width> row{};
  for (const auto s : signals.candidates(category, std::max(count, candidates_per_category))) {
    signals.of(category, s, row);
    out.push_back({s, place.log_odds(row, category)});
  }
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.log_odds > b.log_odds; });
  if (out.size() > count) out.resize(count);
  return out;
}

std::vector<float> presence_signals(const fusion& place, const document_signals& signals, std::size_t category) {
  constexpr float nothing = -8;  // log odds that stand for "no such segment"
  std::vector<float> out(presence_width, nothing);
  const auto ranked = rank_segments(place, signals, category, candidates_per_category);
  double expected_places = 0;
  for (const auto& r : ranked) expected_places += sigmoid(r.log_odds);
  for (std::size_t i = 0; i < std::min<std::size_t>(3, ranked.size()); ++i)
    out[i] = std::max(nothing, static_cast<float>(ranked[i].log_odds));
  out[3] = std::max(nothing, static_cast<float>(std::log(expected_places + 1e-6)));
  out[4] = ranked.empty() ? -1.0F : signals.relevance(category, ranked[0].segment);
  return out;
}

clause_model::clause_model() : parts_(std::make_shared<const parts>()) {}
clause_model::clause_model(std::shared_ptr<const parts> p) : parts_(std::move(p)) {}

const std::vector<std::string>& clause_model::categories() const noexcept { return parts_->names; }

bool clause_model::knows(std::string_view category) const noexcept {
  return std::find(parts_->names.begin(), parts_->names.end(), category) != parts_->names.end();
}

std::vector<type_score> clause_model::classify(std::string_view clause, std::string_view heading) const {
  return classify(clause_place{clause, heading, {}, {}});
}

std::vector<type_score> clause_model::classify(const clause_place& place) const {
  if (parts_->categories.empty()) return {};
  const auto probabilities = softmax(parts_->type.log_odds(type_signals{parts_->scorers, place}), parts_->sharpness);
  std::vector<type_score> out;
  for (std::size_t c = 0; c < probabilities.size(); ++c) out.push_back({parts_->names[c], probabilities[c]});
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.probability > b.probability; });
  return out;
}

document_review clause_model::review(std::string_view text, std::span<const std::string> categories, int top_k) const {
  document_review out;
  const auto wanted = positions(parts_->names, categories);
  if (wanted.empty()) return out;
  const auto document = prepare(text, parts_->categories);
  const document_signals signals{parts_->scorers, document};
  for (const auto c : wanted) {
    const auto probability = parts_->presence.probability(presence_signals(parts_->place, signals, c), c);
    out.presence.push_back({parts_->names[c], probability, probability >= parts_->presence_thresholds[c]});
    for (const auto& r : rank_segments(parts_->place, signals, c, static_cast<std::size_t>(std::max(0, top_k))))
      out.hits.push_back(to_hit(parts_->names[c], document.segments[r.segment], r.log_odds));
  }
  return out;
}

std::vector<clause_hit> find_clauses(const clause_model& model, std::string_view text,
                                     std::span<const std::string> categories, int top_k) {
  return model.review(text, categories, top_k).hits;
}

}  // namespace agents::classify
