// SPDX-License-Identifier: Apache-2.0
#include "cluster/cli/approve_command.hpp"

#include <algorithm>

#include "cluster/cli/home.hpp"
#include "cluster/cli/run_choice.hpp"
#include "libagents/contract/json.hpp"
#include "libagents/orchestration/edit_check.hpp"

namespace agents::cli {
namespace {

/// The run as its journal says.
expected<run_state> read_state(const run_id& id) {
  const system_clock clock;
  auto store = open_home_store(journal::durability::normal, clock);
  if (!store) return store.propagate();
  const auto history = (*store)->read(id);
  if (!history) return history.propagate();
  run_state state;
  for (const auto& e : history->events) (void)apply(state, e);
  return state;
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

/// The steps to decide: the one that was named, or all that wait.
expected<std::vector<std::string>> steps_to_decide(const run_state& state, const std::string& named) {
  std::vector<std::string> waiting;
  for (const auto& u : state.units)
    if (u.at == unit_state::phase::asking) waiting.push_back(unit_name(state, u));
  if (waiting.empty())
    return unexpected{errc::bad_input, "run " + state.id.to_string() + " waits for nobody; its status is " +
                                           std::string{to_string(state.status)}};
  if (named.empty()) return waiting;
  if (std::find(waiting.begin(), waiting.end(), named) == waiting.end())
    return unexpected{errc::bad_input,
                      "--step " + named + " does not wait for a person; what waits is " + joined(waiting)};
  return std::vector{named};
}

expected<value> read_edit(const approve_options& o) {
  if (o.edit.empty()) return value{};
  auto parsed = parse_json(o.edit);
  if (!parsed) return unexpected{errc::bad_input, "--edit: " + parsed.error().message};
  if (parsed->is_null())
    return unexpected{errc::bad_input, "--edit null is no output; leave --edit out to take what is there"};
  return parsed;
}

std::vector<event> decisions(const approve_options& o, const std::vector<std::string>& steps, const value& edit) {
  std::vector<event> out;
  const system_clock clock;
  for (const auto& step : steps) {
    event e;
    e.kind = event_kind::approval_given;
    e.at = clock.now();
    e.step = step;
    e.text = o.note;
    e.data = share(object{{"approved", !o.reject}, {"edit", edit}});
    out.push_back(std::move(e));
  }
  return out;
}

}  // namespace

exit_code approve(const approve_options& o, const console& c) {
  const auto id = choose_run(o.run);
  if (!id) return c.fail(id.error());
  const auto state = read_state(*id);
  if (!state) return c.fail(state.error());
  const auto steps = steps_to_decide(*state, o.step);
  if (!steps) return c.fail(steps.error());
  const auto edit = read_edit(o);
  if (!edit) return c.fail(edit.error());
  const auto check = [&](const registry& modules) -> expected<void> {
    for (const auto& step : *steps)
      if (auto ok = edit->is_null() ? expected<void>{} : check_edit(*state, modules, step, *edit); !ok)
        return unexpected{errc::bad_input, ok.error().message + "; the run still waits"};
    return {};
  };
  return resume(o.as, *id, decisions(o, *steps, *edit), c, check);
}

}  // namespace agents::cli
