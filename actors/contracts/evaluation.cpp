// SPDX-License-Identifier: Apache-2.0
#include "actors/contracts/evaluation.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "actors/classify/clause_model.hpp"
#include "actors/contracts/answer.hpp"
#include "actors/contracts/finding.hpp"
#include "actors/contracts/rules.hpp"
#include "actors/contracts/topics.hpp"
#include "libagents/core/clock.hpp"

namespace agents::contracts {

namespace {

using classify::byte_range;
using classify::labelled_document;
using evaluate::confusion;

constexpr std::size_t timed_every = 20;  // every so many questions are asked alone, to be timed

struct counted {
  std::map<std::string, confusion> per_category;
  double right = 0;
  double asked = 0;
  double decided = 0;
  double right_decided = 0;

  void add(const std::string& category, std::optional<bool> said, bool truth) {
    ++asked;
    per_category[category].add(said.value_or(false), truth);
    if (!said) return;
    ++decided;
    right_decided += *said == truth ? 1 : 0;
    right += *said == truth ? 1 : 0;
  }
  [[nodiscard]] double micro() const {
    confusion sum;
    for (const auto& [name, c] : per_category) sum.hits += c.hits, sum.alarms += c.alarms, sum.misses += c.misses;
    return sum.f1();
  }
  [[nodiscard]] double macro() const {
    double sum = 0;
    for (const auto& [name, c] : per_category) sum += c.f1();
    return per_category.empty() ? 0 : sum / static_cast<double>(per_category.size());
  }
};

double share(double part, double whole) { return whole > 0 ? part / whole : 0; }

struct cited {
  double citations = 0;
  double on_gold = 0;
  double gold = 0;
  double gold_cited = 0;
  double answers = 0;
  double answers_on_gold = 0;
  double exact = 0;
  double all = 0;
};

bool overlaps(const text::citation& c, const byte_range& g) { return c.begin < g.end && g.begin < c.end; }

std::vector<byte_range> gold_of(const labelled_document& d, const std::string& category) {
  std::vector<byte_range> gold;
  for (const auto& c : d.clauses)
    if (c.category == category) gold.insert(gold.end(), c.spans.begin(), c.spans.end());
  return gold;
}

bool truth_of(const labelled_document& d, const std::string& category) {
  return std::ranges::any_of(d.clauses, [&](const auto& c) { return c.category == category; });
}

void count_citations(cited& counts, const contract_answer& a, const std::string& category, const labelled_document& d) {
  const auto gold = gold_of(d, category);
  if (gold.empty()) return;
  std::vector<const text::citation*> own;
  for (const auto& f : a.findings)
    if (f.category == category) own.push_back(&f.citation);
  double on_gold = 0;
  for (const auto* c : own)
    on_gold += std::ranges::any_of(gold, [&](const auto& g) { return overlaps(*c, g); }) ? 1 : 0;
  for (const auto& g : gold)
    counts.gold_cited += std::ranges::any_of(own, [&](const auto* c) { return overlaps(*c, g); }) ? 1 : 0;
  counts.citations += static_cast<double>(own.size());
  counts.on_gold += on_gold;
  counts.gold += static_cast<double>(gold.size());
  ++counts.answers;
  counts.answers_on_gold += on_gold > 0 ? 1 : 0;
}

void count_exact(cited& counts, const contract_answer& a, const std::string& text) {
  for (const auto& c : a.citations) {
    ++counts.all;
    const auto begin = static_cast<std::size_t>(c.begin);
    counts.exact += text.compare(begin, static_cast<std::size_t>(c.end - c.begin), c.text) == 0 ? 1 : 0;
  }
}

std::optional<bool> said_present(const contract_answer& a) {
  if (!a.decided) return std::nullopt;
  return a.verdict != "no" && a.verdict != "not_found";
}

std::optional<bool> said_by(const found_clauses& module, const std::string& category) {
  const auto found = std::ranges::find(module.opinions, category, &opinion::category);
  if (found == module.opinions.end()) return std::nullopt;
  return found->present;
}

struct question_of_category {
  std::string category;
  understanding asked;
};

/// "Is there a clause on …?" for every category, as `question.understand` reads it; only the category asked for is
/// scored.
std::vector<question_of_category> questions() {
  std::vector<question_of_category> all;
  for (const auto& t : topics()) {
    if (t.category.empty()) continue;
    understanding u;
    u.categories = {{std::string{t.category}, 1.0}};
    u.look_for = u.categories;
    u.kind = "yes_no";
    all.push_back({std::string{t.category}, std::move(u)});
  }
  return all;
}

class examiner {
 public:
  explicit examiner(const classify::clause_model& model) : model_(model), questions_(questions()) {
    for (const auto& q : questions_)
      if (model.knows(q.category)) categories_.push_back({q.category, 1.0});
  }

