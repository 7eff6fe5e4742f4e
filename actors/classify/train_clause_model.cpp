// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>
#include <set>

#include "actors/classify/model_parts.hpp"
#include "actors/text/tokenize.hpp"

// Training has two levels. The scorers learn from all documents. What they say about documents that they have not seen
// is needed to fuse and to calibrate them; for that, each fold is judged by scorers trained on the other folds.

namespace agents::classify {
namespace {

// Priors on what is the categories' own; those of types chosen by cross-validation on held-out contracts.
constexpr fusion_prior type_prior{.offsets = 0.5, .deviations = 5};
constexpr fusion_prior place_prior{.offsets = 1, .deviations = {}};
constexpr fusion_prior presence_prior{.offsets = 1, .deviations = {}};

std::vector<category_info> category_list(std::span<const labelled_document> documents, const train_options& options) {
  std::set<std::string> found;
  for (const auto& d : documents)
    for (const auto& c : d.clauses) found.insert(c.category);
  std::vector<category_info> out;
  for (const auto& name : found) {
    const bool wanted = options.categories.empty() || std::find(options.categories.begin(), options.categories.end(),
                                                                name) != options.categories.end();
    if (!wanted) continue;
    const auto question = options.questions.find(lower_case(name));
    out.push_back({name, question == options.questions.end() ? name : name + ". " + question->second});
  }
  return out;
}

/// The fold of each document: by the order of the hashes of the titles, so that folds are even and stay stable.
std::vector<std::size_t> assign_folds(std::span<const labelled_document> documents, std::size_t folds) {
  std::vector<std::size_t> order(documents.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
    return text::hash_bytes(documents[a].title) < text::hash_bytes(documents[b].title);
  });
  std::vector<std::size_t> out(documents.size());
  for (std::size_t i = 0; i < order.size(); ++i) out[order[i]] = i % folds;
  return out;
}

/// Scorers that have not seen fold `fold`.
clause_scorers train_without(const std::vector<prepared_example>& examples, const std::vector<std::size_t>& folds,
                             std::size_t fold, std::size_t categories, const scorer_options& options) {
  std::vector<const prepared_example*> others;
  for (std::size_t i = 0; i < examples.size(); ++i)
    if (folds[i] != fold) others.push_back(&examples[i]);
  return train_scorers(others, categories, options);
}

bool speaks_about(const prepared_example& e, std::size_t segment, std::size_t category) {
  const auto& r = e.relevant[segment];
  return std::binary_search(r.begin(), r.end(), static_cast<std::uint32_t>(category));
}

void add_places(const prepared_example& e, const document_signals& signals, fusion_set& out) {
  constexpr std::size_t per_category = 15;
  std::array<float, document_signals::width> row{};
  for (std::size_t c = 0; c < out.categories; ++c) {
    if (e.asked[c] == 0) continue;
    for (const auto s : signals.candidates(c, per_category)) {
      signals.of(c, s, row);
      out.add(row, c, speaks_about(e, s, c));
    }
  }
}

void add_presence(const prepared_example& e, const document_signals& signals, const fusion& place, fusion_set& out) {
  for (std::size_t c = 0; c < out.categories; ++c)
    if (e.asked[c] != 0) out.add(presence_signals(place, signals, c), c, e.present[c] != 0);
}

/// A score and whether it should count as "yes".
struct judged {
  double score;
  bool truth;
};

/// The threshold with the best F1; between two scores, the middle. `fallback` when nothing is true.
float best_threshold(std::vector<judged> all, float fallback) {
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.score > b.score; });
  const auto truths = static_cast<double>(std::count_if(all.begin(), all.end(), [](const auto& j) { return j.truth; }));
  double hits = 0;
  double best = 0;
  auto out = static_cast<double>(fallback);
  for (std::size_t i = 0; i < all.size(); ++i) {
    hits += all[i].truth ? 1 : 0;
    const auto f1 = 2 * hits / (static_cast<double>(i + 1) + truths);
    if (f1 <= best) continue;
    best = f1;
    out = i + 1 < all.size() ? (all[i].score + all[i + 1].score) / 2 : all[i].score - 0.01;
  }
  return static_cast<float>(out);
}

