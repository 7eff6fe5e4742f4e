// SPDX-License-Identifier: Apache-2.0
#include "actors/evaluate/evaluate_cuad.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <set>

#include "actors/classify/model_parts.hpp"
#include "libagents/core/clock.hpp"

namespace agents::evaluate {
namespace {

using classify::byte_range;
using classify::clause_model;
using classify::document_signals;
using classify::labelled_document;
using classify::prepared_example;

constexpr std::array<std::size_t, 3> depths{1, 5, 10};

/// The four categories of CUAD that name the contract instead of describing a clause; the 37-way accuracy leaves them
/// out.
bool is_metadata(std::string_view category) {
  constexpr std::array<std::string_view, 4> metadata{"Document Name", "Parties", "Agreement Date", "Effective Date"};
  return std::find(metadata.begin(), metadata.end(), category) != metadata.end();
}

/// How many of a number of clauses got the right type.
struct accuracy {
  double right = 0;
  double all = 0;
  void add(double r, double a) { right += r, all += a; }
  [[nodiscard]] double share() const { return all > 0 ? right / all : 0; }
};

/// Gold spans found among the first 1, 5 and 10 places.
struct recall {
  std::array<double, depths.size()> found{};
  double all = 0;

  void add(const std::vector<byte_range>& places, const std::vector<byte_range>& gold) {
    for (const auto& g : gold) {
      ++all;
      for (std::size_t d = 0; d < depths.size(); ++d) {
        const auto end = places.begin() + static_cast<std::ptrdiff_t>(std::min(depths[d], places.size()));
        found[d] += std::any_of(places.begin(), end, [&](const auto& p) { return classify::shows(p, g); }) ? 1 : 0;
      }
    }
  }
};

/// Decisions about presence for each category.
struct presence_score {
  std::vector<confusion> per_category;

  [[nodiscard]] double micro() const {
    confusion sum;
    for (const auto& c : per_category) sum.hits += c.hits, sum.alarms += c.alarms, sum.misses += c.misses;
    return sum.f1();
  }
  /// The mean over the categories that occur in the test set.
  [[nodiscard]] double macro() const {
    double sum = 0;
    double count = 0;
    for (const auto& c : per_category)
      if (c.hits + c.misses > 0) sum += c.f1(), ++count;
    return count > 0 ? sum / count : 0;
  }
};

/// Runs `f` and adds the time it took.
template <class F>
auto timed(const agents::clock& clock, double& micros, F f) {
  const auto begin = clock.now();
  auto out = f();
  micros += seconds(clock.now() - begin) * 1e6;
  return out;
}

/// Everything that is counted while the test documents pass by.
class measurement {
 public:
  explicit measurement(const clause_model& model) : model_(model), parts_(model.inside()) {
    const auto n = parts_.categories.size();
    composed_.per_category.resize(n);
    single_.per_category.resize(n);
    for (const auto& name : parts_.names) clause_like_.push_back(!is_metadata(name));
  }

  void add(const labelled_document& document) {
    const auto truth = classify::prepare(document, parts_.categories);
    const document_signals signals{parts_.scorers, truth.document};
    add_types(truth);
    add_composed(document, truth);
    add_single(truth, signals);
    add_retrieval(document, truth, signals);
    ++documents_;
  }

