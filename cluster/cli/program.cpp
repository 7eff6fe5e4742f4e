// SPDX-License-Identifier: Apache-2.0
// The `agents` program: reads the command line and calls one command.
#include "cluster/cli/program.hpp"

#include <CLI/CLI.hpp>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <iostream>

#include "cluster/cli/approve_command.hpp"
#include "cluster/cli/bench_command.hpp"
#include "cluster/cli/completion.hpp"
#include "cluster/cli/inspect_commands.hpp"
#include "cluster/cli/keys_command.hpp"
#include "cluster/cli/learn_commands.hpp"
#include "cluster/cli/new_command.hpp"
#include "cluster/cli/node_commands.hpp"
#include "cluster/cli/run_command.hpp"
#include "cluster/cli/schema_command.hpp"
#include "cluster/cli/session.hpp"
#include "cluster/cli/standard_modules.hpp"
#include "cluster/cli/tree_command.hpp"
#include "cluster/cli/up_command.hpp"
#include "cluster/cli/usage_error.hpp"
#include "cluster/cli/validate_command.hpp"
#include "libagents/core/open_files.hpp"

namespace agents::cli {
namespace {

/// What the command line has chosen; run after parsing, with the output it wants.
struct choice {
  bool json = false;
  std::function<exit_code(const console&)> command;

