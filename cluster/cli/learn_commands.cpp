// SPDX-License-Identifier: Apache-2.0
#include "cluster/cli/learn_commands.hpp"

#include <cstdlib>
#include <filesystem>
#include <iomanip>
#include <map>
#include <optional>
#include <ostream>

#include "actors/classify/clause_model.hpp"
#include "actors/code/code_module.hpp"
#include "actors/code/evaluate_mbpp.hpp"
#include "actors/contracts/evaluation.hpp"
#include "actors/contracts/training.hpp"
#include "actors/evaluate/evaluate_cuad.hpp"
#include "actors/evaluate/evaluate_legalbench.hpp"
#include "actors/licence/evaluate.hpp"
#include "actors/licence/machine.hpp"
#include "libagents/core/clock.hpp"
#include "libagents/home/home_folder.hpp"
#include "libagents/runtime/node.hpp"

namespace agents::cli {
namespace {

namespace fs = std::filesystem;
using evaluate::evaluation;

struct folders {
  fs::path train;
  fs::path test;
  bool split = false;  ///< one folder, from which a part is held out
};

expected<folders> places(const eval_options& o) {
  fs::path train = o.train;
  if (train.empty()) {
    const char* data = std::getenv("AGENTS_DATA");
    if (!data || !*data)
      return unexpected{errc::bad_input, "name the folders: agents eval " + o.dataset +
                                             " --train DIR --test DIR (or set AGENTS_DATA to a folder that contains " +
                                             o.dataset + ")"};
    train = fs::path{data} / o.dataset;
  }
  std::error_code failure;
  const fs::path test = o.test.empty() ? train : fs::path{o.test};
  for (const auto& folder : {train, test})
    if (!fs::is_directory(folder, failure))
      return unexpected{errc::not_found, "there is no folder " + folder.string() + "; check --train and --test"};
  return folders{train, test, fs::equivalent(train, test, failure)};
}

evaluate::holdout quarter(const eval_options& o) { return {.part = o.part % 4, .parts = 4, .width = 1}; }

template <class Options>
Options options_of(const eval_options& o, const folders& f) {
  Options out;
  out.seed = o.seed;
  out.threads = o.threads;
  if (f.split) out.split = quarter(o);
  return out;
}

expected<evaluation> cuad(const eval_options& o) {
  const auto f = places(o);
  if (!f) return f.propagate();
  return evaluate::evaluate_cuad(f->train, f->test, options_of<evaluate::cuad_options>(o, *f));
}

expected<evaluation> legalbench(const eval_options& o) {
  const auto f = places(o);
  if (!f) return f.propagate();
  return evaluate::evaluate_legalbench(f->train, f->test, options_of<evaluate::legalbench_options>(o, *f));
}

expected<evaluation> contract_answers(const eval_options& o) {
  const auto f = places(o);
  if (!f) return f.propagate();
  return contracts::evaluate_contract_answers(f->train, f->test,
                                              {.seed = o.seed, .threads = o.threads, .held_out = quarter(o)});
}

/// Needs no folder: the machine's own copyright files are the data.
expected<evaluation> licence_dep5(const eval_options& o) {
  const system_clock clock;
  const auto begin = clock.now();
  const auto scores = licence::evaluate_on_dep5(licence::this_machine(), o.test.empty() ? "/usr/share/doc" : o.test,
                                                licence::half::held_out);
  if (!scores) return scores.propagate();
  evaluation e;
  e.dataset = "licence_dep5";
  e.metrics = {{"accuracy", scores->accuracy},
               {"micro_f1", scores->micro_f1},
               {"macro_f1", scores->macro_f1},
               {"exact_gnu", scores->exact_gnu},
               {"undecided", scores->undecided},
               {"wrong", scores->wrong},
               {"micros_per_document", scores->microseconds_per_document}};
  e.examples = scores->scored;
  e.seconds = seconds(clock.now() - begin);
  return e;
}

/// Every program through a node, as a plan would have it. No training: `--test` names the folder too.
expected<evaluation> mbpp(const eval_options& o) {
  auto asked = o;
  if (asked.train.empty()) asked.train = o.test;
  const auto f = places(asked);
  if (!f) return f.propagate();
  node n{{}};
  if (auto ok = n.add([&o] { return code::code_module({.parallel = o.threads, .warm = o.threads}); }); !ok)
    return ok.propagate();
  const auto run = [&n](const code::snippet& s) -> expected<code::snippet_result> {
    const auto r = n.ask("code.run@1", to_value(s), std::chrono::minutes{1});
    if (!r) return r.propagate();
    return from_value<code::snippet_result>(**r);
  };
  return code::evaluate_mbpp(f->test, run, o.threads);
}

using evaluator = expected<evaluation> (*)(const eval_options&);

const std::map<std::string, evaluator>& evaluators() {
  static const std::map<std::string, evaluator> table{{"code_mbpp", mbpp},
                                                      {"contract_answers", contract_answers},
                                                      {"legal_cuad", cuad},
                                                      {"legal_legalbench", legalbench},
                                                      {"licence_dep5", licence_dep5}};
  return table;
}

void print_table(const evaluation& e, const console& c) {
  c.out << e.dataset << ": " << e.examples << " examples in " << human_seconds(e.seconds) << '\n';
  for (const auto& [name, x] : e.metrics) {
    c.out << "  " << std::left << std::setw(44) << name << std::right << std::fixed << std::setprecision(4)
          << std::setw(10) << x;
    if (const auto known = e.baseline.find(name); known != e.baseline.end()) c.out << "   baseline " << known->second;
    c.out << '\n';
  }
}

}  // namespace

exit_code eval(const eval_options& o, const console& c) {
  const auto found = evaluators().find(o.dataset);
  if (found == evaluators().end()) {
    std::string known;
    for (const auto& [name, f] : evaluators()) known += (known.empty() ? "" : ", ") + name;
    return c.fail({errc::bad_input, "there is no evaluation \"" + o.dataset + "\"; known are " + known});
  }
  const auto result = found->second(o);
  if (!result) return c.fail(result.error());
  if (c.json)
    c.print(to_value(*result));
  else
    print_table(*result, c);
  return exit_code::ok;
}

exit_code train(const train_options& o, const console& c) {
  const system_clock clock;
  const auto begin = clock.now();
  const auto model = classify::train_clause_model(fs::path{o.folder}, {.seed = o.seed, .threads = o.threads});
  if (!model) return c.fail(model.error());
  const fs::path file = o.model.empty() ? contracts::default_training_places().model : fs::path{o.model};
  std::error_code failure;
  if (o.model.empty())
    if (const auto home = make_home_folder(); !home) return c.fail(home.error());
  if (file.has_parent_path()) fs::create_directories(file.parent_path(), failure);
  if (const auto ok = classify::save(*model, file); !ok) return c.fail(ok.error());
  fs::remove(file.string() + ".from", failure);  // from now on the file is its owner's, not a cache
  const auto took = seconds(clock.now() - begin);
  if (c.json)
    c.print(object{{"model", file.string()}, {"bytes", fs::file_size(file, failure)}, {"seconds", took}});
  else
    c.out << "trained " << file.string() << " in " << human_seconds(took)
          << "\nuse it: agents run examples/contract_review --input model=" << file.string()
          << " --input CONTRACT.txt --ask \"…\"\n";
  return exit_code::ok;
}

}  // namespace agents::cli
