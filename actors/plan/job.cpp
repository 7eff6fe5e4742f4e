// SPDX-License-Identifier: Apache-2.0
#include "actors/plan/job.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

#include "libagents/contract/schema.hpp"
#include "libagents/contract/version.hpp"
#include "libagents/routing/router.hpp"

namespace agents {
namespace {

using names = std::initializer_list<std::string_view>;

/// Unknown keys are errors: a misspelt option must not be ignored.
expected<void> only_known(const toml_document& d, const std::string& pointer, const value& table, names known) {
  if (!table.is_object()) return d.at(pointer, "expected a table");
  for (const auto& m : table.as_object()) {
    if (std::find(known.begin(), known.end(), m.name) != known.end()) continue;
    std::string list;
    for (const auto name : known) list += (list.empty() ? "" : ", ") + std::string{name};
    return d.at(detail::pointer_child(pointer, m.name), "unknown key \"" + m.name + "\"; known here are " + list);
  }
  return {};
}

/// Renames a member and turns durations into seconds.
expected<void> seconds_member(const toml_document& d, const std::string& pointer, object& table, std::string_view from,
                              std::string_view to) {
  const auto* v = table.find(from);
  if (!v) return {};
  const auto number = parse_seconds(*v);
  if (!number) return d.at(pointer + "/" + std::string{from}, "`" + std::string{from} + "`: " + number.error().message);
  table.erase(from);
  table[to] = *number;
  return {};
}

/// A table as a struct: types, ranges and required members as the struct declares them.
template <class T>
expected<T> read_table(const toml_document& d, const std::string& pointer, const value& table) {
  static const auto contract = schema::compile(schema_of<T>());
  const auto wrong = contract->validate(table, 1);
  if (!wrong.empty()) {
    const auto& place = wrong.front().instance;
    return d.at(pointer + place, (place.empty() ? "" : "`" + place.substr(1) + "` ") + wrong.front().message);
  }
  auto out = from_value<T>(table);
  if (!out) return d.at(pointer, out.error().message);
  return out;
}

expected<std::string> text_member(const toml_document& d, std::string_view name) {
  const auto* v = d.root.find(name);
  if (!v) return std::string{};
  if (!v->is_string())
    return d.at("/" + std::string{name}, "`" + std::string{name} + "` is a text, in quotation marks");
  return v->as_string();
}

expected<void> check_step(const toml_document& d, const std::string& pointer, const step_spec& step) {
  if (!step.policy.empty() && !routing_policy_from_string(step.policy))
    return d.at(pointer + "/policy", "`policy` is one of reliability, priority, latency, cost, weighted");
  if (const auto ref = capability_ref::parse(step.ask); !ref)
    return d.at(pointer + "/ask", "`ask`: " + ref.error().message);
  for (std::size_t i = 0; i < step.verify.size(); ++i)
    if (const auto ref = capability_ref::parse(step.verify[i]); !ref)
      return d.at(pointer + "/verify/" + std::to_string(i), "`verify`: " + ref.error().message);
  return {};
}

expected<step_spec> read_step(const toml_document& d, const std::string& pointer, const value& source) {
  if (auto ok = only_known(d, pointer, source,
                           {"id", "ask", "with", "each", "after", "verify", "agree", "reflect", "attempts", "timeout",
                            "only", "avoid", "policy", "approve", "optional"});
      !ok)
    return ok.propagate();
  auto table = source.as_object();
  if (!table.contains("id")) return d.at(pointer, "the step needs a name of its own: id = \"…\"");
  if (!table.contains("ask"))
    return d.at(pointer, "the step asks nothing: name the capability, for instance ask = \"text.retrieve@1\"");
  if (auto ok = seconds_member(d, pointer, table, "timeout", "timeout_seconds"); !ok) return ok.propagate();
  if (const auto* agree = table.find("agree"))
    if (auto ok = only_known(d, pointer + "/agree", *agree, {"of", "need", "on"}); !ok) return ok.propagate();
  auto step = read_table<step_spec>(d, pointer, table);
  if (!step) return step;
  if (auto ok = check_step(d, pointer, *step); !ok) return ok.propagate();
  return step;
}

/// Where the message of `compile` points to: 'step "id": …' to that step, "[answer]: …" to the answer.
std::string place_of(const plan& p, const std::string& message) {
  if (message.starts_with("[answer]")) return "/answer";
  std::string place = "/step";
  for (std::size_t i = 0; i < p.steps.size(); ++i)
    if (message.starts_with("step \"" + p.steps[i].id + "\":")) place = "/step/" + std::to_string(i);
  return place;
}

/// `replan` asks the planner; without one the rung would be skipped in silence.
expected<void> check_replan(const toml_document& d, const plan& p) {
  const auto replans = [](const std::vector<std::string>& ladder) {
    return std::find(ladder.begin(), ladder.end(), "replan") != ladder.end();
  };
  const std::string what =
      "`reflect` has replan, but the job has no planner; add planner = \"plan.contract@1\" with [planner_input]";
  if (replans(p.reflect)) return d.at("/reflect", what);
  for (std::size_t i = 0; i < p.steps.size(); ++i)
    if (replans(p.steps[i].reflect)) return d.at("/step/" + std::to_string(i) + "/reflect", what);
  return {};
}

expected<plan> read_plan(const toml_document& d, const value& root, const std::string& name) {
  plan out;
  out.name = name;
  const auto* steps = root.find("step");
  if (!steps->is_array()) return d.at("/step", "steps are written as [[step]]");
  for (std::size_t i = 0; i < steps->as_array().size(); ++i) {
    auto step = read_step(d, "/step/" + std::to_string(i), steps->as_array()[i]);
    if (!step) return step.propagate();
    out.steps.push_back(std::move(*step));
  }
  if (const auto* answer = root.find("answer")) out.answer = *answer;
  if (const auto* parallel = root.find("parallel")) {
    if (!parallel->is_integer() || parallel->as_integer() < 1)
      return d.at("/parallel", "`parallel` is a whole number of at least 1");
    out.parallel = parallel->as_integer();
  }
  if (const auto* reflect = root.find("reflect")) {
    auto rungs = read_table<std::vector<std::string>>(d, "/reflect", *reflect);
    if (!rungs) return rungs.propagate();
    out.reflect = std::move(*rungs);
  }
  if (auto ok = compile(out); !ok) return d.at(place_of(out, ok.error().message), ok.error().message);
  return out;
}

expected<budget> read_budget(const toml_document& d, const value& source) {
  if (auto ok = only_known(d, "/budget", source, {"money", "tokens", "time", "steps"}); !ok) return ok.propagate();
  auto table = source.as_object();
  for (const auto& m : table)
    if (m.value.is_number() && !(m.value.as_number() >= 0))
      return d.at("/budget/" + m.name, "`" + m.name + "` must not be negative");
  if (auto ok = seconds_member(d, "/budget", table, "time", "time_seconds"); !ok) return ok.propagate();
  return read_table<budget>(d, "/budget", table);
}

/// The texts and tables that say what is asked, without the plan.
expected<task_spec> read_task(const toml_document& d) {
  task_spec task;
  const std::array<std::pair<std::string_view, std::string*>, 3> texts{
      {{"name", &task.job}, {"goal", &task.goal}, {"planner", &task.planner}}};
  for (const auto& [name, target] : texts) {
    auto text = text_member(d, name);
    if (!text) return text.propagate();
    *target = std::move(*text);
  }
  if (task.job.empty()) return d.at("/name", "the job needs a name, for instance name = \"licence_review\"");
  if (const auto* input = d.root.find("input")) {
    if (!input->is_object()) return d.at("/input", "[input] is a table of inputs and their defaults");
    task.input = *input;
  }
  if (!task.planner.empty())
    if (const auto ref = capability_ref::parse(task.planner); !ref)
      return d.at("/planner", "`planner`: " + ref.error().message);
  if (const auto* more = d.root.find("planner_input")) {
    if (task.planner.empty())
      return d.at("/planner_input", "[planner_input] is for a planner; add planner = \"plan.contract@1\"");
    task.planner_input = *more;
  }
  if (const auto* limits = d.root.find("budget")) {
    auto budget = read_budget(d, *limits);
    if (!budget) return budget.propagate();
    task.budget = *budget;
  }
  return task;
}

/// A job without steps leaves the plan, and what belongs to it, to its planner.
expected<void> check_without_steps(const toml_document& d, const task_spec& task) {
  if (task.planner.empty())
    return d.at("", "the job has neither steps nor a planner; add [[step]] or planner = \"plan.contract@1\"");
  for (const auto* name : {"answer", "reflect", "parallel"})
    if (d.root.find(name))
      return d.at(std::string{"/"} + name,
                  std::string{"`"} + name +
                      "` belongs to the steps of a plan, and this job has none; tell the planner in [planner_input]");
  return {};
}

}  // namespace

expected<job> read_job(const toml_document& d) {
  if (auto ok = only_known(d, "", d.root,
                           {"name", "goal", "input", "required", "step", "answer", "reflect", "parallel", "budget",
                            "planner", "planner_input"});
      !ok)
    return ok.propagate();
  auto task = read_task(d);
  if (!task) return task.propagate();
  job out;
  out.file = d.file;
  out.task = std::move(*task);
  if (const auto* required = d.root.find("required")) {
    auto names = read_table<std::vector<std::string>>(d, "/required", *required);
    if (!names) return names.propagate();
    for (const auto& name : *names)
      if (!out.task.input.find(name))
        return d.at("/required",
                    "`required` names `" + name + "`, which is not in [input]; add it with an example or \"\"");
    out.required = std::move(*names);
  }
  if (!d.root.find("step")) {
    if (auto ok = check_without_steps(d, out.task); !ok) return ok.propagate();
    return out;
  }
  auto plan = read_plan(d, d.root, out.task.job);
  if (!plan) return plan.propagate();
  if (out.task.planner.empty())
    if (auto ok = check_replan(d, *plan); !ok) return ok.propagate();
  out.declared = std::move(*plan);
  return out;
}

expected<job> load_job(const std::filesystem::path& place) {
  std::error_code ignored;
  const auto file = std::filesystem::is_directory(place, ignored) ? place / "job.toml" : place;
  if (!std::filesystem::exists(file, ignored))
    return unexpected{errc::not_found, "no job at " + place.string() + ": expected " + file.string() +
                                           "; `agents run` takes a job file or a folder with a job.toml"};
  auto document = read_toml(file);
  if (!document) return document.propagate();
  return read_job(*document);
}

}  // namespace agents