  void set(CLI::App* app, std::function<exit_code(const console&)> f) {
    app->callback([this, f = std::move(f)] { command = f; });
  }
};

CLI::App* subcommand(CLI::App& app, choice& chosen, const std::string& name, const std::string& text,
                     const std::string& example) {
  auto* sub = app.add_subcommand(name, text);
  sub->add_flag("--json", chosen.json, "Print one JSON object on standard output");
  if (!example.empty()) sub->footer("Examples:\n" + example);
  return sub;
}

void add_run_options(CLI::App* sub, run_options& o) {
  sub->add_option("--config", o.config, "Configuration of the node (docs/configuration.md)")->check(CLI::ExistingFile);
  sub->add_option("--metrics", o.metrics, "Serve Prometheus metrics on ADDRESS, e.g. 127.0.0.1:9464");
  sub->add_option("--metrics-linger", o.metrics_linger,
                  "Keep serving metrics after the run until they were scraped once, at most SECONDS; Ctrl-C ends it")
      ->check(CLI::Range(0.0, 86400.0));
  sub->add_option("--durability", o.durability, "normal: survives kill -9; full: survives power loss")
      ->check(CLI::IsMember({"normal", "full"}));
  sub->add_flag("--in-memory", o.in_memory, "Keep no journal: faster to start, cannot be resumed");
  sub->add_flag("--take-over", o.take_over, "Take a run away from the process that works on it");
  sub->add_flag("--quiet,-q", o.quiet, "No progress on standard error");
}

/// A finite number, not negative.
CLI::Validator amount() {
  return {[](const std::string& text) -> std::string {
            char* end = nullptr;
            const double n = std::strtod(text.c_str(), &end);
            const bool whole = end != text.c_str() && *end == '\0';
            return whole && std::isfinite(n) && n >= 0 ? ""
                                                       : "\"" + text + "\" is no amount: use a number from 0, like 2.5";
          },
          "AMOUNT"};
}

void add_run(CLI::App& app, choice& chosen) {
  auto o = std::make_shared<run_options>();
  auto* sub = subcommand(app, chosen, "run", "Run a job, or resume a run",
                         "  agents run examples/licence_review\n"
                         "  agents run examples/licence_review --input packages=zlib1g,libsqlite3-0\n"
                         "  agents run examples/contract_review --input CONTRACT.txt --ask \"Who may terminate?\"\n"
                         "  agents run --resume RUN_ID");
  auto* job = sub->add_option("JOB", o->job, "A job file, or a folder with a job.toml");
  auto* resume = sub->add_option("--resume", o->resume, "Continue this run: finished steps are not executed again");
  job->excludes(resume);
  sub->add_option("--input,-i", o->inputs, "KEY=VALUE, or a path for the job's main input; may be repeated")
      ->allow_extra_args(false);
  sub->add_option("--ask", o->ask, "The question, for jobs that take one");
  sub->add_option("--max-money", o->max_money, "Budget: money")->check(amount());
  sub->add_option("--max-tokens", o->max_tokens, "Budget: tokens")->check(amount());
  sub->add_option("--max-seconds", o->max_seconds, "Budget: time from the start of the run")->check(amount());
  sub->add_option("--max-steps", o->max_steps, "Budget: attempts")->check(amount());
  add_run_options(sub, *o);
  chosen.set(sub, [o](const console& c) {
    if (o->job.empty() && o->resume.empty())
      return c.fail({errc::bad_input, "name a job, or --resume RUN_ID; see agents run --help"});
    return run(*o, c);
  });
}

void add_approve(CLI::App& app, choice& chosen) {
  auto o = std::make_shared<approve_options>();
  auto* sub = subcommand(app, chosen, "approve", "Decide what a run waits for, and continue it",
                         "  agents approve RUN_ID\n  agents approve RUN_ID --reject --note \"wrong party\"\n"
                         "  agents approve RUN_ID --step draft --edit '{\"text\": \"…\"}'");
  sub->add_option("RUN", o->run, "The run")->required();
  sub->add_option("--step", o->step, "Only this step; default: every step that waits");
  sub->add_option("--note", o->note, "Why; kept in the journal");
  auto* edit = sub->add_option("--edit", o->edit, "JSON that takes the place of the step's output");
  sub->add_flag("--reject", o->reject, "Refuse instead of approving")->excludes(edit);
  add_run_options(sub, o->as);
  chosen.set(sub, [o](const console& c) { return approve(*o, c); });
}

/// A whole number from 1.
CLI::Validator count() {
  return {[](const std::string& text) -> std::string {
            const bool digits = !text.empty() && text.size() < 10 && text.find_first_not_of("0123456789") == text.npos;
            return digits && text.find_first_not_of('0') != text.npos
                       ? ""
                       : "\"" + text + "\" is no number of runs: use a whole number from 1, like 50";
          },
          "COUNT"};
}

void add_inspection(CLI::App& app, choice& chosen) {
  auto limit = std::make_shared<std::size_t>(50);
  auto* list = subcommand(app, chosen, "runs", "List runs, newest first", "  agents runs --limit 10");
  list->add_option("--limit", *limit, "At most so many")->capture_default_str()->check(count());
  chosen.set(list, [limit](const console& c) { return runs(*limit, c); });

  auto id = std::make_shared<std::string>();
  auto* tree = subcommand(app, chosen, "trace", "Show what a run did: times, attempts, costs, verdicts, critiques",
                          "  agents trace RUN_ID");
  tree->add_option("RUN", *id, "The run")->required();
  chosen.set(tree, [id](const console& c) { return trace(*id, c); });

  auto schemas = std::make_shared<bool>(false);
  auto grants = std::make_shared<bool>(false);
  auto config = std::make_shared<std::string>();
  auto* offers = subcommand(app, chosen, "modules", "List modules: contracts, versions, reliability",
                            "  agents modules\n  agents modules --schemas --json\n  agents modules --grants");
  offers->add_flag("--schemas", *schemas, "With the JSON Schemas of inputs and outputs (in --json)");
  offers->add_flag("--grants", *grants, "What process modules may do, and what enforces it");
  offers->add_option("--config", *config, "Of a node with this configuration (docs/configuration.md)")
      ->check(CLI::ExistingFile);
  chosen.set(offers,
             [=](const console& c) { return *grants ? module_grants(*config, c) : modules(*schemas, *config, c); });

  auto o = std::make_shared<validate_options>();
  auto* check = subcommand(app, chosen, "validate", "Check a job or a node's configuration",
                           "  agents validate examples/licence_review\n  agents validate agents.toml\n"
                           "  agents validate job.toml --config agents.toml");
  check->add_option("FILE", o->file, "A job.toml, its folder, or a node configuration")->required();
  check->add_option("--config", o->config, "Check a job for a node with this configuration")->check(CLI::ExistingFile);
  chosen.set(check, [o](const console& c) { return validate(*o, c); });
}

void add_tree(CLI::App& app, choice& chosen) {
  auto o = std::make_shared<tree_options>();
  auto* sub = subcommand(app, chosen, "tree", "Show the supervision tree of the node that runs: who restarts whom",
                         "  agents tree\n"
                         "  agents tree --config examples/licence_review/node.toml\n"
                         "  agents tree --config agents.toml --watch\n"
                         "  agents tree --json");
  sub->add_option("--config", o->config, "Start a node with this configuration for it (docs/configuration.md)")
      ->check(CLI::ExistingFile);
  sub->add_flag("--watch", o->watch, "Show it again every half second until Ctrl-C; with --json one object a line");
  chosen.set(sub, [o](const console& c) { return tree(*o, c); });
}

void add_up(CLI::App& app, choice& chosen) {
  auto o = std::make_shared<up_options>();
  o->version = AGENTS_VERSION;
  auto* sub = subcommand(app, chosen, "up", "Start a node that stays, until Ctrl-C or `agents down`",
                         "  agents up\n  agents up --config agents.toml --metrics 127.0.0.1:9464");
  sub->add_option("--config", o->config, "Configuration of the node (docs/configuration.md)")->check(CLI::ExistingFile);
  sub->add_option("--metrics", o->metrics, "Serve Prometheus metrics on ADDRESS, e.g. 127.0.0.1:9464");
  chosen.set(sub, [o](const console& c) { return up(*o, c); });

  auto* is_up = subcommand(app, chosen, "status", "What the node that runs is doing", "  agents status --json");
  chosen.set(is_up, status);

  auto seconds = std::make_shared<double>(60);
  auto* end =
      subcommand(app, chosen, "down", "End the node that runs, in order, and wait for its end", "  agents down");
  end->add_option("--timeout", *seconds, "Wait at most so many seconds")
      ->check(CLI::Range(0.0, 86400.0))
      ->capture_default_str();
  chosen.set(end, [seconds](const console& c) { return down(*seconds, c); });
}

void add_node_requests(CLI::App& app, choice& chosen) {
  auto o = std::make_shared<call_options>();
  auto* sub = subcommand(app, chosen, "call", "Call a capability of the node that runs, and print the output",
                         "  agents call text.segment@1 '{\"text\": \"One. Two.\"}'\n"
                         "  agents call text.segment@1 @input.json --timeout 5\n"
                         "  echo '{\"text\": \"hi\"}' | agents call text.segment@1 -");
  sub->add_option("CAPABILITY", o->capability, "As `agents modules` lists them")->required();
  sub->add_option("INPUT", o->input, "JSON, @FILE, or - for standard input; default: {}");
  sub->add_option("--timeout", o->timeout_seconds, "Seconds; default: that of the contract")
      ->check(CLI::Range(0.001, 86400.0));
  chosen.set(sub, [o](const console& c) { return call(*o, c); });

  auto u = std::make_shared<upgrade_command>();
  auto* fresh =
      subcommand(app, chosen, "upgrade",
                 "Put a new version of a process module in the place of the one that runs (docs/supervision.md)",
                 "  agents upgrade summariser\n  agents upgrade summariser --canary 0.1 --requests 500");
  fresh->add_option("MODULE", u->module, "As in the configuration that the node was started with; it is read again")
      ->required();
  fresh->add_option("--canary", u->canary, "Give it this share of the requests first, and take it back if it is worse")
      ->check(CLI::Range(0.0, 0.999));
  fresh->add_option("--requests", u->requests, "So many requests for the canary; default: 100")
      ->check(CLI::Range(1, 1'000'000'000));
  fresh->add_option("--canary-seconds", u->canary_seconds, "At most so long; default: 60")
      ->check(CLI::Range(0.001, 86400.0));
  fresh->add_option("--drain-seconds", u->drain_seconds, "For what the old version has begun; default: 30")
      ->check(CLI::Range(0.001, 86400.0));
  chosen.set(fresh, [u](const console& c) { return upgrade(*u, c); });

  auto e = std::make_shared<events_options>();
  auto* watch = subcommand(app, chosen, "events", "Show events of the node that runs, as they happen, until Ctrl-C",
                           "  agents events\n  agents events --kind alert --kind replica_exited --json");
  watch->add_option("--kind", e->kinds, "Only this kind; may be repeated")->allow_extra_args(false);
  watch->add_option("--module", e->module, "Only of this module");
  chosen.set(watch, [e](const console& c) { return events(*e, c); });
}

void add_keys(CLI::App& app, choice& chosen) {
  auto* keys = app.add_subcommand("keys", "Keys of nodes and of workers on other hosts (docs/remote_modules.md)");
  keys->require_subcommand(1);
  auto o = std::make_shared<keys_options>();
  const auto add = [&](const std::string& name, const std::string& text, const std::string& example,
                       exit_code (*f)(const keys_options&, const console&)) {
    auto* sub = subcommand(*keys, chosen, name, text, example);
    sub->add_option("--keys", o->folder, "Folder of the keys; default: AGENTS_HOME/keys");
    chosen.set(sub, [o, f](const console& c) { return f(*o, c); });
    return sub;
  };
  add("new", "Make a key pair; prints the public key", "  agents keys new gpu-1", keys_new)
      ->add_option("NAME", o->name, "Letters, digits, '.', '_' and '-'")
      ->required();
  add("list", "List own pairs and allowed keys", "  agents keys list --json", keys_list);
  auto* allow = add("allow", "Let a key register modules; holds at once in a node that runs",
                    "  agents keys allow gpu-1.public --module summariser\n"
                    "  agents keys allow 'PUBLIC KEY' --name gpu-1 --module ocr --module summariser",
                    keys_allow);
  allow->add_option("KEY", o->key, "A file NAME.public, or the 40 characters of a public key")->required();
  allow->add_option("--name", o->name, "Name of the key here; default: that in the file");
  allow->add_option("--module", o->modules, "A module that it may offer, or '*'; may be repeated")
      ->required()
      ->allow_extra_args(false);
  add("revoke", "Allow a key no more; ends its sessions at once", "  agents keys revoke gpu-1", keys_revoke)
      ->add_option("NAME", o->name, "As `agents keys list` shows it")
      ->required();
}

void add_new(CLI::App& app, choice& chosen) {
  auto* sub = app.add_subcommand("new", "Start something of your own");
  sub->require_subcommand(1);
  auto o = std::make_shared<new_module_options>();
  auto* module = subcommand(*sub, chosen, "module", "Write a working module with its test, ready to build",
                            "  agents new module greeter");
  module->add_option("NAME", o->name, "Lowercase letters, digits and '_'")->required();
  module->add_option("--folder", o->folder, "Where; default: ./NAME");
  chosen.set(module, [o](const console& c) { return new_module(*o, c); });
}

void add_learning(CLI::App& app, choice& chosen) {
  auto e = std::make_shared<eval_options>();
  auto* sub = subcommand(app, chosen, "eval", "Train on one folder, measure on another",
                         "  agents eval legal_cuad --train DIR --test DIR --json\n  agents eval licence_dep5\n"
                         "  agents eval code_mbpp --test DIR");
  sub->add_option("DATASET", e->dataset, "legal_cuad, legal_legalbench, contract_answers, licence_dep5 or code_mbpp")
      ->required();
  sub->add_option("--train", e->train, "Labelled data to learn from; default: $AGENTS_DATA/DATASET");
  sub->add_option("--test", e->test, "Labelled data to measure on; default: a quarter of --train, held out");
  sub->add_option("--part", e->part, "Which quarter is held out, 0 to 3")
      ->check(CLI::Range(0, 3))
      ->capture_default_str();
  sub->add_option("--seed", e->seed, "Seed of the training")->capture_default_str();
  sub->add_option("--threads", e->threads, "Threads for training; the result does not depend on it")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  chosen.set(sub, [e](const console& c) { return eval(*e, c); });

  auto t = std::make_shared<train_options>();
  auto* learn = subcommand(app, chosen, "train", "Learn a clause model from labelled contracts",
                           "  agents train examples/contract_review\n  agents train DIR --model my.model");
  learn->add_option("FOLDER", t->folder, "contracts/*/*.txt and labels_*.jsonl")
      ->required()
      ->check(CLI::ExistingDirectory);
  learn->add_option("--model", t->model, "File to write; default: the one that the contract review uses");
  learn->add_option("--seed", t->seed, "Seed of the training")->capture_default_str();
  learn->add_option("--threads", t->threads, "Threads; the result does not depend on it")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  chosen.set(learn, [t](const console& c) { return train(*t, c); });
}

void add_schema(CLI::App& app, choice& chosen) {
  auto* sub = app.add_subcommand("schema", "JSON Schema 2020-12: conformance and compatibility");
  sub->require_subcommand(1);
  auto folder = std::make_shared<std::string>();
  auto* test = subcommand(*sub, chosen, "test", "Run a folder in the layout of the official JSON Schema Test Suite",
                          "  agents schema test JSON-Schema-Test-Suite");
  test->add_option("DIR", *folder, "The folder")->required();
  chosen.set(test,
             [folder](const console& c) { return static_cast<exit_code>(schema_test(*folder, c.json, c.out, c.err)); });

  auto from = std::make_shared<std::string>();
  auto to = std::make_shared<std::string>();
  auto* compatible = subcommand(*sub, chosen, "compatible", "Does every value of schema A satisfy schema B?",
                                "  agents schema compatible A.json B.json --json");
  compatible->add_option("A", *from, "The producer's schema")->required();
  compatible->add_option("B", *to, "The consumer's schema")->required();
  chosen.set(compatible, [from, to](const console& c) {
    return static_cast<exit_code>(schema_compatible(*from, *to, c.json, c.out, c.err));
  });
}

void add_bench(CLI::App& app, choice& chosen) {
  auto o = std::make_shared<bench_options>();
  auto* sub = subcommand(app, chosen, "bench", "Measure this machine: medians and 99th percentiles beside raw limits",
                         "  agents bench --json\n  agents bench --only step --quick");
  sub->add_flag("--serve", o->serve)->group("");  // started by a benchmark, not by people
  sub->add_option("--only", o->only, "Only benchmarks whose name contains this");
  sub->add_flag("--quick", o->quick, "Fewer repetitions");
  chosen.set(sub, [o](const console& c) { return bench(*o, c); });
}

void add_completion(CLI::App& app, choice& chosen) {
  auto shell = std::make_shared<std::string>();
  auto* sub = app.add_subcommand("completion", "Print the completion script of a shell");
  sub->add_option("SHELL", *shell, "bash, zsh or fish")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
  sub->footer("Examples:\n  source <(agents completion bash)");
  chosen.set(sub, [shell, &app](const console& c) { return print_completion(app, *shell, c); });
}

}  // namespace
}  // namespace agents::cli

namespace agents {

int program(int argc, char** argv, std::vector<module_factory> own) {
  using namespace cli;
  raise_open_file_limit();
  block_interrupts();
  std::signal(SIGPIPE, SIG_IGN);  // a reader that goes away is an error of the write; children have the default again
  own_modules() = std::move(own);
  CLI::App app{"libagents: many small modules, supervised and orchestrated"};
  app.name("agents");
  app.set_version_flag("--version", AGENTS_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 done, 1 failed, 2 wrong usage or input, 3 partial answer, 4 waits for a person, 130 interrupted.");
  choice chosen;
  add_run(app, chosen);
  add_approve(app, chosen);
  add_inspection(app, chosen);
  add_up(app, chosen);
  add_tree(app, chosen);
  add_node_requests(app, chosen);
  add_keys(app, chosen);
  add_new(app, chosen);
  add_learning(app, chosen);
  add_schema(app, chosen);
  add_bench(app, chosen);
  add_completion(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return e.get_exit_code() == 0 ? app.exit(e) : static_cast<int>(tell_usage_error(app, e, argc, argv));
  }
  const auto code = static_cast<int>(chosen.command(standard_console(chosen.json)));
  std::cout.flush();
  if (std::cout) return code;
  std::cerr << "agents: the output could not be written: is the disk full, or the reader gone?\n";
  return static_cast<int>(exit_code::failed);
}

}  // namespace agents
