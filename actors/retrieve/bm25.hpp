// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace agents::retrieve {

struct bm25_options {
  double k1 = 1.2;  ///< how soon repetition of a word stops to count
  double b = 0.75;  ///< how much long passages are held back, 0 to 1
};

/// A passage and how well it matches.
struct match {
  std::uint32_t passage = 0;  ///< position in the list that was indexed
  double score = 0;
};

/// An inverted index over short passages; words are compared by their first five letters, in lower case.
///
/// Use it for up to some hundred thousand passages of one corpus; it is built once and lives in memory (8 bytes per
/// distinct word of each passage). It keeps no text.
///
/// Callers: any thread, once built.
/// Source:  Robertson, Zaragoza, "The probabilistic relevance framework: BM25 and beyond", 2009, §3.
class bm25_index {
 public:
  explicit bm25_index(std::span<const std::string_view> passages, const bm25_options& options = {});

  [[nodiscard]] std::size_t size() const noexcept { return norms_.size(); }
  /// The best `k` passages, best first; of equal ones the earlier first. Passages without any word of `query` are left
  /// out.
  [[nodiscard]] std::vector<match> search(std::string_view query, std::size_t k) const;
  /// One score per passage; 0 for those without any word of `query`.
  [[nodiscard]] std::vector<double> scores(std::string_view query) const;

 private:
  struct posting {
    std::uint32_t passage;
    float weight;
  };
  struct term {
    std::uint64_t hash;
    std::uint32_t first;  // of its postings
    std::uint32_t count;
  };
  struct occurrence;
  void add_term(std::span<const occurrence> occurrences);
  void weigh_postings();
  [[nodiscard]] std::span<const posting> postings_of(std::uint64_t hash) const;

  bm25_options options_;
  std::vector<float> norms_;
  std::vector<term> terms_;  // sorted by hash
  std::vector<posting> postings_;
};

}  // namespace agents::retrieve