  evaluation result() const {
    evaluation out{.dataset = "legal_cuad",
                   .metrics = {},
                   .baseline = {{"clause_type_accuracy", 0.712}},
                   .examples = documents_,
                   .seconds = 0};
    auto& m = out.metrics;
    m["clause_type_accuracy"] = type_.share();
    m["clause_type_accuracy_single"] = type_single_.share();
    m["clause_type_accuracy_without_surroundings"] = type_unplaced_.share();
    m["clause_type_accuracy_text_only"] = type_text_only_.share();
    m["clause_type_accuracy_41_way"] = type_41_.share();
    m["clause_type_accuracy_any"] = type_any_.share();
    m["clause_type_accuracy_ceiling"] = type_ceiling_.share();
    m["clause_type_r_precision"] = type_set_.share();
    m["presence_micro_f1"] = composed_.micro();
    m["presence_macro_f1"] = composed_.macro();
    m["presence_micro_f1_single"] = single_.micro();
    m["presence_macro_f1_single"] = single_.macro();
    add_recalls("", retrieval_, m);
    add_recalls("_single", retrieval_single_, m);
    add_recalls("_41_way", retrieval_41_, m);
    add_recalls("_ceiling", retrieval_ceiling_, m);
    m["citation_exactness"] = citations_.share();
    m["micros_per_document_classifier"] = micros_single_ / std::max(1.0, static_cast<double>(documents_));
    m["micros_per_document_composed"] = micros_composed_ / std::max(1.0, static_cast<double>(documents_));
    m["micros_per_document"] = m["micros_per_document_composed"];
    return out;
  }

 private:
  static void add_recalls(const std::string& suffix, const recall& r, std::map<std::string, double>& m) {
    for (std::size_t d = 0; d < depths.size(); ++d)
      m["retrieval_recall_at_" + std::to_string(depths[d]) + suffix] = r.all > 0 ? r.found[d] / r.all : 0;
  }

  /// The types by descending margin; only the 37 clause-like ones unless `all`.
  std::vector<std::uint32_t> ranked_types(const std::vector<float>& margins, bool all) const {
    std::vector<std::uint32_t> order;
    for (std::uint32_t c = 0; c < margins.size(); ++c)
      if (all || clause_like_[c]) order.push_back(c);
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return margins[a] > margins[b]; });
    return order;
  }

  void add_types(const prepared_example& truth) {
    for (const auto& clause : truth.clauses) {
      const auto margins = margins_of(clause.place());
      add_41(clause, ranked_types(margins, true));
      std::vector<std::uint32_t> gold;
      for (const auto c : clause.classes)
        if (clause_like_[c]) gold.push_back(c);
      if (gold.empty()) continue;
      add_37(gold, ranked_types(margins, false));
      const auto is_gold = [&](std::uint32_t c) { return std::binary_search(gold.begin(), gold.end(), c); };
      const auto count = static_cast<double>(gold.size());
      const auto judge = [&](const std::vector<float>& m, accuracy& out) {
        out.add(is_gold(ranked_types(m, false)[0]) ? 1 : 0, count);
      };
      judge(margins_of({clause.text, clause.heading, {}, {}}), type_unplaced_);
      judge(margins_of({clause.text, {}, {}, {}}), type_text_only_);
      judge(single_margins(clause), type_single_);
    }
  }

  /// What the composed system says about the types of a clause.
  std::vector<float> margins_of(const classify::clause_place& place) const {
    return parts_.type.log_odds(classify::type_signals{parts_.scorers, place});
  }

  /// The scorer of wordings alone, with headings.
  std::vector<float> single_margins(const classify::clause_example& clause) const {
    std::vector<float> out(parts_.categories.size());
    parts_.scorers.type.score(parts_.scorers.space.vectorise(classify::keys_of(clause.text, clause.heading)), out);
    return out;
  }

  void add_41(const classify::clause_example& clause, const std::vector<std::uint32_t>& order) {
    const bool right = std::binary_search(clause.classes.begin(), clause.classes.end(), order[0]);
    type_41_.add(right ? 1 : 0, static_cast<double>(clause.classes.size()));
  }

  void add_37(const std::vector<std::uint32_t>& gold, const std::vector<std::uint32_t>& order) {
    const auto is_gold = [&](std::uint32_t c) { return std::binary_search(gold.begin(), gold.end(), c); };
    const auto count = static_cast<double>(gold.size());
    const double first = is_gold(order[0]) ? 1 : 0;
    type_.add(first, count);
    type_any_.add(first, 1);
    type_ceiling_.add(1, count);
    const auto top = order.begin() + static_cast<std::ptrdiff_t>(gold.size());
    type_set_.add(static_cast<double>(std::count_if(order.begin(), top, is_gold)), count);
  }

