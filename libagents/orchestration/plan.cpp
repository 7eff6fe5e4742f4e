// SPDX-License-Identifier: Apache-2.0
#include "libagents/orchestration/plan.hpp"

#include <algorithm>
#include <array>

#include "libagents/routing/router.hpp"

namespace agents {
namespace {

constexpr std::array<std::string_view, 5> rung_names{"retry", "other", "replan", "ask", "partial"};

unexpected problem(const std::string& step, const std::string& what) {
  return {errc::bad_input, "step \"" + step + "\": " + what};
}

bool is_step_id(std::string_view id) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !id.empty() && std::all_of(id.begin(), id.end(), allowed);
}

bool is_reserved(std::string_view id) { return id == "input" || id == "item" || id == "goal"; }

expected<void> number_steps(compiled_plan& out) {
  for (std::uint32_t i = 0; i < out.steps.size(); ++i) {
    const auto& id = out.steps[i].spec.id;
    if (!is_step_id(id)) return problem(id, "an id consists of letters, digits, '_' and '-'");
    if (is_reserved(id)) return problem(id, "input, item and goal are reserved; choose another id");
    if (!out.index.emplace(id, i).second) return problem(id, "the id is used twice; ids are unique in a plan");
  }
  return {};
}

expected<void> add_reference(compiled_plan& out, compiled_step& step, const reference& r, bool in_each) {
  if (r.root == "input" || r.root == "goal") return {};
  if (r.root == "item") {
    if (step.spec.each.empty() || in_each)
      return problem(step.spec.id, r.to_string() + " is only known in a step with `each`");
    return {};
  }
  const auto found = out.index.find(r.root);
  if (found == out.index.end())
    return problem(step.spec.id, r.to_string() + " refers to no step of this plan, nor to input, item or goal");
  step.needs.push_back(found->second);
  return {};
}

expected<void> resolve_needs(compiled_plan& out, compiled_step& step) {
  for (const auto& r : step.with.references())
    if (auto ok = add_reference(out, step, r, false); !ok) return ok;
  if (step.each)
    for (const auto& r : step.each->references())
      if (auto ok = add_reference(out, step, r, true); !ok) return ok;
  for (const auto& id : step.spec.after) {
    const auto found = out.index.find(id);
    if (found == out.index.end()) return problem(step.spec.id, "`after` names the unknown step \"" + id + "\"");
    step.needs.push_back(found->second);
  }
  std::sort(step.needs.begin(), step.needs.end());
  step.needs.erase(std::unique(step.needs.begin(), step.needs.end()), step.needs.end());
  return {};
}

expected<void> read_ladder(const compiled_plan& out, compiled_step& step) {
  const auto& names = !step.spec.reflect.empty() ? step.spec.reflect : out.source.reflect;
  if (names.empty()) {
    step.ladder = {rung::retry, rung::other, rung::partial};
    return {};
  }
  for (const auto& name : names) {
    const auto r = rung_from_string(name);
    if (!r) return problem(step.spec.id, "`reflect` knows retry, other, replan, ask and partial, not \"" + name + "\"");
    step.ladder.push_back(*r);
  }
  return {};
}

expected<void> check_step(const compiled_step& step) {
  const auto& spec = step.spec;
  if (spec.ask.empty())
    return problem(spec.id, "`ask` is missing: name the capability, for instance \"text.retrieve@1\"");
  if (!spec.each.empty() && !parse_reference(spec.each))
    return problem(spec.id, "`each` must be one reference to a list, for instance \"{collect.packages}\"");
  if (spec.agree && spec.agree->need > spec.agree->of)
    return problem(spec.id, "`agree` needs more answers than it asks for; make `need` at most `of`");
  if (spec.agree && spec.agree->need < 1)
    return problem(spec.id, "`agree` needs at least one answer; set `need` to 1 or more");
  if (spec.agree && !spec.agree->on.empty() && !spec.agree->on.starts_with('/'))
    return problem(spec.id, "`agree.on` is a JSON Pointer; write \"/" + spec.agree->on + "\"");
  if (spec.attempts < 1) return problem(spec.id, "`attempts` counts the first one too; set it to 1 or more");
  if (!spec.policy.empty() && !routing_policy_from_string(spec.policy))
    return problem(spec.id,
                   "`policy` knows reliability, priority, latency, cost and weighted, not \"" + spec.policy + "\"");
  if (!spec.with.is_object() && !spec.with.is_string())
    return problem(spec.id, "`with` must be a table, or one reference to an object");
  return {};
}

expected<void> compile_step(compiled_plan& out, compiled_step& step) {
  if (auto ok = check_step(step); !ok) return ok;
  step.with = binding::parse(step.spec.with);
  if (!step.spec.each.empty()) step.each = binding::parse(step.spec.each);
  if (auto ok = resolve_needs(out, step); !ok) return ok;
  return read_ladder(out, step);
}

/// Kahn's algorithm; what is left over lies on a cycle.
expected<void> refuse_cycles(compiled_plan& out) {
  std::vector<std::size_t> open(out.steps.size());
  std::vector<std::uint32_t> ready;
  for (std::uint32_t i = 0; i < out.steps.size(); ++i) {
    open[i] = out.steps[i].needs.size();
    for (const auto need : out.steps[i].needs) out.steps[need].feeds.push_back(i);
    if (open[i] == 0) ready.push_back(i);
  }
  std::size_t seen = 0;
  for (; seen < ready.size(); ++seen)
    for (const auto next : out.steps[ready[seen]].feeds)
      if (--open[next] == 0) ready.push_back(next);
  if (seen == out.steps.size()) return {};
  const auto on_cycle = std::find_if(open.begin(), open.end(), [](auto n) { return n > 0; }) - open.begin();
  return problem(out.steps[static_cast<std::size_t>(on_cycle)].spec.id,
                 "waits for itself through other steps; break the cycle");
}

expected<void> check_answer(const compiled_plan& out) {
  for (const auto& r : out.answer.references())
    if (r.root != "input" && r.root != "goal" && !out.index.contains(r.root))
      return unexpected{errc::bad_input, "[answer]: " + r.to_string() + " refers to no step of this plan"};
  return {};
}

}  // namespace

