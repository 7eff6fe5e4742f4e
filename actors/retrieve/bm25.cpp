// SPDX-License-Identifier: Apache-2.0
#include "actors/retrieve/bm25.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "actors/text/tokenize.hpp"

namespace agents::retrieve {

struct bm25_index::occurrence {
  std::uint64_t hash;
  std::uint32_t passage;
  friend auto operator<=>(const occurrence&, const occurrence&) = default;
};

bm25_index::bm25_index(std::span<const std::string_view> passages, const bm25_options& options) : options_(options) {
  std::vector<occurrence> all;
  norms_.reserve(passages.size());
  for (std::size_t i = 0; i < passages.size(); ++i) {
    const auto tokens = text::tokenize(passages[i]);
    for (const auto& t : tokens) all.push_back({t.prefix, static_cast<std::uint32_t>(i)});
    norms_.push_back(static_cast<float>(tokens.size()));
  }
  std::sort(all.begin(), all.end());
  for (auto begin = all.begin(); begin != all.end();) {
    const auto end = std::find_if(begin, all.end(), [&](const auto& o) { return o.hash != begin->hash; });
    add_term({begin, end});
    begin = end;
  }
  weigh_postings();
}

void bm25_index::add_term(std::span<const occurrence> occurrences) {
  const auto first = postings_.size();
  for (const auto& o : occurrences) {
    if (postings_.size() == first || postings_.back().passage != o.passage)
      postings_.push_back({o.passage, 1});
    else
      postings_.back().weight += 1;
  }
  terms_.push_back({occurrences.front().hash, static_cast<std::uint32_t>(first),
                    static_cast<std::uint32_t>(postings_.size() - first)});
}

void bm25_index::weigh_postings() {
  const auto total = std::accumulate(norms_.begin(), norms_.end(), 0.0);
  const auto mean = norms_.empty() || total == 0 ? 1.0 : total / static_cast<double>(norms_.size());
  for (auto& n : norms_) n = static_cast<float>(options_.k1 * (1 - options_.b + options_.b * n / mean));
  for (const auto& t : terms_) {
    const auto rarity = std::log(1 + (static_cast<double>(norms_.size()) - t.count + 0.5) / (t.count + 0.5));
    for (auto i = t.first; i < t.first + t.count; ++i) {
      const double tf = postings_[i].weight;
      postings_[i].weight = static_cast<float>(rarity * tf * (options_.k1 + 1) / (tf + norms_[postings_[i].passage]));
    }
  }
}

std::span<const bm25_index::posting> bm25_index::postings_of(std::uint64_t hash) const {
  const auto at = std::lower_bound(terms_.begin(), terms_.end(), hash,
                                   [](const term& t, std::uint64_t wanted) { return t.hash < wanted; });
  if (at == terms_.end() || at->hash != hash) return {};
  return std::span{postings_}.subspan(at->first, at->count);
}

std::vector<double> bm25_index::scores(std::string_view query) const {
  std::vector<double> out(size(), 0.0);
  std::set<std::uint64_t> distinct;
  for (const auto& t : text::tokenize(query)) distinct.insert(t.prefix);
  for (const auto hash : distinct)
    for (const auto& p : postings_of(hash)) out[p.passage] += p.weight;
  return out;
}

std::vector<match> bm25_index::search(std::string_view query, std::size_t k) const {
  const auto all = scores(query);
  std::vector<match> found;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i] > 0) found.push_back({static_cast<std::uint32_t>(i), all[i]});
  const auto better = [](const match& a, const match& b) {
    return a.score != b.score ? a.score > b.score : a.passage < b.passage;
  };
  const auto kept = std::min(k, found.size());
  std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(kept), found.end(), better);
  found.resize(kept);
  return found;
}

}  // namespace agents::retrieve