  void add_composed(const labelled_document& document, const prepared_example& truth) {
    const auto review = timed(clock_, micros_composed_,
                              [&] { return model_.review(document.text, {}, static_cast<int>(depths.back())); });
    for (std::size_t c = 0; c < review.presence.size(); ++c)
      if (truth.asked[c] != 0 && clause_like_[c])
        composed_.per_category[c].add(review.presence[c].present, truth.present[c] != 0);
    for (std::size_t c = 0; c < parts_.names.size(); ++c) {
      std::vector<byte_range> places;
      for (const auto& hit : review.hits)
        if (hit.category == parts_.names[c]) places.push_back({hit.begin, hit.end});
      const auto gold = gold_spans(document, c);
      retrieval_41_.add(places, gold);
      if (clause_like_[c]) retrieval_.add(places, gold);
    }
    for (const auto& hit : review.hits) citations_.add(is_exact(document.text, hit) ? 1 : 0, 1);
  }

  /// The clause classifier alone: segments scored by type; present when the best margin is above its trained threshold.
  void add_single(const prepared_example& truth, const document_signals& signals) {
    for (std::size_t c = 0; c < parts_.names.size(); ++c)
      if (truth.asked[c] != 0 && clause_like_[c])
        single_.per_category[c].add(best_type_margin(signals, c) >= parts_.single_threshold, truth.present[c] != 0);
  }

  /// BM25 alone with the question of the category.
  void add_retrieval(const labelled_document& document, const prepared_example& truth,
                     const document_signals& signals) {
    measure_classifier(document);
    for (std::size_t c = 0; c < parts_.names.size(); ++c) {
      const auto gold = gold_spans(document, c);
      if (gold.empty() || !clause_like_[c]) continue;
      retrieval_single_.add(best_lexical(truth, c, signals.segments()), gold);
      retrieval_ceiling_.add(best_possible(truth, gold), gold);
    }
  }

  static std::vector<byte_range> best_lexical(const prepared_example& truth, std::size_t category,
                                              std::size_t segments) {
    std::vector<std::uint32_t> order(segments);
    std::iota(order.begin(), order.end(), 0U);
    const auto& scores = truth.document.lexical[category];
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return scores[a] > scores[b]; });
    std::vector<byte_range> out;
    for (std::size_t i = 0; i < std::min(depths.back(), order.size()); ++i)
      out.push_back({truth.document.segments[order[i]].begin, truth.document.segments[order[i]].end});
    return out;
  }

  /// What a retriever that knows the truth would reach with these segments (greedily).
  static std::vector<byte_range> best_possible(const prepared_example& truth, std::vector<byte_range> gold) {
    std::vector<byte_range> out;
    while (!gold.empty() && out.size() < depths.back()) {
      const auto gain = [&](const byte_range& p) {
        return std::count_if(gold.begin(), gold.end(), [&](const auto& g) { return classify::shows(p, g); });
      };
      byte_range best;
      std::ptrdiff_t most = 0;
      for (const auto& s : truth.document.segments)
        if (const auto n = gain({s.begin, s.end}); n > most) most = n, best = {s.begin, s.end};
      if (most == 0) break;
      out.push_back(best);
      std::erase_if(gold, [&](const auto& g) { return classify::shows(best, g); });
    }
    return out;
  }

  void measure_classifier(const labelled_document& document) {
    std::vector<float> margins(parts_.categories.size());
    timed(clock_, micros_single_, [&] {
      for (const auto& s : text::segment_text(document.text))
        parts_.scorers.type.score(
            parts_.scorers.space.vectorise(classify::keys_of(text::view(document.text, s), s.heading)), margins);
      return 0;
    });
  }

  std::vector<byte_range> gold_spans(const labelled_document& document, std::size_t category) const {
    std::set<byte_range> out;
    for (const auto& clause : document.clauses)
      if (clause.category == parts_.names[category]) out.insert(clause.spans.begin(), clause.spans.end());
    return {out.begin(), out.end()};
  }

  /// A citation is exact when its bytes are inside the text and cut no character.
  static bool is_exact(const std::string& text, const classify::clause_hit& hit) {
    const auto size = static_cast<std::int64_t>(text.size());
    if (hit.begin < 0 || hit.end > size || hit.begin >= hit.end) return false;
    const auto whole = [&](std::int64_t at) {
      return at == size || (static_cast<unsigned char>(text[static_cast<std::size_t>(at)]) & 0xC0U) != 0x80U;
    };
    return whole(hit.begin) && whole(hit.end);
  }

  const clause_model& model_;
  const clause_model::parts& parts_;
  std::vector<bool> clause_like_;
  accuracy type_, type_single_, type_text_only_, type_unplaced_, type_41_, type_any_, type_ceiling_, type_set_,
      citations_;
  recall retrieval_, retrieval_single_, retrieval_41_, retrieval_ceiling_;
  presence_score composed_, single_;
  double micros_single_ = 0;
  double micros_composed_ = 0;
  std::int64_t documents_ = 0;
  system_clock clock_;
};

