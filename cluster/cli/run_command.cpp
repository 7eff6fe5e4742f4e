// SPDX-License-Identifier: Apache-2.0
#include "cluster/cli/run_command.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <ostream>
#include <utility>

#include "actors/plan/job.hpp"
#include "cluster/cli/home.hpp"
#include "cluster/cli/progress.hpp"
#include "cluster/cli/quotation.hpp"
#include "cluster/cli/run_choice.hpp"
#include "cluster/cli/run_lock.hpp"
#include "cluster/cli/session.hpp"
#include "cluster/cli/supervision_notes.hpp"
#include "cluster/cli/waiting_view.hpp"
#include "libagents/contract/json.hpp"
#include "libagents/contract/printable.hpp"
#include "monitoring/metrics_exporter.hpp"

namespace agents::cli {
namespace {

namespace fs = std::filesystem;

unexpected usage(const std::string& what) { return {errc::bad_input, what}; }

bool is_key(std::string_view text) {
  return !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

array split(std::string_view text) {
  array out;
  while (!text.empty()) {
    const auto comma = text.find(',');
    out.emplace_back(text.substr(0, comma));
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
  }
  return out;
}

/// The text of `--input key=TEXT` as the type of the job's default: lists may be written "a,b", everything else as
/// JSON.
value typed_input(const value* fallback, std::string_view text) {
  const auto parsed = parse_json(text);
  if (fallback && fallback->is_string()) return text;
  if (fallback && fallback->is_array()) return parsed && parsed->is_array() ? *parsed : value{split(text)};
  return parsed ? *parsed : value{text};
}

/// A job that lists its inputs takes no others: a typing error must not be answered with the defaults.
expected<void> check_known(const object& inputs, const std::string& key, const std::string& option) {
  if (inputs.empty() || inputs.contains(key)) return {};
  std::string known;
  for (const auto& m : inputs) known += (known.empty() ? "" : ", ") + m.name;
  return usage(option + ": the job has no input `" + key + "`; it has: " + known);
}

/// How the user gives an input.
std::string remedy_for(const std::string& input) {
  if (input == "ask") return "--ask TEXT";
  return input == "input" ? "--input PATH" : "--input " + input + "=VALUE";
}

expected<void> check_required(const job& j, const value& inputs) {
  for (const auto& name : j.required) {
    const auto* given = inputs.find(name);
    if (!given || given->is_null() || (given->is_string() && given->as_string().empty()))
      return usage("the job needs the input `" + name + "`: add " + remedy_for(name));
  }
  return {};
}

expected<void> set_inputs(task_spec& task, const run_options& o) {
  if (!task.input.is_object()) task.input = object{};
  auto& inputs = task.input.as_object();
  const auto declared = inputs;
  bool has_path = false;
  for (const auto& text : o.inputs) {
    const auto equals = text.find('=');
    const auto key = equals == std::string::npos ? std::string{} : text.substr(0, equals);
    if (is_key(key)) {
      if (auto ok = check_known(declared, key, "--input " + text); !ok) return ok;
      inputs[key] = typed_input(inputs.find(key), std::string_view{text}.substr(equals + 1));
      continue;
    }
    if (auto ok = check_known(declared, "input", "--input " + text); !ok) return ok;
    if (std::exchange(has_path, true))
      return usage("--input " + text + ": a job has one main input, and it is given already");
    std::error_code failure;
    const auto path = fs::absolute(text, failure);
    if (!fs::exists(path, failure))
      return usage("--input " + text + ": there is no such file; give a path, or key=value");
    inputs["input"] = path.lexically_normal().string();
  }
  if (o.ask) {
    if (auto ok = check_known(declared, "ask", "--ask"); !ok) return ok;
    inputs["ask"] = *o.ask;
  }
  return {};
}

void set_budget(task_spec& task, const run_options& o) {
  if (o.max_money) task.budget.money = o.max_money;
  if (o.max_tokens) task.budget.tokens = o.max_tokens;
  if (o.max_seconds) task.budget.time_seconds = o.max_seconds;
  if (o.max_steps) task.budget.steps = o.max_steps;
}

/// A run goes on with the inputs and the budget that its journal has.
expected<void> check_resumable(const run_options& o) {
  const auto idle = [](const std::string& option) {
    return usage(option +
                 " has no effect on a run that goes on: it keeps its inputs and its budget. Leave it out, or " +
                 "start a new run of the job with it");
  };
  if (!o.inputs.empty()) return idle("--input");
  if (o.ask) return idle("--ask");
  if (o.max_money) return idle("--max-money");
  if (o.max_tokens) return idle("--max-tokens");
  if (o.max_seconds) return idle("--max-seconds");
  if (o.max_steps) return idle("--max-steps");
  return {};
}

expected<node_settings> settings_of(const run_options& o) {
  node_settings s;
  if (!o.config.empty()) {
    auto loaded = load_node_settings(o.config);
    if (!loaded) return loaded;
    s = std::move(*loaded);
  }
  if (o.durability == "full") s.durability = journal::durability::full;
  if (o.durability == "normal") s.durability = journal::durability::normal;
  if (!o.metrics.empty()) s.metrics = o.metrics;
  return s;
}

/// For workers of other hosts to register, before a run begins.
constexpr duration worker_patience = std::chrono::seconds{10};

/// Everything that lives as long as a run of the program: the node and its observers.
struct workplace {
  std::shared_ptr<progress_view> progress;
  std::shared_ptr<supervision_notes> notes;
  std::shared_ptr<metrics_exporter> metrics;
  duration linger{};  ///< after the run, for the metrics
  std::unique_ptr<session> work;
};

expected<workplace> prepare(const run_options& o, const console& c) {
  auto settings = settings_of(o);
  if (!settings) return settings.propagate();
  workplace w;
  session::options options{.settings = *settings, .observers = {}, .in_memory = o.in_memory, .listens = true};
  if (!settings->metrics.empty()) {
    auto exporter = metrics_exporter::listen(settings->metrics);
    if (!exporter) return exporter.propagate();
    c.err << "metrics on http://" << (*exporter)->bound_address() << "/metrics\n";
    w.metrics = std::move(*exporter);
    w.linger = duration{static_cast<std::int64_t>(o.metrics_linger * 1e9)};
    options.observers.push_back(w.metrics);
  } else if (o.metrics_linger > 0) {
    return usage("--metrics-linger needs an address to serve on: add --metrics 127.0.0.1:9464");
  }
  if (!o.quiet) {
    const bool tree = c.err_is_terminal && !c.json;
    w.progress =
        std::make_shared<progress_view>(c.err, tree ? progress_view::style::tree : progress_view::style::lines, tree);
    options.observers.push_back(w.progress);
  }
  w.notes = std::make_shared<supervision_notes>([progress = w.progress](const std::string& line) {
    if (progress) progress->notice(line);
  });
  options.observers.push_back(w.notes);
  auto work = session::open(std::move(options));
  if (!work) return work.propagate();
  w.work = std::move(*work);
  if (!w.work->wait_for_workers(worker_patience))
    c.err << "agents: a remote module has no worker yet; steps that need it will fail\n";
  return w;
}

void print_answer(const value& report, const console& c) {
  const auto* answer = report.find("answer");
  if (!answer || answer->is_null()) return;
  c.out << (answer->is_string() ? printable_lines(with_quotations_in_one_line(answer->as_string()))
                                : to_json(*answer, json_style::pretty))
        << '\n';
}

std::string status_word(const console& c, std::string_view status) {
  if (status == "completed") return c.green(status);
  return status == "failed" ? c.red(status) : c.yellow(status);
}

std::string config_option(const run_options& o) { return o.config.empty() ? "" : " --config " + o.config; }

void print_waiting(const std::vector<waiting_step>& steps, const std::string& id, const console& c) {
  c.err << "a person must decide (or --reject, --edit JSON; more: agents trace " << id << "):\n";
  for (const auto& w : steps) {
    c.err << "  " << w.step << ": " << printable(w.question) << "\n    " << w.capability
          << (w.effect.empty() ? "" : ", " + w.effect) << "\n    input  " << w.input << '\n';
    if (!w.output.empty()) c.err << "    output " << w.output << '\n';
    c.err << "    " << w.approve << '\n';
  }
}

void print_ending(const session::ending& e, const std::vector<waiting_step>& waiting, const run_options& o,
                  const console& c) {
  const auto config = config_option(o);
  const auto& r = e.result.report();
  const auto id = e.result.id.to_string();
  if (e.interrupted) {
    c.err << "\nstopped in order; nothing finished is lost. Continue with:\n  agents run --resume " << id << config
          << '\n';
    return;
  }
  c.err << "\nrun " << id << ' ' << status_word(c, r.get_string("status"));
  if (is_final(e.result.status)) c.err << " in " << human_seconds(r.get_number("seconds"));
  c.err << '\n';
  if (!r.get_string("incomplete_because").empty())
    c.err << "incomplete because " << printable(r.get_string("incomplete_because")) << '\n';
  if (e.result.status == run_status::waiting)
    print_waiting(waiting, id, c);
  else
    c.err << "every step, attempt and verdict: agents trace " << id << '\n';
}

exit_code code_of(const session::ending& e) {
  if (e.interrupted) return exit_code::interrupted;
  switch (e.result.status) {
    case run_status::completed: return exit_code::ok;
    case run_status::partial: return exit_code::partial;
    case run_status::waiting: return exit_code::waiting;
    default: return exit_code::failed;
  }
}

/// Serves the metrics of the run that has ended until they were scraped once, the time is over, or Ctrl-C.
void linger(const workplace& w, const console& c) {
  if (!w.metrics || w.linger <= duration::zero()) return;
  constexpr duration look_every = std::chrono::milliseconds{20};
  const system_clock clock;
  const auto end = clock.now() + w.linger;
  const auto before = w.metrics->scrapes();
  c.out.flush();
  c.err << "metrics stay on http://" << w.metrics->bound_address() << "/metrics until they are scraped, at most "
        << human_seconds(seconds(w.linger)) << "; Ctrl-C ends this" << std::endl;
  while (w.metrics->scrapes() == before && clock.now() < end)
    if (wait_for_interrupt(std::min(look_every, end - clock.now()))) return;
}

std::vector<waiting_step> waiting_in(const session::ending& e, const workplace& w, const run_options& o) {
  if (e.result.status != run_status::waiting || !e.result.state) return {};
  return waiting_steps(*e.result.state, w.work->get().registry(), config_option(o));
}

exit_code carry_out(workplace& w, const run_options& o, const session::starter& begin, const console& c) {
  auto ending = w.work->run(begin);
  if (w.progress) w.progress->finish();
  if (!ending) return c.fail(ending.error());
  if (!ending->result.journal) return c.fail(ending->result.journal.error());
  const auto waiting = waiting_in(*ending, w, o);
  if (c.json) {
    auto report = ending->result.report();
    if (!waiting.empty()) report.as_object()["waiting"] = to_rows(waiting);
    if (ending->interrupted) report.as_object()["status"] = "interrupted";
    for (auto& m : w.notes->report()) report.as_object()[m.name] = m.value;
    c.print(report);
  } else {
    print_answer(ending->result.report(), c);
  }
  print_ending(*ending, waiting, o, c);
  if (!ending->interrupted) linger(w, c);
  return code_of(*ending);
}

}  // namespace

exit_code resume(const run_options& o, const run_id& id, std::vector<event> decisions, const console& c,
                 const registry_check& check) {
  if (o.in_memory)
    return c.fail(usage("--in-memory keeps no journal, and without one no run can go on; leave it out").what);
  const auto lock = run_lock::take(id, o.take_over ? run_lock::when_held::take_over : run_lock::when_held::refuse);
  if (!lock) return c.fail(lock.error());
  auto w = prepare(o, c);
  if (!w) return c.fail(w.error());
  if (check)
    if (const auto ok = check(w->work->get().registry()); !ok) return c.fail(ok.error());
  return carry_out(
      *w, o,
      [&](node::on_end done) -> expected<run_id> {
        auto ok = w->work->get().resume(id, std::move(decisions), std::move(done));
        if (!ok) return ok.propagate();
        return id;
      },
      c);
}

exit_code run(const run_options& o, const console& c) {
  if (!o.resume.empty()) {
    if (auto ok = check_resumable(o); !ok) return c.fail(ok.error());
    const auto id = choose_run(o.resume);
    return id ? resume(o, *id, {}, c) : c.fail(id.error());
  }
  if (o.take_over)
    return c.fail(usage("--take-over is about a run that goes on; add --resume RUN_ID, or leave it out").what);
  auto job = load_job(o.job);
  if (!job) return c.fail(job.error());
  auto task = job->task;
  if (auto ok = set_inputs(task, o); !ok) return c.fail(ok.error());
  if (auto ok = check_required(*job, task.input); !ok) return c.fail(ok.error());
  set_budget(task, o);
  auto w = prepare(o, c);
  if (!w) return c.fail(w.error());
  if (!c.json && !o.quiet) c.err << c.bold(task.job) << (task.goal.empty() ? "" : ": " + task.goal) << "\n";
  const auto plan = job->declared ? share(to_value(*job->declared)) : nullptr;
  std::optional<run_lock> lock;
  return carry_out(
      *w, o,
      [&](node::on_end done) {
        auto id = w->work->get().submit(task, plan, std::move(done));
        if (id && !o.in_memory)
          if (auto taken = run_lock::take(*id)) lock.emplace(std::move(*taken));  // without it nobody is warned
        return id;
      },
      c);
}

}  // namespace agents::cli
