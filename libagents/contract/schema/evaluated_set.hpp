// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace agents::json_schema {

/// Which members of an object (by their position) or items of an array some keyword has evaluated; what `unevaluated…`
/// asks. Up to 128 positions need no heap.
class evaluated_set {
 public:
  explicit evaluated_set(std::size_t size) {
    if (size > 64 * inline_.size()) heap_.resize((size + 63) / 64);
  }

  void mark(std::size_t i) noexcept { words()[i / 64] |= std::uint64_t{1} << (i % 64); }
  void mark_all() noexcept { all_ = true; }
  [[nodiscard]] bool contains(std::size_t i) const noexcept {
    return all_ || ((words()[i / 64] >> (i % 64)) & 1U) != 0;
  }
  /// Adds what `other`, a set of the same size, has.
  void merge(const evaluated_set& other) noexcept {
    all_ = all_ || other.all_;
    for (std::size_t i = 0; i < inline_.size(); ++i) inline_[i] |= other.inline_[i];
    for (std::size_t i = 0; i < heap_.size(); ++i) heap_[i] |= other.heap_[i];
  }

 private:
  [[nodiscard]] std::uint64_t* words() noexcept { return heap_.empty() ? inline_.data() : heap_.data(); }
  [[nodiscard]] const std::uint64_t* words() const noexcept { return heap_.empty() ? inline_.data() : heap_.data(); }

  std::array<std::uint64_t, 2> inline_{};
  std::vector<std::uint64_t> heap_;
  bool all_ = false;
};

}  // namespace agents::json_schema