/// The threshold with the best expected F1 when each document of a category shows it with its probability: for a
/// category that is hard to tell it is well below one half. Documents without any weight leave it at one half.
float expected_best_threshold(std::vector<double> probabilities) {
  std::sort(probabilities.begin(), probabilities.end(), std::greater<>{});
  const auto total = std::accumulate(probabilities.begin(), probabilities.end(), 0.0);
  double hits = 0;
  double best = 0;
  double out = 0.5;
  for (std::size_t i = 0; i < probabilities.size(); ++i) {
    hits += probabilities[i];
    const auto f1 = 2 * hits / (static_cast<double>(i + 1) + total);
    if (f1 <= best) continue;
    best = f1;
    out = i + 1 < probabilities.size() ? (probabilities[i] + probabilities[i + 1]) / 2 : probabilities[i] / 2;
  }
  return static_cast<float>(out);
}

/// A clause of a held-out document: what the scorers say with and without its surroundings, and its types.
struct judged_clause {
  type_signals placed;
  type_signals bare;
  std::vector<std::uint32_t> classes;
};

fusion fit_types(const std::vector<judged_clause>& clauses, type_signals judged_clause::*signals,
                 std::size_t categories) {
  fusion_set set{.width = type_signals::width, .categories = categories, .signals = {}, .category = {}, .truth = {}};
  for (const auto& clause : clauses)
    for (std::size_t c = 0; c < categories; ++c)
      set.add((clause.*signals).of(c), c,
              std::binary_search(clause.classes.begin(), clause.classes.end(), static_cast<std::uint32_t>(c)));
  return fit_fusion(set, type_prior);
}

/// The log odds of a held-out clause and one of its types, for the sharpness of the softmax.
struct typed_clause {
  std::vector<float> margins;
  std::uint32_t truth;
};

double log_loss(const std::vector<typed_clause>& clauses, double sharpness) {
  double loss = 0;
  for (const auto& c : clauses) {
    const auto best = *std::max_element(c.margins.begin(), c.margins.end());
    double sum = 0;
    for (const auto m : c.margins) sum += std::exp(sharpness * (m - best));
    loss += std::log(sum) - sharpness * (c.margins[c.truth] - best);
  }
  return loss;
}

float best_sharpness(const std::vector<typed_clause>& clauses) {
  float best = 1;
  if (clauses.empty()) return best;
  for (float candidate = 0.2F; candidate < 20; candidate *= 1.15F)
    if (log_loss(clauses, candidate) < log_loss(clauses, best)) best = candidate;
  return best;
}

/// Without held-out documents there is nothing to learn the fusion from: these are the weights found on CUAD, rounded.
void use_default_fusion(clause_model::parts& p) {
  p.place.weights = {2, 1, 1, 1, 0.3F};
  p.place.offsets.assign(p.categories.size(), 0.0F);
  p.presence.weights = {0.6F, 0.1F, 0, 0.2F, 0.5F};
  p.presence.offsets.assign(p.categories.size(), 0.0F);
  p.presence_thresholds.assign(p.categories.size(), 0.5F);
  p.type = default_type_fusion(p.categories.size());
  p.sharpness = 1;
}

/// Judges every document by scorers that have not seen it, and learns fusion, thresholds and sharpness from that.
class second_level {
 public:
  second_level(const std::vector<prepared_example>& examples, clause_model::parts& out)
      : examples_(examples), out_(out) {}

  void run(const std::vector<std::size_t>& folds, std::size_t count, const scorer_options& options) {
    for (std::size_t f = 0; f < count; ++f) {
      const auto scorers = train_without(examples_, folds, f, out_.categories.size(), options);
      for (std::size_t i = 0; i < examples_.size(); ++i)
        if (folds[i] == f) judge(examples_[i], scorers, i);
    }
    fit();
  }

 private:
  void judge(const prepared_example& e, const clause_scorers& scorers, std::size_t index) {
    signals_.push_back({index, document_signals{scorers, e.document}});
    for (const auto& clause : e.clauses)
      clauses_.push_back({type_signals{scorers, clause.place()},
                          type_signals{scorers, {clause.text, clause.heading, {}, {}}}, clause.classes});
  }

