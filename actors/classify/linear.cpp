// SPDX-License-Identifier: Apache-2.0
#include "actors/classify/linear.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <thread>

#include "libagents/core/assert.hpp"
#include "libagents/core/random.hpp"

namespace agents::classify {
namespace {

constexpr float levels = 127;

std::int8_t quantise(float weight, float scale) {
  if (scale == 0) return 0;
  const auto q = std::round(std::sqrt(std::abs(weight) / scale) * levels);
  return static_cast<std::int8_t>(weight < 0 ? -q : q);
}

float largest(const std::vector<float>& weights) {
  float out = 0;
  for (const auto w : weights) out = std::max(out, std::abs(w));
  return out;
}

struct column {
  std::vector<float> weights;
  float bias = 0;
};

/// The dual coordinate descent for one class. `alpha` are the dual variables, one per example.
class descent {
 public:
  descent(const training_set& set, const linear_options& options, std::uint32_t wanted)
      : set_(set), random_(options.seed * 1000003 + wanted), order_(set.examples.size()) {
    result_.weights.assign(set.feature_count, 0.0F);
    for (std::size_t i = 0; i < set.examples.size(); ++i) {
      const bool positive = std::binary_search(set.classes[i].begin(), set.classes[i].end(), wanted);
      const auto cost = options.cost * (positive ? options.positive_cost : 1.0);
      points_.push_back({.sign = positive ? 1.0F : -1.0F,
                         .softness = static_cast<float>(1 / (2 * cost)),
                         .length = square_length(set.examples[i]) + 1});
    }
    std::iota(order_.begin(), order_.end(), 0U);
  }

  column run(int epochs) {
    for (int epoch = 0; epoch < epochs; ++epoch) {
      shuffle();
      const bool all = epoch % 4 == 0;  // examples far on the right side are looked at in every fourth epoch only
      for (const auto i : order_)
        if (all || !points_[i].idle) update(i);
    }
    return std::move(result_);
  }

 private:
  struct point {
    float sign = 0;
    float softness = 0;
    float length = 0;
    float alpha = 0;
    bool idle = false;
  };

  static float square_length(const sparse_vector& x) {
    float out = 0;
    for (const auto& f : x) out += f.value * f.value;
    return out;
  }

  void shuffle() {
    for (auto left = order_.size(); left > 1; --left) std::swap(order_[left - 1], order_[random_.below(left)]);
  }

  void update(std::uint32_t i) {
    constexpr float comfortable = 1.3F;
    auto& p = points_[i];
    auto margin = result_.bias;
    for (const auto& f : set_.examples[i]) margin += result_.weights[f.id] * f.value;
    const auto gradient = p.sign * margin - 1 + p.alpha * p.softness;
    const auto alpha = std::max(0.0F, p.alpha - gradient / (p.length + p.softness));
    p.idle = alpha == 0 && p.sign * margin > comfortable;
    const auto change = (alpha - p.alpha) * p.sign;
    if (change == 0) return;
    p.alpha = alpha;
    result_.bias += change;
    for (const auto& f : set_.examples[i]) result_.weights[f.id] += change * f.value;
  }

  const training_set& set_;
  seeded_random random_;
  std::vector<std::uint32_t> order_;
  std::vector<point> points_;
  column result_;
};

}  // namespace

linear_scorer::linear_scorer(const std::vector<std::vector<float>>& weights, const std::vector<float>& bias)
    : bias_(bias) {
  const auto features = weights.empty() ? 0 : weights[0].size();
  quantised_.resize(features * weights.size());
  for (std::size_t c = 0; c < weights.size(); ++c) {
    scale_.push_back(largest(weights[c]));
    for (std::size_t f = 0; f < features; ++f) quantised_[f * weights.size() + c] = quantise(weights[c][f], scale_[c]);
  }
}

linear_scorer::linear_scorer(std::vector<std::int8_t> quantised, std::vector<float> scale, std::vector<float> bias)
    : quantised_(std::move(quantised)), scale_(std::move(scale)), bias_(std::move(bias)) {
  AGENTS_ASSERT(scale_.size() == bias_.size());
}

void linear_scorer::score(const sparse_vector& x, std::span<float> out) const {
  const auto n = classes();
  AGENTS_ASSERT(out.size() == n);
  std::fill(out.begin(), out.end(), 0.0F);
  for (const auto& f : x) {
    const auto row = static_cast<std::size_t>(f.id) * n;
    if (row + n > quantised_.size()) continue;
    for (std::size_t c = 0; c < n; ++c) {
      const auto q = static_cast<float>(quantised_[row + c]);
      out[c] += f.value * q * std::abs(q);
    }
  }
  for (std::size_t c = 0; c < n; ++c) out[c] = bias_[c] + out[c] * scale_[c] / (levels * levels);
}

linear_scorer train_linear(const training_set& set, const linear_options& options) {
  std::vector<std::vector<float>> weights(set.class_count);
  std::vector<float> bias(set.class_count);
  const auto threads = std::max(1U, options.threads);
  const auto work = [&](unsigned first) {
    for (auto c = first; c < set.class_count; c += threads) {
      auto learned = descent{set, options, c}.run(options.epochs);
      weights[c] = std::move(learned.weights);
      bias[c] = learned.bias;
    }
  };
  std::vector<std::jthread> others;
  for (unsigned t = 1; t < threads; ++t) others.emplace_back(work, t);
  work(0);
  others.clear();
  return linear_scorer{weights, bias};
}

}  // namespace agents::classify
