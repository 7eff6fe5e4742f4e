// SPDX-License-Identifier: Apache-2.0
#include "actors/plan/plan_writer.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "libagents/orchestration/binding.hpp"

namespace agents::composing {
namespace {

using shape = application::shape;

constexpr std::string_view wanted_root = "want";

/// "segment" for "licence.segment@1".
std::string short_name(const std::string& ask) {
  const auto name = ask.substr(0, ask.find('@'));
  const auto dot = name.rfind('.');
  return dot == std::string::npos ? name : name.substr(dot + 1);
}

/// The template with "{want}" and "{want.path}" replaced by where the result is found.
expected<value> fill_template(const value& source, const value& result) {
  if (source.is_string()) {
    const auto r = parse_reference(source.as_string());
    if (!r || r->root != wanted_root) return source;
    if (r->path.empty()) return result;
    if (result.is_string()) {
      auto target = *parse_reference(result.as_string());
      target.path.insert(target.path.end(), r->path.begin(), r->path.end());
      return value{target.to_string()};
    }
    const auto* part = follow(result, r->path);
    if (!part)
      return unexpected{errc::bad_input, "planner_input.answer: " + r->to_string() + " is no part of what is wanted"};
    return *part;
  }
  value out = source;
  if (out.is_object())
    for (auto& m : out.as_object()) {
      auto filled = fill_template(m.value, result);
      if (!filled) return filled;
      m.value = std::move(*filled);
    }
  if (out.is_array())
    for (auto& item : out.as_array()) {
      auto filled = fill_template(item, result);
      if (!filled) return filled;
      item = std::move(*filled);
    }
  return out;
}

class writer {
 public:
  writer(const goal_graph& g, const std::vector<derivation>& solved, const option_table& options, fit_checker& fits,
         const plan_wishes& wishes)
      : g_(g), solved_(solved), options_(options), fits_(fits), wishes_(wishes) {
    ids_ = {"input", "item", "goal", std::string{wanted_root}};
    if (wishes.previous)
      for (const auto& step : wishes.previous->source.steps) ids_.insert(step.id);
  }

  expected<written_plan> write() {
    out_.out.name = wishes_.name;
    out_.out.reflect = wishes_.reflect;
    visit(0);
    if (out_.out.steps.empty())
      return unexpected{errc::bad_input, "nothing is to be done: the inputs of the job give what is wanted already"};
    verify(0);
    auto answer = make_answer();
    if (!answer) return answer.propagate();
    out_.out.answer = std::move(*answer);
    return std::move(out_);
  }

 private:
  const support& chosen(std::size_t goal) const { return g_.goals[goal].supports[solved_[goal].support]; }

  /// Writes the steps a goal needs, each once, producers first.
  void visit(std::size_t goal) {
    const auto& s = chosen(goal);
    if (!s.unproven.empty()) note(s.unproven);
    if (s.application == none || !visited_.insert(s.application).second) return;
    const auto& app = g_.applications[s.application];
    for (const auto& p : app.premises) visit(p.goal);
    if (app.how == shape::done)
      copy_finished(options_.options()[app.option].done);
    else if (app.how == shape::single || app.how == shape::mapped)
      add_step(s.application);
  }

  void note(const std::string& text) {
    if (std::find(out_.notes.begin(), out_.notes.end(), text) == out_.notes.end()) out_.notes.push_back(text);
  }

  /// A finished step and, since a plan is whole, everything it was made from.
  void copy_finished(const std::string& id) {
    const auto& previous = *wishes_.previous;
    if (!copied_.insert(id).second) return;
    const auto& step = previous.steps[previous.index.at(id)];
    for (const auto need : step.needs) copy_finished(previous.steps[need].spec.id);
    out_.out.steps.push_back(step.spec);
  }

  void add_step(std::size_t a) {
    const auto& app = g_.applications[a];
    const auto& option = options_.options()[app.option];
    step_spec step;
    step.id = fresh_id(option.ask);
    step.ask = option.ask;
    if (option.pinned) step.only = option.modules;
    step.avoid = wishes_.avoid;
    value with = object{};
    for (const auto& p : app.premises) {
      if (p.iterated) step.each = source(p.goal).as_string();
      auto from = p.iterated ? value{"{item}"} : source(p.goal);
      if (p.member.empty())
        with = std::move(from);
      else
        with.as_object()[p.member] = std::move(from);
    }
    if (with.is_object()) fill_optional(app, option, with.as_object());
    step.with = std::move(with);
    step_of_[a] = step.id;
    place_of_[a] = out_.out.steps.size();
    out_.out.steps.push_back(std::move(step));
  }

