// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "actors/classify/feature_keys.hpp"

namespace agents::classify {

/// One non-zero entry of a sparse vector.
struct feature {
  std::uint32_t id = 0;
  float value = 0;
};
using sparse_vector = std::vector<feature>;

/// The n-grams that a model knows, with their weights (inverse document frequency). Turns texts into unit vectors.
///
/// N-grams are known by a 32-bit hash; two of 100,000 known n-grams share one with a probability of about 2⁻¹⁵ each.
/// Callers: any thread, once built.
class feature_space {
 public:
  struct entry {
    std::uint32_t key = 0;
    float rarity = 0;  ///< ln(1 + texts / texts with it), rounded as in the model file
    friend bool operator==(const entry&, const entry&) = default;
  };

  feature_space() = default;
  /// `entries` in strictly ascending order of their keys.
  explicit feature_space(std::vector<entry> entries);

  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  [[nodiscard]] const std::vector<entry>& entries() const noexcept { return entries_; }
  /// Logarithmic term frequency times rarity; the body has length 1, the heading `heading_weight`.
  [[nodiscard]] sparse_vector vectorise(const feature_keys& keys) const;

 private:
  void add_block(std::vector<std::uint32_t> ids, float length, sparse_vector& out) const;
  [[nodiscard]] std::uint32_t find(std::uint32_t key) const noexcept;

  std::vector<entry> entries_;
  std::vector<std::uint32_t> table_;  // open addressing: index of the entry + 1
  std::uint32_t mask_ = 0;
};

/// Collects the n-grams of training texts and keeps those that occur in enough groups (documents), so that names of
/// parties and products do not become features.
class feature_counter {
 public:
  /// Texts of one group must be added one after the other.
  void add(const feature_keys& keys, std::uint32_t group);
  [[nodiscard]] feature_space build(std::uint32_t least_groups) const;

 private:
  struct count {
    std::uint32_t key;
    std::uint32_t texts;
    std::uint32_t groups;
    std::uint32_t last_group;
  };
  void add_key(std::uint32_t key, std::uint32_t group);
  void grow();
  [[nodiscard]] std::size_t slot_of(std::uint32_t key) const noexcept;

  std::vector<count> slots_;  // open addressing; texts == 0: free
  std::size_t used_ = 0;
  std::uint32_t texts_ = 0;
};

}  // namespace agents::classify
