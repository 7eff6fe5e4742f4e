// SPDX-License-Identifier: Apache-2.0
#include "actors/classify/clause_scorers.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace agents::classify {
namespace {

/// An n-gram must occur in that many documents to become a feature.
std::uint32_t least_documents(std::size_t documents) {
  if (documents < 4) return 1;
  return documents < 40 ? 2 : 3;
}

feature_space learn_space(std::span<const prepared_example* const> documents) {
  feature_counter counter;
  for (std::uint32_t d = 0; d < documents.size(); ++d) {
    for (const auto& keys : documents[d]->document.keys) counter.add(keys, d);
    for (const auto& clause : documents[d]->clauses) counter.add(keys_of(clause.text, clause.heading), d);
  }
  return counter.build(least_documents(documents.size()));
}

training_set empty_set(const feature_space& space, std::size_t categories) {
  return {.examples = {},
          .classes = {},
          .class_count = static_cast<std::uint32_t>(categories),
          .feature_count = static_cast<std::uint32_t>(space.size())};
}

training_set clause_set(std::span<const prepared_example* const> documents, const feature_space& space,
                        std::size_t categories) {
  auto set = empty_set(space, categories);
  for (const auto* d : documents)
    for (const auto& clause : d->clauses) {
      set.examples.push_back(space.vectorise(keys_of(clause.text, clause.heading)));
      set.classes.push_back(clause.classes);
    }
  return set;
}

training_set segment_set(std::span<const prepared_example* const> documents, const feature_space& space,
                         std::size_t categories) {
  auto set = empty_set(space, categories);
  for (const auto* d : documents)
    for (std::size_t i = 0; i < d->document.segments.size(); ++i) {
      set.examples.push_back(space.vectorise(d->document.keys[i]));
      set.classes.push_back(d->relevant[i]);
    }
  return set;
}

/// Learns the types of clauses by one view of them.
template <class View>
view_scorer learn_view(std::span<const prepared_example* const> documents, std::size_t categories, View view,
                       const linear_options& options) {
  std::vector<feature_keys> keys;
  feature_counter counter;
  for (std::uint32_t d = 0; d < documents.size(); ++d)
    for (const auto& clause : documents[d]->clauses) counter.add(keys.emplace_back(view(clause.place())), d);
  view_scorer out{counter.build(least_documents(documents.size())), {}};
  auto set = empty_set(out.space, categories);
  for (const auto& k : keys) set.examples.push_back(out.space.vectorise(k));
  for (const auto* d : documents)
    for (const auto& clause : d->clauses) set.classes.push_back(clause.classes);
  out.scorer = train_linear(set, options);
  return out;
}

}  // namespace

clause_scorers train_scorers(std::span<const prepared_example* const> documents, std::size_t categories,
                             const scorer_options& options) {
  clause_scorers out;
  out.space = learn_space(documents);
  // Costs chosen by cross-validation on held-out contracts: docs/evaluation.md.
  out.type =
      train_linear(clause_set(documents, out.space, categories),
                   {.cost = 4, .positive_cost = 1, .epochs = 25, .seed = options.seed, .threads = options.threads});
  out.relevance =
      train_linear(segment_set(documents, out.space, categories),
                   {.cost = 0.5, .positive_cost = 2, .epochs = 12, .seed = options.seed, .threads = options.threads});
  const auto view = [&](auto keys, double cost, int epochs) {
    return learn_view(
        documents, categories, keys,
        {.cost = cost, .positive_cost = 1, .epochs = epochs, .seed = options.seed, .threads = options.threads});
  };
  out.characters = view([](const clause_place& p) { return character_keys(p.text, p.heading); }, 4, 15);
  out.opening = view([](const clause_place& p) { return opening_keys(p.text); }, 2, 25);
  out.surroundings = view([](const clause_place& p) { return surrounding_keys(p); }, 1, 15);
  return out;
}

document_signals::document_signals(const clause_scorers& scorers, const prepared_document& document)
    : document_(document),
      segments_(document.segments.size()),
      categories_(scorers.relevance.classes()),
      relevance_(segments_ * categories_),
      type_(segments_ * categories_),
      best_(categories_, std::numeric_limits<float>::lowest()) {
  for (std::size_t s = 0; s < segments_; ++s) {
    const auto x = scorers.space.vectorise(document.keys[s]);
    scorers.relevance.score(x, std::span{relevance_}.subspan(s * categories_, categories_));
    scorers.type.score(x, std::span{type_}.subspan(s * categories_, categories_));
    for (std::size_t c = 0; c < categories_; ++c) best_[c] = std::max(best_[c], relevance(c, s));
  }
}

void document_signals::of(std::size_t category, std::size_t segment, std::span<float> out) const {
  const auto before = segment > 0 ? relevance(category, segment - 1) : -1.0F;
  const auto after = segment + 1 < segments_ ? relevance(category, segment + 1) : -1.0F;
  out[0] = relevance(category, segment);
  out[1] = relevance(category, segment) - best_[category];
  out[2] = type(category, segment);
  out[3] = document_.lexical[category][segment];
  out[4] = std::max(before, after);
}

std::vector<std::uint32_t> document_signals::candidates(std::size_t category, std::size_t count) const {
  std::vector<std::uint32_t> order(segments_);
  std::iota(order.begin(), order.end(), 0U);
  const auto value = [&](std::uint32_t s) { return relevance(category, s) + 0.5F * type(category, s); };
  const auto better = [&](std::uint32_t a, std::uint32_t b) {
    return value(a) != value(b) ? value(a) > value(b) : a < b;
  };
  count = std::min(count, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(), better);
  order.resize(count);
  return order;
}

}  // namespace agents::classify