std::string_view to_string(rung r) noexcept { return rung_names[static_cast<std::size_t>(r)]; }

std::optional<rung> rung_from_string(std::string_view name) noexcept {
  for (std::size_t i = 0; i < rung_names.size(); ++i)
    if (rung_names[i] == name) return static_cast<rung>(i);
  return std::nullopt;
}

expected<shared_plan> compile(plan p) {
  if (p.steps.empty()) return unexpected{errc::bad_input, "the plan has no steps; add at least one [[step]]"};
  if (p.parallel < 1)
    return unexpected{errc::bad_input, "`parallel` of the plan must be 1 or more, or nothing would ever run"};
  auto out = std::make_shared<compiled_plan>();
  for (auto& spec : p.steps)
    out->steps.push_back({.spec = spec, .with = {}, .each = {}, .needs = {}, .feeds = {}, .ladder = {}});
  out->source = std::move(p);
  if (auto ok = number_steps(*out); !ok) return ok.propagate();
  for (auto& step : out->steps)
    if (auto ok = compile_step(*out, step); !ok) return ok.propagate();
  if (auto ok = refuse_cycles(*out); !ok) return ok.propagate();
  out->answer = binding::parse(out->source.answer);
  if (auto ok = check_answer(*out); !ok) return ok.propagate();
  return shared_plan{std::move(out)};
}

expected<shared_plan> compile(const value& v) {
  auto p = from_value<plan>(v);
  if (!p) return p.propagate();
  return compile(std::move(*p));
}

}  // namespace agents