  void fit() {
    const auto categories = out_.categories.size();
    fit_type();
    fusion_set places{
        .width = document_signals::width, .categories = categories, .signals = {}, .category = {}, .truth = {}};
    for (const auto& [i, s] : signals_) add_places(examples_[i], s, places);
    out_.place = fit_fusion(places, place_prior);
    fusion_set presence{.width = presence_width, .categories = categories, .signals = {}, .category = {}, .truth = {}};
    for (const auto& [i, s] : signals_) add_presence(examples_[i], s, out_.place, presence);
    out_.presence = fit_fusion(presence, presence_prior);
    set_presence_thresholds(presence);
    out_.single_threshold = single_threshold();
  }

  void fit_type() {
    out_.type.placed = fit_types(clauses_, &judged_clause::placed, out_.categories.size());
    out_.type.bare = fit_types(clauses_, &judged_clause::bare, out_.categories.size());
    std::vector<typed_clause> typed;
    for (const auto& clause : clauses_)
      for (const auto truth : clause.classes) typed.push_back({out_.type.log_odds(clause.placed), truth});
    out_.sharpness = best_sharpness(typed);
  }

  /// Halfway between what is best for all decisions together (micro F1) and for each category (macro F1).
  void set_presence_thresholds(const fusion_set& set) {
    std::vector<std::vector<double>> probabilities(out_.categories.size());
    std::vector<judged> all;
    for (std::size_t r = 0; r < set.rows(); ++r) {
      const auto row = std::span{set.signals}.subspan(r * set.width, set.width);
      const auto p = out_.presence.probability(row, set.category[r]);
      probabilities[set.category[r]].push_back(p);
      all.push_back({p, set.truth[r] != 0});
    }
    const auto common = best_threshold(std::move(all), 0.5F);
    for (auto& p : probabilities)
      out_.presence_thresholds.push_back((common + expected_best_threshold(std::move(p))) / 2);
  }

  float single_threshold() const {
    std::vector<judged> all;
    for (const auto& [i, s] : signals_)
      for (std::size_t c = 0; c < out_.categories.size(); ++c)
        if (examples_[i].asked[c] != 0) all.push_back({best_type_margin(s, c), examples_[i].present[c] != 0});
    return best_threshold(std::move(all), 0);
  }

  struct judged_document {
    std::size_t index;
    document_signals signals;
  };

  const std::vector<prepared_example>& examples_;
  clause_model::parts& out_;
  std::vector<judged_document> signals_;
  std::vector<judged_clause> clauses_;
};

expected<void> check(std::span<const labelled_document> documents, const std::vector<category_info>& categories) {
  if (documents.empty())
    return unexpected{errc::bad_input, "no documents to learn from; give a folder with labelled ones"};
  if (categories.empty())
    return unexpected{errc::bad_input, "none of the " + std::to_string(documents.size()) +
                                           " documents has a clause of the wanted categories; check the labels files"};
  return {};
}

}  // namespace

float best_type_margin(const document_signals& signals, std::size_t category) {
  float best = -10;
  for (std::size_t s = 0; s < signals.segments(); ++s) best = std::max(best, signals.type(category, s));
  return best;
}

expected<clause_model> train_clause_model(std::span<const labelled_document> documents, const train_options& options) {
  auto p = std::make_shared<clause_model::parts>();
  p->categories = category_list(documents, options);
  if (auto ok = check(documents, p->categories); !ok) return ok.propagate();
  for (const auto& c : p->categories) p->names.push_back(c.name);
  std::vector<prepared_example> examples;
  for (const auto& d : documents) examples.push_back(prepare(d, p->categories));
  const scorer_options scorer{.seed = options.seed, .threads = options.threads};
  const auto folds = std::min<std::size_t>(static_cast<std::size_t>(std::max(options.folds, 0)), documents.size());
  if (folds >= 2)
    second_level{examples, *p}.run(assign_folds(documents, folds), folds, scorer);
  else
    use_default_fusion(*p);
  std::vector<const prepared_example*> all;
  for (const auto& e : examples) all.push_back(&e);
  p->scorers = train_scorers(all, p->categories.size(), scorer);
  return clause_model{std::move(p)};
}

expected<clause_model> train_clause_model(const std::filesystem::path& folder, const train_options& options) {
  const auto documents = load_labelled_documents(folder);
  if (!documents) return documents.propagate();
  auto with_questions = options;
  with_questions.questions.merge(load_category_questions(folder));
  return train_clause_model(*documents, with_questions);
}

}  // namespace agents::classify