  std::string fresh_id(const std::string& ask) {
    const auto base = short_name(ask);
    auto id = base;
    for (int n = 2; !ids_.insert(id).second; ++n) id = base + "_" + std::to_string(n);
    return id;
  }

  void fill_optional(const application& app, const contract_option& option, object& with) {
    const auto upstream = upstream_of(app);
    for (const auto& name : member_names(option.input)) {
      if (with.contains(name)) continue;
      const auto wanted = member_schema(option.input, name);
      std::vector<std::string> found;
      for (const auto a : upstream)
        if (gives(a, name, wanted)) found.push_back("{" + id_of(a) + "." + name + "}");
      if (found.size() == 1) with[name] = found.front();
    }
  }

  std::set<std::size_t> upstream_of(const application& app) const {
    std::set<std::size_t> out;
    for (const auto& p : app.premises)
      out.insert(solved_[p.goal].applications.begin(), solved_[p.goal].applications.end());
    return out;
  }

  bool gives(std::size_t a, const std::string& name, const value& wanted) {
    const auto how = g_.applications[a].how;
    if ((how != shape::single && how != shape::done) || is_anything(wanted) || !can_be_referenced(name)) return false;
    const auto& output = options_.options()[g_.applications[a].option].output;
    const auto names = required_members(output);
    return std::find(names.begin(), names.end(), name) != names.end() &&
           fits_.check(member_schema(output, name), wanted).result == fit::answer::yes;
  }

  std::string id_of(std::size_t a) const {
    const auto& app = g_.applications[a];
    return app.how == shape::done ? options_.options()[app.option].done : step_of_.at(a);
  }

  /// The reference, or the list or object of references, that stands for a goal's value.
  value source(std::size_t goal) const {
    const auto& s = chosen(goal);
    if (s.application == none) return "{input." + s.path + "}";
    const auto& app = g_.applications[s.application];
    if (app.how == shape::collected) return array{source(app.premises.front().goal)};
    if (app.how == shape::assembled) {
      object members;
      for (const auto& p : app.premises) members[p.member] = source(p.goal);
      return members;
    }
    return "{" + id_of(s.application) + (s.path.empty() ? "" : "." + s.path) + "}";
  }

  /// Puts the verifiers on the steps whose outputs are the answer.
  void verify(std::size_t goal) {
    const auto a = chosen(goal).application;
    if (a == none) return;
    if (const auto at = place_of_.find(a); at != place_of_.end()) {
      out_.out.steps[at->second].verify = wishes_.verify;
      return;
    }
    for (const auto& p : g_.applications[a].premises) verify(p.goal);
  }

  expected<value> make_answer() const {
    const auto result = source(0);
    if (!wishes_.answer.is_null()) return fill_template(wishes_.answer, result);
    object out{{"answer", result}};
    const auto& s = chosen(0);
    if (s.application == none || !result.is_string()) return value{std::move(out)};
    const auto option = g_.applications[s.application].option;
    const auto names = required_members(options_.schema_at({option, s.path}));
    if (g_.applications[s.application].how != shape::mapped &&
        std::find(names.begin(), names.end(), "citations") != names.end())
      out["citations"] = result.as_string().substr(0, result.as_string().size() - 1) + ".citations}";
    return value{std::move(out)};
  }

  const goal_graph& g_;
  const std::vector<derivation>& solved_;
  const option_table& options_;
  fit_checker& fits_;
  const plan_wishes& wishes_;
  written_plan out_;
  std::set<std::string> ids_;
  std::set<std::string> copied_;
  std::set<std::size_t> visited_;
  std::map<std::size_t, std::string> step_of_;
  std::map<std::size_t, std::size_t> place_of_;
};

}  // namespace

expected<written_plan> write_plan(const goal_graph& g, const std::vector<derivation>& solved,
                                  const option_table& options, fit_checker& fits, const plan_wishes& wishes) {
  return writer{g, solved, options, fits, wishes}.write();
}

}  // namespace agents::composing
