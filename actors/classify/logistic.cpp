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

/// The parameters in one vector: weights, common bias, then the deviations of the categories.
class newton {
 public:
  newton(const fusion_set& set, double pull)
      : set_(set), pull_(pull), size_(set.width + 1 + set.categories), parameters_(size_, 0.0) {}

  fusion run() {
    constexpr int steps = 25;
    for (int i = 0; i < steps; ++i)
      if (step() < 1e-6) break;
    fusion out;
    for (std::size_t i = 0; i < set_.width; ++i) out.weights.push_back(static_cast<float>(parameters_[i]));
    for (std::size_t c = 0; c < set_.categories; ++c)
      out.offsets.push_back(static_cast<float>(parameters_[set_.width] + parameters_[set_.width + 1 + c]));
    return out;
  }

 private:
  /// The row's values of the parameters: signals, 1 for the bias; the category's deviation is handled apart.
  double value(std::size_t row, std::size_t i) const {
    return i == set_.width ? 1.0 : static_cast<double>(set_.signals[row * set_.width + i]);
  }

  /// One damped Newton step; returns the largest change of a parameter.
  double step() {
    std::vector<double> gradient(size_, 0.0);
    std::vector<double> curvature(size_ * size_, 0.0);
    for (std::size_t i = 0; i < size_; ++i) {
      const auto prior = i <= set_.width ? weak_prior : pull_;
      gradient[i] = -prior * parameters_[i];
      curvature[i * size_ + i] = prior;
    }
    for (std::size_t row = 0; row < set_.rows(); ++row) accumulate(row, gradient, curvature);
    solve(curvature, gradient);
    double largest = 0;
    for (const auto g : gradient) largest = std::max(largest, std::abs(g));
    const auto damping = largest > largest_step ? largest_step / largest : 1.0;
    for (std::size_t i = 0; i < size_; ++i) parameters_[i] += damping * gradient[i];
    return largest;
  }

  void accumulate(std::size_t row, std::vector<double>& gradient, std::vector<double>& curvature) const {
    const auto shared = set_.width + 1;
    const auto own = shared + set_.category[row];
    double x = parameters_[own];
    for (std::size_t i = 0; i < shared; ++i) x += parameters_[i] * value(row, i);
    const auto p = sigmoid(x);
    const auto error = (set_.truth[row] != 0 ? 1.0 : 0.0) - p;
    const auto weight = std::max(p * (1 - p), 1e-9);
    for (std::size_t i = 0; i < shared; ++i) {
      gradient[i] += error * value(row, i);
      for (std::size_t j = 0; j <= i; ++j) curvature[i * size_ + j] += weight * value(row, i) * value(row, j);
      curvature[own * size_ + i] += weight * value(row, i);
    }
    gradient[own] += error;
    curvature[own * size_ + own] += weight;
  }

  static constexpr double weak_prior = 0.1;
  static constexpr double largest_step = 4;

  const fusion_set& set_;
  double pull_;
  std::size_t size_;
  std::vector<double> parameters_;
};

}  // namespace

double sigmoid(double x) noexcept { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }

double fusion::log_odds(std::span<const float> signals, std::size_t category) const {
  AGENTS_ASSERT(signals.size() == weights.size() && category < offsets.size());
  double out = offsets[category];
  for (std::size_t i = 0; i < signals.size(); ++i) out += static_cast<double>(weights[i]) * signals[i];
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

fusion fit_fusion(const fusion_set& set, double pull) { return newton{set, pull}.run(); }

}  // namespace agents::classify
