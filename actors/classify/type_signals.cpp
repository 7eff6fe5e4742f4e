// SPDX-License-Identifier: Apache-2.0
#include "actors/classify/type_signals.hpp"

#include <algorithm>
#include <cmath>

namespace agents::classify {
namespace {

enum signal : std::size_t { wording, characters, relevance, opening, surroundings, rivals };

constexpr double rival_sharpness = 7;  // of the softmax over mean margins; chosen by cross-validation

}  // namespace

type_signals::type_signals(const clause_scorers& scorers, const clause_place& place)
    : placed_(!place.before.empty() || !place.after.empty()), rows_(scorers.type.classes() * width) {
  std::vector<float> margins(scorers.type.classes());
  const auto x = scorers.space.vectorise(keys_of(place.text, place.heading));
  scorers.type.score(x, margins);
  set(wording, margins);
  scorers.relevance.score(x, margins);
  set(relevance, margins);
  scorers.characters.score(character_keys(place.text, place.heading), margins);
  set(characters, margins);
  scorers.opening.score(opening_keys(place.text), margins);
  set(opening, margins);
  if (placed_) {
    scorers.surroundings.score(surrounding_keys(place), margins);
    set(surroundings, margins);
  }
  compare_with_rivals();
}

void type_signals::set(std::size_t signal, std::span<const float> margins) {
  for (std::size_t c = 0; c < margins.size(); ++c) rows_[c * width + signal] = margins[c];
}

void type_signals::compare_with_rivals() {
  const auto scorers = static_cast<double>(placed_ ? rivals : rivals - 1);
  std::vector<double> mean(categories());
  for (std::size_t c = 0; c < mean.size(); ++c) {
    for (std::size_t i = 0; i < rivals; ++i) mean[c] += static_cast<double>(rows_[c * width + i]);
    mean[c] *= rival_sharpness / scorers;
  }
  const auto best = mean.empty() ? 0.0 : *std::max_element(mean.begin(), mean.end());
  double sum = 0;
  for (const auto m : mean) sum += std::exp(m - best);
  for (std::size_t c = 0; c < mean.size(); ++c)
    rows_[c * width + rivals] = static_cast<float>(mean[c] - best - std::log(sum));
}

std::vector<float> type_fusion::log_odds(const type_signals& signals) const {
  const auto& f = signals.placed() ? placed : bare;
  std::vector<float> out;
  for (std::size_t c = 0; c < signals.categories(); ++c)
    out.push_back(static_cast<float>(f.log_odds(signals.of(c), c)));
  return out;
}

type_fusion default_type_fusion(std::size_t categories) {
  fusion out;
  out.weights = {2, 2, 1, 0.5F, 1, 0};
  out.offsets.assign(categories, 0.0F);
  return {out, out};
}

}  // namespace agents::classify
