// SPDX-License-Identifier: Apache-2.0
// Steps: what they read, how they become units, and what their ends set off.
#include <algorithm>
#include <charconv>

#include "libagents/orchestration/run_machine_impl.hpp"

namespace agents::detail {

unit_state* run_machine::find_unit(std::string_view name) {
  if (name == planning_step) return &s_.planning;
  if (!s_.plan) return nullptr;
  std::int32_t instance = -1;
  const auto bracket = name.find('[');
  if (bracket != std::string_view::npos) {
    const auto digits = name.substr(bracket + 1);
    if (std::from_chars(digits.data(), digits.data() + digits.size(), instance).ec != std::errc{}) return nullptr;
    name = name.substr(0, bracket);
  }
  const auto found = s_.plan->index.find(std::string{name});
  if (found == s_.plan->index.end()) return nullptr;
  const auto& step = s_.steps[found->second];
  const auto offset = static_cast<std::uint32_t>(std::max(instance, 0));
  if (offset >= step.units) return nullptr;
  auto& u = s_.units[step.first_unit + offset];
  return u.instance == instance ? &u : nullptr;
}

value run_machine::resolve(const binding& b, const value* item) const {
  const value goal{s_.task.goal};
  return b.resolve([&](std::string_view root) -> const value* {
    if (root == "input") return &s_.task.input;
    if (root == "item") return item;
    if (root == "goal") return &goal;
    const auto found = s_.plan->index.find(std::string{root});
    if (found == s_.plan->index.end()) return nullptr;
    return s_.steps[found->second].output.get();
  });
}

const value* run_machine::item_of(const unit_state& u) const {
  if (u.instance < 0) return nullptr;
  const auto* r = spec_of(u).each->as_reference();
  const value* root = nullptr;
  if (r->root == "input")
    root = &s_.task.input;
  else
    root = s_.steps[s_.plan->index.at(r->root)].output.get();
  const auto* list = root ? follow(*root, r->path) : nullptr;
  if (!list || !list->is_array() || static_cast<std::size_t>(u.instance) >= list->as_array().size()) return nullptr;
  return &list->as_array()[static_cast<std::size_t>(u.instance)];
}

void run_machine::start_step(std::uint32_t number) {
  const auto& step = s_.plan->steps[number];
  if (!step.each) return expand(number, nullptr);
  const auto list = resolve(*step.each, nullptr);
  if (list.is_array()) return expand(number, &list.as_array());
  expand(number, nullptr);
  auto& u = s_.units[s_.steps[number].first_unit];
  unit_failed(u, errc::bad_input, step.spec.each + " is no list but " + std::string{to_string(list.type())});
}

void run_machine::expand(std::uint32_t number, const std::vector<value>* items) {
  auto& step = s_.steps[number];
  step.at = step_state::phase::running;
  step.first_unit = static_cast<std::uint32_t>(s_.units.size());
  step.units = items ? static_cast<std::uint32_t>(items->size()) : 1;
  step.open_units = step.units;
  if (step.units == 0) return step_closed(number);
  for (std::uint32_t i = 0; i < step.units; ++i) {
    auto& u = s_.units.emplace_back();
    u.step = number;
    u.instance = items ? static_cast<std::int32_t>(i) : -1;
    s_.queue.push_back(step.first_unit + i);
  }
}

void run_machine::unit_closed(unit_state& u) {
  auto& step = s_.steps[u.step];
  if (--step.open_units == 0) step_closed(u.step);
}

void run_machine::step_closed(std::uint32_t number) {
  auto& step = s_.steps[number];
  const auto& spec = s_.plan->steps[number].spec;
  array outputs;
  bool failed = false;
  for (auto i = step.first_unit; i < step.first_unit + step.units; ++i) {
    const auto& u = s_.units[i];
    failed |= u.at == unit_state::phase::failed;
    if (u.at == unit_state::phase::failed) step.outcome = u.problem;
    if (!spec.each.empty()) outputs.push_back(u.output ? *u.output : value{});
  }
  if (!spec.each.empty())
    step.output = share(std::move(outputs));
  else if (!failed)
    step.output = s_.units[step.first_unit].output;
  if (failed && !spec.optional) {
    step.at = step_state::phase::failed;
    if (!spec.each.empty()) step.output = nullptr;
    for (const auto next : s_.plan->steps[number].feeds) skip(next);
    return;
  }
  step.at = step_state::phase::done;
  feed(number);
}

void run_machine::feed(std::uint32_t number) {
  for (const auto next : s_.plan->steps[number].feeds) {
    auto& step = s_.steps[next];
    if (step.at == step_state::phase::blocked && --step.open_needs == 0) start_step(next);
  }
}

void run_machine::skip(std::uint32_t number) {
  auto& step = s_.steps[number];
  if (step.at != step_state::phase::blocked) return;
  step.at = step_state::phase::skipped;
  for (const auto next : s_.plan->steps[number].feeds) skip(next);
}

}  // namespace agents::detail
