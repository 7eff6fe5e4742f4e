// SPDX-License-Identifier: Apache-2.0
#include "actors/contracts/modules.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>

#include "actors/classify/clause_model.hpp"
#include "actors/contracts/answer.hpp"
#include "actors/contracts/finding.hpp"
#include "actors/contracts/parties.hpp"
#include "actors/contracts/question.hpp"
#include "actors/contracts/reading.hpp"
#include "actors/contracts/rules.hpp"

namespace agents::contracts {

namespace {

constexpr auto author = "libagents";
constexpr auto version = "1.0.0";

/// The model that was used last, and which state of its file it is.
class model_cache {
 public:
  expected<const classify::clause_model*> get(const std::string& path) {
    std::error_code ec;
    const auto changed = std::filesystem::last_write_time(path, ec);
    if (model_ && path == path_ && !ec && changed == changed_) return &*model_;
    auto loaded = classify::load_clause_model(path);
    if (!loaded) return loaded.propagate();
    model_ = std::move(*loaded);
    path_ = path;
    changed_ = changed;
    return &*model_;
  }

 private:
  std::optional<classify::clause_model> model_;
  std::string path_;
  std::filesystem::file_time_type changed_;
};

expected<found_clauses> find_with(model_cache& cache, const find_request& request) {
  if (request.categories.empty()) return find_by_terms(request);
  if (request.model.empty())
    return unexpected{errc::bad_input, "no clause model was named; run clause.train@1 before and pass on its 'model'"};
  const auto model = cache.get(request.model);
  if (!model) return model.propagate();
  return find_clauses(**model, request);
}

offer_options pure(std::string description) { return {.effect = effect::pure, .description = std::move(description)}; }
offer_options reading(std::string description) {
  return {.effect = effect::idempotent, .description = std::move(description)};
}

}  // namespace

agents::module contract_reader() {
  return agents::module("contract-reader", version)
      .offers(
          "contract.read@1", [](read_request r) { return read_contract(r); }, reading("Reads a contract as UTF-8 text"))
      .offers(
          "contract.parties@1", [](parties_request r) { return find_parties(r); },
          pure("Finds the parties of a contract by their definitions"))
      .described("Reads contracts and finds who made them")
      .by(author);
}

agents::module question_words() {
  return agents::module("question-words", version)
      .offers(
          "question.understand@1", [](question_request r) { return understand_question(r); },
          pure("Maps a free question to clause categories"))
      .described("Understands questions about contracts by their words")
      .by(author);
}

agents::module clause_trainer(training_places places) {
  return agents::module("clause-trainer", version)
      .offers("clause.train@1", [places = std::move(places)](train_request r) { return ensure_model(r, places); },
              {.effect = effect::idempotent,
               .description =
                   "Makes sure that a trained clause model is there; trains it from labelled contracts when needed",
               .timeout = std::chrono::minutes{10}})
      .described("Trains the clause model at first use")
      .runs(execution_mode::dedicated)
      .by(author);
}

agents::module clause_classifier() {
  return agents::module("clause-classifier", version)
      .offers(
          "clause.find@1", [cache = std::make_shared<model_cache>()](find_request r) { return find_with(*cache, r); },
          reading("Finds clauses by a model trained on labelled contracts, or passages by words"))
      .described("Finds clauses of contracts by a learned model")
      .runs(execution_mode::dedicated)
      .by(author);
}

agents::module clause_rules() {
  return agents::module("clause-rules", version)
      .offers(
          "clause.judge@1", [](judge_request r) { return judge_clauses(r); },
          pure("Judges by hand-written patterns which sentences are clauses of a category"))
      .described("A second opinion on clauses that shares nothing with the model")
      .runs(execution_mode::dedicated)
      .by(author);
}

agents::module contract_answers() {
  return agents::module("contract-answers", version)
      .offers(
          "contract.answer@1", [](answer_request r) { return answer_question(r); },
          pure("Answers a question about a contract from its clauses, with citations"))
      .described("Decides by explicit rules over the words of clauses")
      .by(author);
}

std::vector<module_factory> modules(const training_places& places) {
  return {contract_reader,   question_words, [places] { return clause_trainer(places); },
          clause_classifier, clause_rules,   contract_answers};
}

}  // namespace agents::contracts
