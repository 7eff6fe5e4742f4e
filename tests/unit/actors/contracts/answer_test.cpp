// SPDX-License-Identifier: Apache-2.0
#include "actors/contracts/answer.hpp"

#include <filesystem>

#include "actors/classify/clause_model.hpp"
#include "actors/contracts/evaluation.hpp"
#include "actors/contracts/finding.hpp"
#include "actors/contracts/modules.hpp"
#include "actors/contracts/reading.hpp"
#include "actors/contracts/rules.hpp"
#include "tests/catch.hpp"
#include "tests/unit/actors/contracts/temp_folder.hpp"

using namespace agents;
using namespace agents::contracts;

namespace {

const std::string examples_folder = AGENTS_SOURCE_DIR "/examples/contract_review";

const classify::clause_model& shipped_model() {
  static const auto model = classify::train_clause_model(std::filesystem::path{examples_folder});
  REQUIRE(model);
  return *model;
}

struct reviewed {
  contract_text contract;
  contract_answer answer;
};

/// What the plan of examples/contract_review does.
reviewed ask(const std::string& input, const std::string& question) {
  auto c = read_contract({examples_folder + "/inputs/" + input});
  REQUIRE(c);
  const auto u = understand_question({question});
  REQUIRE(u);
  const auto found = find_clauses(shipped_model(), {c->source, c->text, u->look_for, u->terms, ""});
  const auto judged = judge_clauses({c->source, c->text, u->look_for});
  auto answer = answer_question({question, *u, found, judged, find_parties({c->text}).parties});
  for (const auto& f : answer.citations) {
    CHECK(f.source == c->source);
    CHECK(c->text.substr(static_cast<std::size_t>(f.begin), static_cast<std::size_t>(f.end - f.begin)) == f.text);
  }
  for (const auto& f : answer.findings) CHECK_FALSE(f.citation.text.empty());
  return {std::move(*c), std::move(answer)};
}

bool cites(const contract_answer& a, const std::string& words) {
  return std::any_of(a.citations.begin(), a.citations.end(),
                     [&](const auto& c) { return c.text.find(words) != std::string::npos; });
}

const std::string one_sided = "ROSEMOUNT_LOGISTICS_SERVICES.txt";
const std::string closed = "SILVERFERN_DEVELOPMENT.txt";

}  // namespace

TEST_CASE("a right of one party alone is reported as that, with notice, beginning, fee and citation") {
  const auto a = ask(one_sided, "Can either party terminate for convenience?").answer;
  CHECK(a.decided);
  CHECK(a.verdict == "one_party");
  CHECK(a.answer.find("only one party: Merchant") != std::string::npos);
  CHECK(a.answer.find("90 days") != std::string::npos);
  CHECK(a.answer.find("first anniversary") != std::string::npos);
  CHECK(a.answer.find("$120,000") != std::string::npos);
  CHECK(cites(a, "9.3 Merchant may terminate this Agreement without cause"));
}

TEST_CASE("a question that names a party is answered for that party") {
  CHECK(ask(one_sided, "Can Merchant terminate without cause?").answer.verdict == "yes");
  CHECK(ask(one_sided, "Can Warehouse terminate without cause?").answer.verdict == "no");
}

TEST_CASE("a contract that excludes early termination gives a cited no") {
  const auto a = ask(closed, "Can either party terminate for convenience?").answer;
  CHECK(a.decided);
  CHECK(a.verdict == "no");
  CHECK(cites(a, "neither party has any right to terminate"));
}

TEST_CASE("values are read from the clauses") {
  CHECK(ask(one_sided, "Which law governs?").answer.findings.at(0).value == "State of Tennessee");
  CHECK(ask(closed, "Which law governs?").answer.findings.at(0).value == "England and Wales");
  CHECK(ask(closed, "When does it expire?").answer.findings.at(0).value == "2 February 2028");
  CHECK(ask(closed, "How long is the warranty?").answer.findings.at(0).value == "6 months");
  CHECK(ask(one_sided, "What is the maximum liability?").answer.answer.find("$750,000") != std::string::npos);
}

TEST_CASE("a clause that restricts is no 'yes' to a question that asks for permission") {
  CHECK(ask(one_sided, "May we assign the contract?").answer.verdict == "restricted");
  CHECK(ask(one_sided, "Is there a restriction on assignment?").answer.verdict == "yes");
}

TEST_CASE("a question in the negative gets no yes or no, which would say the opposite") {
  for (const auto* question :
       {"Is there no liability cap?", "Isn't liability limited?", "Is the limitation of liability absent?"}) {
    INFO(question);
    const auto a = ask(one_sided, question).answer;
    CHECK(a.answer.find("Yes") == std::string::npos);
    CHECK(a.answer.find("The question is put in the negative") == 0);
    CHECK(a.verdict != "yes");
    CHECK(a.verdict != "no");
    CHECK_FALSE(a.citations.empty());
  }
}

