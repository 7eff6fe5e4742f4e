// SPDX-License-Identifier: Apache-2.0
#include "actors/evaluate/task_model.hpp"

#include <algorithm>
#include <limits>
#include <span>

#include "actors/text/tokenize.hpp"

namespace agents::evaluate {
namespace {

constexpr std::uint64_t folds = 5;
constexpr classify::fusion_prior prior{.offsets = 2, .deviations = {}};

classify::training_set empty_set(std::size_t classes, std::size_t features) {
  return {.examples = {},
          .classes = {},
          .class_count = static_cast<std::uint32_t>(classes),
          .feature_count = static_cast<std::uint32_t>(features)};
}

std::vector<std::uint32_t> yes_tasks(const std::vector<std::int8_t>& answers) {
  std::vector<std::uint32_t> out;
  for (std::uint32_t t = 0; t < answers.size(); ++t)
    if (answers[t] == 1) out.push_back(t);
  return out;
}

}  // namespace

std::vector<task_model::labelled_text> task_model::collect(const task_rows& rows) {
  std::map<std::string_view, labelled_text> found;
  std::size_t task = 0;
  for (const auto& [name, list] : rows) {
    for (const auto& row : list) {
      auto& text = found[row.text];
      if (text.answers.empty()) text.answers.assign(rows.size(), std::int8_t{-1});
      text.answers[task] = row.yes ? std::int8_t{1} : std::int8_t{0};
    }
    ++task;
  }
  std::vector<labelled_text> out;
  for (auto& [text, labelled] : found) {
    labelled.keys = classify::keys_of(text, {});
    labelled.hash = text::hash_bytes(text);
    out.push_back(std::move(labelled));
  }
  return out;
}

task_model::scorers task_model::learn(const std::vector<const labelled_text*>& texts, std::size_t tasks,
                                      std::uint64_t seed, unsigned threads) {
  scorers out;
  classify::feature_counter counter;
  for (std::uint32_t i = 0; i < texts.size(); ++i) counter.add(texts[i]->keys, i);
  out.space = counter.build(texts.size() < 100 ? 1 : 2);
  auto shared = empty_set(tasks, out.space.size());
  std::vector<classify::training_set> own(tasks, empty_set(1, out.space.size()));
  for (const auto* t : texts) {
    shared.examples.push_back(out.space.vectorise(t->keys));
    shared.classes.push_back(yes_tasks(t->answers));
    for (std::size_t task = 0; task < tasks; ++task) {
      if (t->answers[task] < 0) continue;
      own[task].examples.push_back(shared.examples.back());
      own[task].classes.push_back(t->answers[task] == 1 ? std::vector<std::uint32_t>{0} : std::vector<std::uint32_t>{});
    }
  }
  out.shared =
      classify::train_linear(shared, {.cost = 0.3, .positive_cost = 6, .epochs = 20, .seed = seed, .threads = threads});
  for (const auto& set : own)
    out.own.push_back(classify::train_linear(set, {.cost = 3, .positive_cost = 1, .epochs = 20, .seed = seed}));
  return out;
}

std::vector<float> task_model::signals(const scorers& s, const classify::feature_keys& keys) {
  const auto tasks = s.own.size();
  const auto x = s.space.vectorise(keys);
  std::vector<float> shared(tasks);
  s.shared.score(x, shared);
  std::vector<float> out;
  for (std::size_t t = 0; t < tasks; ++t) {
    auto rival = std::numeric_limits<float>::lowest();
    for (std::size_t other = 0; other < tasks; ++other)
      if (other != t) rival = std::max(rival, shared[other]);
    float own = 0;
    s.own[t].score(x, {&own, 1});
    out.insert(out.end(), {shared[t], own, tasks > 1 ? rival : 0, std::max(-1.0F, tasks > 1 ? shared[t] - rival : 0)});
  }
  return out;
}

task_model task_model::train(const task_rows& rows, std::uint64_t seed, unsigned threads) {
  task_model out;
  for (const auto& [name, list] : rows) out.tasks_.push_back(name);
  const auto texts = collect(rows);
  classify::fusion_set set{
      .width = signal_count, .categories = out.tasks_.size(), .signals = {}, .category = {}, .truth = {}};
  for (std::uint64_t fold = 0; fold < folds; ++fold) {
    std::vector<const labelled_text*> others;
    for (const auto& t : texts)
      if (t.hash % folds != fold) others.push_back(&t);
    const auto judges = learn(others, out.tasks_.size(), seed, threads);
    for (const auto& t : texts) {
      if (t.hash % folds != fold) continue;
      const auto row = signals(judges, t.keys);
      for (std::size_t task = 0; task < out.tasks_.size(); ++task)
        if (t.answers[task] >= 0)
          set.add(std::span{row}.subspan(task * signal_count, signal_count), task, t.answers[task] == 1);
    }
  }
  out.fusion_ = classify::fit_fusion(set, prior);
  std::vector<const labelled_text*> all;
  for (const auto& t : texts) all.push_back(&t);
  out.scorers_ = learn(all, out.tasks_.size(), seed, threads);
  return out;
}

std::vector<double> task_model::answer(std::string_view text) const {
  const auto row = signals(scorers_, classify::keys_of(text, {}));
  std::vector<double> out;
  for (std::size_t t = 0; t < tasks_.size(); ++t)
    out.push_back(fusion_.probability(std::span{row}.subspan(t * signal_count, signal_count), t));
  return out;
}

}  // namespace agents::evaluate