  void examine(const labelled_document& d) {
    const find_request request{d.title, d.text, categories_, {}, {}};
    const auto found = find_clauses(model_, request);
    const auto judged = judge_clauses({d.title, d.text, categories_});
    const auto parties = find_parties({d.text}).parties;
    for (const auto& q : questions_) {
      if (!model_.knows(q.category) || std::ranges::find(d.asked, q.category) == d.asked.end()) continue;
      score(d, q, {"", q.asked, found, judged, parties});
      if (++asked_ % timed_every == 0) time_one(d, q);
    }
  }

  [[nodiscard]] std::map<std::string, double> metrics() const {
    std::map<std::string, double> m;
    m["answer_accuracy"] = share(answers_.right, answers_.asked);
    m["answer_coverage"] = share(answers_.decided, answers_.asked);
    m["answer_accuracy_decided"] = share(answers_.right_decided, answers_.decided);
    m["answer_f1_micro"] = answers_.micro();
    m["answer_f1_macro"] = answers_.macro();
    m["model_accuracy"] = share(by_model_.right, by_model_.asked);
    m["model_f1_micro"] = by_model_.micro();
    m["model_f1_macro"] = by_model_.macro();
    m["rules_accuracy"] = share(by_rules_.right, by_rules_.asked);
    m["rules_f1_micro"] = by_rules_.micro();
    m["rules_f1_macro"] = by_rules_.macro();
    m["citation_precision"] = share(cited_.on_gold, cited_.citations);
    m["citation_recall"] = share(cited_.gold_cited, cited_.gold);
    m["citation_hit"] = share(cited_.answers_on_gold, cited_.answers);
    m["citation_exact"] = share(cited_.exact, cited_.all);
    m["us_per_question"] = share(micros_, timed_);
    return m;
  }
  [[nodiscard]] std::int64_t asked() const { return static_cast<std::int64_t>(asked_); }

 private:
  void score(const labelled_document& d, const question_of_category& q, const answer_request& request) {
    const bool truth = truth_of(d, q.category);
    const auto a = answer_question(request);
    const auto said = said_present(a);
    answers_.add(q.category, said, truth);
    by_model_.add(q.category, said_by(request.clauses, q.category), truth);
    by_rules_.add(q.category, said_by(*request.judged, q.category), truth);
    if (truth && said.value_or(false)) count_citations(cited_, a, q.category, d);
    count_exact(cited_, a, d.text);
  }
  /// One question as a plan asks it: parties, model, rules and answer for its category alone.
  void time_one(const labelled_document& d, const question_of_category& q) {
    const auto begin = clock_.now();
    const auto found = find_clauses(model_, {d.title, d.text, q.asked.look_for, {}, {}});
    const auto judged = judge_clauses({d.title, d.text, q.asked.look_for});
    static_cast<void>(answer_question({"", q.asked, found, judged, find_parties({d.text}).parties}));
    micros_ += static_cast<double>((clock_.now() - begin).count()) / 1e3;
    ++timed_;
  }

  const classify::clause_model& model_;
  std::vector<question_of_category> questions_;
  std::vector<weighted_category> categories_;
  counted answers_;
  counted by_model_;
  counted by_rules_;
  cited cited_;
  system_clock clock_;
  std::size_t asked_ = 0;
  double micros_ = 0;
  double timed_ = 0;
};

struct both_sides {
  std::vector<labelled_document> train;
  std::vector<labelled_document> test;
};

expected<both_sides> load(const std::filesystem::path& train_dir, const std::filesystem::path& test_dir,
                          const evaluate::holdout& held_out) {
  auto train = classify::load_labelled_documents(train_dir);
  if (!train) return train.propagate();
  if (std::filesystem::weakly_canonical(train_dir) != std::filesystem::weakly_canonical(test_dir)) {
    auto test = classify::load_labelled_documents(test_dir);
    if (!test) return test.propagate();
    return both_sides{std::move(*train), std::move(*test)};
  }
  both_sides split;
  for (auto& d : *train) (is_held_out(held_out, d.title) ? split.test : split.train).push_back(std::move(d));
  return split;
}

}  // namespace

expected<evaluate::evaluation> evaluate_contract_answers(const std::filesystem::path& train_dir,
                                                         const std::filesystem::path& test_dir,
                                                         const answer_evaluation_options& options) {
  const system_clock clock;
  const auto begin = clock.now();
  const auto sides = load(train_dir, test_dir, options.held_out);
  if (!sides) return sides.propagate();
  const auto model = classify::train_clause_model(sides->train, {.seed = options.seed, .threads = options.threads});
  if (!model) return model.propagate();
  examiner e{*model};
  for (const auto& d : sides->test) e.examine(d);
  const double seconds = static_cast<double>((clock.now() - begin).count()) / 1e9;
  return evaluate::evaluation{"contract_answers", e.metrics(), {}, e.asked(), seconds};
}

}  // namespace agents::contracts