TEST_CASE("what is not in the contract is not found, and the nearest passages are shown") {
  const auto a = ask(one_sided, "Is there a source code escrow?").answer;
  CHECK(a.verdict == "no");
  CHECK(a.findings.empty());
  CHECK(a.answer.find("No clause on source code escrow was found") != std::string::npos);
}

TEST_CASE("a question outside the categories is undecided, with reason and passages") {
  const auto a = ask(one_sided, "Which courts have jurisdiction over disputes?").answer;
  CHECK_FALSE(a.decided);
  CHECK(a.verdict == "undecided");
  CHECK_FALSE(a.why_undecided.empty());
  CHECK(cites(a, "courts of Shelby County"));
  CHECK(a.findings.empty());
}

TEST_CASE("modules that contradict each other leave the question undecided") {
  const found_clauses model{"c.txt", {{"Insurance", 0.6, 0, 4, "Some", "", false}}, {{"Insurance", true, 0.6}}};
  const found_clauses rules{"c.txt", {}, {{"Insurance", false, 0.0}}};
  const auto p = weigh_opinions("Insurance", model, rules);
  CHECK(p.is == presence::verdict::unclear);
  understanding u;
  u.categories = u.look_for = {{"Insurance", 1}};
  u.kind = "yes_no";
  const auto a = answer_question({"Is there insurance?", u, model, rules, {}});
  CHECK_FALSE(a.decided);
  CHECK(a.why_undecided.find("disagree") != std::string::npos);
  CHECK(a.citations.size() == 1);
}

TEST_CASE("a place that both modules found is cited once, as the rules cut it") {
  const found_clauses model{"c.txt", {{"Insurance", 0.9, 0, 50, "long", "", false}}, {}};
  const found_clauses rules{"c.txt", {{"Insurance", 0.9, 10, 20, "short", "", false}}, {}};
  const auto all = supporting_clauses("Insurance", model, rules);
  REQUIRE(all.size() == 1);
  CHECK(all.front().text == "short");
}

TEST_CASE("the default model is trained once, again when the labels change, and a named one must exist") {
  const temp_folder folder;
  namespace fs = std::filesystem;
  fs::create_directories(folder.path() + "/data/contracts/train");
  for (const auto* name : {"ARDENMOOR_SOFTWARE_LICENSE", "FENWICK_SUPPLY", "KILDARE_SERVICES"})
    fs::copy_file(examples_folder + "/contracts/train/" + name + ".txt",
                  folder.path() + "/data/contracts/train/" + name + ".txt");
  std::ifstream all{examples_folder + "/labels_train.jsonl"};
  std::string labels;
  for (std::string line; std::getline(all, line);)
    if (line.find("ARDENMOOR_SOFTWARE") != std::string::npos || line.find("FENWICK_SUPPLY") != std::string::npos ||
        line.find("KILDARE_SERVICES") != std::string::npos)
      labels += line + "\n";
  folder.write("data/labels_train.jsonl", labels);
  const training_places places{folder.path() + "/sub/m.model", folder.path() + "/data"};

  const auto first = ensure_model({}, places);
  REQUIRE(first);
  CHECK(first->trained);
  CHECK(first->documents == 3);
  CHECK(classify::load_clause_model(first->model));
  const auto second = ensure_model({}, places);
  REQUIRE(second);
  CHECK_FALSE(second->trained);
  folder.write("data/labels_train.jsonl", labels + "\n");
  CHECK(ensure_model({}, places)->trained);

  CHECK(ensure_model({first->model, ""}, places)->model == first->model);
  const auto none = ensure_model({folder.path() + "/none", ""}, places);
  REQUIRE_FALSE(none);
  CHECK(none.error().code == errc::not_found);
}

TEST_CASE("answers about shipped contracts that were held out from training are mostly right") {
  const auto e = evaluate_contract_answers(examples_folder, examples_folder);
  REQUIRE(e);
  CHECK(e->dataset == "contract_answers");
  CHECK(e->examples > 80);
  CHECK(e->metrics.at("citation_exact") == 1.0);
  CHECK(e->metrics.at("answer_accuracy_decided") > 0.85);
  CHECK(e->metrics.at("citation_hit") > 0.85);
}

TEST_CASE("every module's manifest is in order") {
  for (const auto& make : contracts::modules({"m", "f"})) {
    const auto m = make();
    INFO(m.manifest().name);
    CHECK(check(m.manifest()));
    CHECK_FALSE(m.handlers().empty());
  }
}
