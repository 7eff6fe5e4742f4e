// SPDX-License-Identifier: Apache-2.0
#include "actors/classify/logistic.hpp"

#include <cmath>

#include "libagents/core/assert.hpp"

namespace agents::classify {
namespace {

/// Solves A·x = b for a small symmetric positive definite A (row-major, n × n) by Cholesky, in place; x replaces b.
void solve(std::vector<double>& a, std::vector<double>& b) {
  const auto n = b.size();
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      auto sum = a[i * n + j];
      for (std::size_t k = 0; k < j; ++k) sum -= a[i * n + k] * a[j * n + k];
      a[i * n + j] = i == j ? std::sqrt(std::max(sum, 1e-12)) : sum / a[j * n + j];
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < i; ++k) b[i] -= a[i * n + k] * b[k];
    b[i] /= a[i * n + i];
  }
  for (auto i = n; i-- > 0;) {
    for (auto k = i + 1; k < n; ++k) b[i] -= a[k * n + i] * b[k];
    b[i] /= a[i * n + i];
  }
}

/// The parameters in one vector: weights, common bias, the offsets of the categories around it, then category by
/// category the deviations of its weights, if any.
class newton {
 public:
  newton(const fusion_set& set, const fusion_prior& prior)
      : set_(set),
        prior_(prior),
        size_(set.width + 1 + set.categories * (prior.deviations ? 1 + set.width : 1)),
        parameters_(size_, 0.0) {}

  fusion run() {
    constexpr int steps = 25;
    for (int i = 0; i < steps; ++i)
      if (step() < 1e-6) break;
    fusion out;
    for (std::size_t i = 0; i < set_.width; ++i) out.weights.push_back(static_cast<float>(parameters_[i]));
    for (std::size_t c = 0; c < set_.categories; ++c)
      out.offsets.push_back(static_cast<float>(parameters_[set_.width] + parameters_[first_offset() + c]));
    for (auto i = first_deviation(); i < size_; ++i) out.deviations.push_back(static_cast<float>(parameters_[i]));
    return out;
  }

 private:
  /// A parameter that matters for a row, and what it is multiplied with there.
  struct term {
    std::size_t parameter = 0;
    double value = 0;
  };

  std::size_t first_offset() const noexcept { return set_.width + 1; }
  std::size_t first_deviation() const noexcept { return first_offset() + set_.categories; }

  double prior_of(std::size_t parameter) const {
    if (parameter < first_offset()) return weak_prior;
    return parameter < first_deviation() ? prior_.offsets : *prior_.deviations;
  }

  /// The terms of a row, by ascending parameter.
  void terms_of(std::size_t row, std::vector<term>& out) const {
    out.clear();
    const auto signal = [&](std::size_t i) { return static_cast<double>(set_.signals[row * set_.width + i]); };
    for (std::size_t i = 0; i < set_.width; ++i) out.push_back({i, signal(i)});
    out.push_back({set_.width, 1});
    out.push_back({first_offset() + set_.category[row], 1});
    if (!prior_.deviations) return;
    const auto own = first_deviation() + set_.category[row] * set_.width;
    for (std::size_t i = 0; i < set_.width; ++i) out.push_back({own + i, signal(i)});
  }

  /// One damped Newton step; returns the largest change of a parameter.
  double step() {
    std::vector<double> gradient(size_, 0.0);
    std::vector<double> curvature(size_ * size_, 0.0);
    for (std::size_t i = 0; i < size_; ++i) {
      gradient[i] = -prior_of(i) * parameters_[i];
      curvature[i * size_ + i] = prior_of(i);
    }
    std::vector<term> terms;
    for (std::size_t row = 0; row < set_.rows(); ++row) {
      terms_of(row, terms);
      accumulate(terms, set_.truth[row] != 0, gradient, curvature);
    }
    solve(curvature, gradient);
    double largest = 0;
    for (const auto g : gradient) largest = std::max(largest, std::abs(g));
    const auto damping = largest > largest_step ? largest_step / largest : 1.0;
    for (std::size_t i = 0; i < size_; ++i) parameters_[i] += damping * gradient[i];
    return largest;
  }

  void accumulate(const std::vector<term>& terms, bool truth, std::vector<double>& gradient,
                  std::vector<double>& curvature) const {
    double x = 0;
    for (const auto& t : terms) x += parameters_[t.parameter] * t.value;
    const auto p = sigmoid(x);
    const auto error = (truth ? 1.0 : 0.0) - p;
    const auto weight = std::max(p * (1 - p), 1e-9);
    for (std::size_t i = 0; i < terms.size(); ++i) {
      gradient[terms[i].parameter] += error * terms[i].value;
      auto* row = &curvature[terms[i].parameter * size_];
      for (std::size_t j = 0; j <= i; ++j) row[terms[j].parameter] += weight * terms[i].value * terms[j].value;
    }
  }

  static constexpr double weak_prior = 0.1;
  static constexpr double largest_step = 4;

  const fusion_set& set_;
  fusion_prior prior_;
  std::size_t size_;
  std::vector<double> parameters_;
};

}  // namespace

double sigmoid(double x) noexcept { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }

double fusion::log_odds(std::span<const float> signals, std::size_t category) const {
  AGENTS_ASSERT(signals.size() == weights.size() && category < offsets.size());
  AGENTS_ASSERT(deviations.empty() || deviations.size() == offsets.size() * weights.size());
  double out = offsets[category];
  for (std::size_t i = 0; i < signals.size(); ++i) out += static_cast<double>(weights[i]) * signals[i];
  if (deviations.empty()) return out;
  const auto* own = &deviations[category * signals.size()];
  for (std::size_t i = 0; i < signals.size(); ++i) out += static_cast<double>(own[i]) * signals[i];
  return out;
}

double fusion::probability(std::span<const float> signals, std::size_t category) const {
  return sigmoid(log_odds(signals, category));
}

void fusion_set::add(std::span<const float> row, std::size_t category_of_row, bool is_true) {
  AGENTS_ASSERT(row.size() == width && category_of_row < categories);
  signals.insert(signals.end(), row.begin(), row.end());
  category.push_back(static_cast<std::uint32_t>(category_of_row));
  truth.push_back(is_true ? 1 : 0);
}

fusion fit_fusion(const fusion_set& set, const fusion_prior& prior) { return newton{set, prior}.run(); }

}  // namespace agents::classify