struct split_documents {
  std::vector<labelled_document> train;
  std::vector<labelled_document> test;
};

expected<split_documents> split_one(const std::filesystem::path& folder, const cuad_options& options) {
  if (!options.split)
    return unexpected{errc::bad_input,
                      "training and test folder are both " + folder.string() +
                          "; a model knows what it was trained on: give another folder or ask for a split"};
  auto all = classify::load_labelled_documents(folder);
  if (!all) return all.propagate();
  split_documents out;
  for (auto& d : *all) (is_held_out(*options.split, d.title) ? out.test : out.train).push_back(std::move(d));
  return out;
}

expected<split_documents> load_two(const std::filesystem::path& train, const std::filesystem::path& test) {
  auto learn = classify::load_labelled_documents(train);
  if (!learn) return learn.propagate();
  auto judge = classify::load_labelled_documents(test);
  if (!judge) return judge.propagate();
  std::set<std::string> tested;
  for (const auto& d : *judge) tested.insert(d.title);
  std::erase_if(*learn, [&](const auto& d) { return tested.contains(d.title); });
  return split_documents{std::move(*learn), std::move(*judge)};
}

expected<split_documents> load_split(const std::filesystem::path& train, const std::filesystem::path& test,
                                     const cuad_options& options) {
  std::error_code ignored;
  auto out = std::filesystem::equivalent(train, test, ignored) ? split_one(train, options) : load_two(train, test);
  if (out && (out->train.empty() || out->test.empty()))
    return unexpected{errc::bad_input, std::to_string(out->train.size()) + " contracts to train on and " +
                                           std::to_string(out->test.size()) + " to test on; both must be there"};
  return out;
}

}  // namespace

evaluation measure_clause_model(const clause_model& model, std::span<const labelled_document> documents) {
  measurement m{model};
  for (const auto& d : documents) m.add(d);
  return m.result();
}

expected<evaluation> evaluate_cuad(const std::filesystem::path& train_folder, const std::filesystem::path& test_folder,
                                   const cuad_options& options) {
  const system_clock clock;
  const auto begin = clock.now();
  const auto documents = load_split(train_folder, test_folder, options);
  if (!documents) return documents.propagate();
  const auto model = classify::train_clause_model(
      documents->train,
      {.seed = options.seed, .threads = options.threads, .questions = classify::load_category_questions(train_folder)});
  if (!model) return model.propagate();
  const auto trained = clock.now();
  auto out = measure_clause_model(*model, documents->test);
  out.metrics["training_seconds"] = seconds(trained - begin);
  out.seconds = seconds(clock.now() - begin);
  return out;
}

}  // namespace agents::evaluate
