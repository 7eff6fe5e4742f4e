// SPDX-License-Identifier: Apache-2.0
#include "actors/plan/job.hpp"

#include <algorithm>
#include <initializer_list>

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
    return d.at(pointer + "/" + m.name, "unknown key \"" + m.name + "\"; known here are " + list);
  }
  return {};
}

/// Renames a member and turns durations into seconds.
expected<void> seconds_member(const toml_document& d, const std::string& pointer, object& table, std::string_view from,
                              std::string_view to) {
  const auto* v = table.find(from);
  if (!v) return {};
  const auto number = parse_seconds(*v);
  if (!number) return d.at(pointer + "/" + std::string{from}, number.error().message);
  table.erase(from);
  table[to] = *number;
  return {};
}

template <class T>
expected<T> read_table(const toml_document& d, const std::string& pointer, const value& table) {
  auto out = from_value<T>(table);
  if (out) return out;
  // The error names a pointer below the table: "at /with/x: …".
  const auto& text = out.error().message;
  const auto colon = text.find(": ");
  const auto below = text.starts_with("at /") && colon != std::string::npos ? text.substr(3, colon - 3) : std::string{};
  return d.at(pointer + below, text);
}

expected<step_spec> read_step(const toml_document& d, const std::string& pointer, const value& source) {
  if (auto ok = only_known(d, pointer, source,
                           {"id", "ask", "with", "each", "after", "verify", "agree", "reflect", "attempts", "timeout",
                            "only", "avoid", "policy", "approve", "optional"});
      !ok)
    return ok.propagate();
  auto table = source.as_object();
  if (auto ok = seconds_member(d, pointer, table, "timeout", "timeout_seconds"); !ok) return ok.propagate();
  if (const auto* agree = table.find("agree"))
    if (auto ok = only_known(d, pointer + "/agree", *agree, {"of", "need", "on"}); !ok) return ok.propagate();
  return read_table<step_spec>(d, pointer, table);
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
      return d.at("/parallel", "`parallel` is a number of at least 1");
    out.parallel = parallel->as_integer();
  }
  if (const auto* reflect = root.find("reflect")) {
    auto rungs = read_table<std::vector<std::string>>(d, "/reflect", *reflect);
    if (!rungs) return rungs.propagate();
    out.reflect = std::move(*rungs);
  }
  if (auto ok = compile(out); !ok) return d.at("/step", ok.error().message);
  return out;
}

expected<budget> read_budget(const toml_document& d, const value& source) {
  if (auto ok = only_known(d, "/budget", source, {"money", "tokens", "time", "steps"}); !ok) return ok.propagate();
  auto table = source.as_object();
  if (auto ok = seconds_member(d, "/budget", table, "time", "time_seconds"); !ok) return ok.propagate();
  return read_table<budget>(d, "/budget", table);
}

}  // namespace

expected<job> read_job(const toml_document& d) {
  if (auto ok = only_known(
          d, "", d.root,
          {"name", "goal", "input", "step", "answer", "reflect", "parallel", "budget", "planner", "planner_input"});
      !ok)
    return ok.propagate();
  job out;
  out.file = d.file;
  out.task.job = d.root.get_string("name");
  if (out.task.job.empty()) return d.at("", "the job needs a name, for instance name = \"licence_review\"");
  out.task.goal = d.root.get_string("goal");
  out.task.planner = d.root.get_string("planner");
  if (const auto* input = d.root.find("input")) {
    if (!input->is_object()) return d.at("/input", "[input] is a table of inputs and their defaults");
    out.task.input = *input;
  }
  if (const auto* more = d.root.find("planner_input")) out.task.planner_input = *more;
  if (const auto* limits = d.root.find("budget")) {
    auto budget = read_budget(d, *limits);
    if (!budget) return budget.propagate();
    out.task.budget = *budget;
  }
  if (d.root.find("step")) {
    auto plan = read_plan(d, d.root, out.task.job);
    if (!plan) return plan.propagate();
    out.declared = std::move(*plan);
  } else if (out.task.planner.empty()) {
    return d.at("", "the job has neither steps nor a planner; add [[step]] or planner = \"plan.contract@1\"");
  }
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
