// SPDX-License-Identifier: Apache-2.0
#include "actors/plan/contract_planner.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
#include <set>

#include "actors/plan/plan_writer.hpp"
#include "libagents/contract/schema.hpp"

namespace agents {
namespace {

using namespace composing;

constexpr std::array<std::string_view, 7> json_types{"null",   "boolean", "object", "array",
                                                     "number", "string",  "integer"};

unexpected wrong(const std::string& what) { return {errc::bad_input, "planner_input." + what}; }

/// {type: "memo"} names a type of the catalog; {type: "string"} is a JSON Schema.
bool names_a_title(const value& want) {
  const auto type = want.get_string("type");
  return want.is_object() && want.as_object().size() == 1 && !type.empty() &&
         std::find(json_types.begin(), json_types.end(), type) == json_types.end();
}

expected<wanted> read_want(const value& input) {
  const auto* want = input.find("want");
  if (!want || !want->is_object() || want->as_object().empty())
    return wrong(
        "want says what the plan is to give: { type = \"memo\" }, { capability = \"name@1\" } or a JSON Schema");
  if (const auto* capability = want->find("capability")) {
    auto ref = capability->is_string() ? capability_ref::parse(capability->as_string())
                                       : expected<capability_ref>{unexpected{errc::bad_input, "expected a text"}};
    if (!ref) return wrong("want.capability: " + ref.error().message);
    return wanted{true, std::move(*ref)};
  }
  if (names_a_title(*want)) return wanted{object{{"title", want->get_string("type")}}, std::nullopt};
  if (auto ok = schema::compile(*want); !ok) return wrong("want is no JSON Schema: " + ok.error().message);
  return wanted{*want, std::nullopt};
}

expected<std::vector<std::string>> read_names(const value& input, std::string_view key) {
  const auto* list = input.find(key);
  if (!list) return std::vector<std::string>{};
  auto names = from_value<std::vector<std::string>>(*list);
  if (!names) return wrong(std::string{key} + " is a list of texts");
  return names;
}

struct question {
  wanted want;
  plan_wishes wishes;
};

expected<question> read_question(const planning_request& q) {
  constexpr std::array<std::string_view, 4> known{"answer", "reflect", "verify", "want"};
  if (!q.planner_input.is_object()) return unexpected{errc::bad_input, "planner_input must be a table with `want`"};
  for (const auto& m : q.planner_input.as_object())
    if (std::find(known.begin(), known.end(), m.name) == known.end())
      return wrong(m.name + " is unknown; known are answer, reflect, verify and want");
  question out;
  auto want = read_want(q.planner_input);
  if (!want) return want.propagate();
  out.want = std::move(*want);
  auto verify = read_names(q.planner_input, "verify");
  if (!verify) return verify.propagate();
  out.wishes.verify = std::move(*verify);
  auto reflect = read_names(q.planner_input, "reflect");
  if (!reflect) return reflect.propagate();
  out.wishes.reflect = std::move(*reflect);
  if (const auto* answer = q.planner_input.find("answer")) out.wishes.answer = *answer;
  return out;
}

/// What happened to the previous plan.
struct history {
  shared_plan previous;                  ///< null: there was none
  std::vector<std::string> done;         ///< ids
  std::set<std::string> failed;          ///< capabilities
  std::set<std::string> failed_modules;  ///< those that failed, else all that offer those; and those avoided before
};

/// "verify" for 'step "verify[3]" failed: …'; "" when the critique names no step.
std::string named_step(std::string_view critique) {
  constexpr std::string_view begin = "step \"";
  if (!critique.starts_with(begin)) return {};
  critique.remove_prefix(begin.size());
  return std::string{critique.substr(0, critique.find_first_of("[\""))};
}

bool is_done(const history& h, const std::string& id) {
  return std::find(h.done.begin(), h.done.end(), id) != h.done.end();
}

std::string failed_step_of(const planning_request& q, std::string_view critique) {
  return q.failed ? q.failed->step.substr(0, q.failed->step.find('[')) : named_step(critique);
}

void find_failed(history& h, const std::string& named) {
  const bool known = h.previous->index.contains(named);
  for (const auto& step : h.previous->steps) {
    const auto could_run = std::all_of(step.needs.begin(), step.needs.end(),
                                       [&](auto n) { return is_done(h, h.previous->steps[n].spec.id); });
    if (known ? step.spec.id == named : could_run && !is_done(h, step.spec.id)) h.failed.insert(step.spec.ask);
    h.failed_modules.insert(step.spec.avoid.begin(), step.spec.avoid.end());
  }
}

expected<history> read_history(const planning_request& q, const option_table& all, std::string_view critique) {
  history h;
  if (!q.previous_plan || q.previous_plan->is_null()) return h;
  auto previous = compile(*q.previous_plan);
  if (!previous) return unexpected{errc::bad_input, "previous_plan: " + previous.error().message};
  h.previous = std::move(*previous);
  if (q.done && q.done->is_object())
    for (const auto& m : q.done->as_object())
      if (h.previous->index.contains(m.name)) h.done.push_back(m.name);
  find_failed(h, failed_step_of(q, critique));
  if (q.failed) h.failed_modules.insert(q.failed->tried.begin(), q.failed->tried.end());
  for (const auto& o : all.options())
    if (h.failed.contains(o.ask) && (!q.failed || q.failed->tried.empty()))
      h.failed_modules.insert(o.modules.begin(), o.modules.end());
  return h;
}

template <class Keep>
value filtered(const value& catalog, Keep keep) {
  array rows;
  for (const auto& row : catalog.as_array())
    if (keep(row)) rows.push_back(row);
  return rows;
}

/// Finished steps give what they gave, for nothing.
void add_finished(option_table& table, const history& h, const option_table& all) {
  for (const auto& id : h.done) {
    const auto& step = h.previous->steps[h.previous->index.at(id)].spec;
    const auto made_by =
        std::find_if(all.options().begin(), all.options().end(), [&](const auto& o) { return o.ask == step.ask; });
    if (made_by == all.options().end()) continue;
    table.add_done(id, step.ask, step.each.empty() ? made_by->output : list_of(made_by->output));
  }
}

expected<written_plan> search(const question& q, const value& given, const value& catalog, const history& h,
                              const option_table& all) {
  auto table = option_table::read(catalog);
  if (!table) return table.propagate();
  add_finished(*table, h, all);
  fit_checker fits;
  const auto graph = expand(q.want, given, *table, fits);
  const auto solved = solve(graph);
  if (solved.front().found) return write_plan(graph, solved, *table, fits, q.wishes);
  auto why = "no plan: " + explain_failure(graph, solved, *table);
  if (graph.cut || fits.exhausted())
    why += " (the search was cut short at its limit: a more precise `want`, or fewer modules, may help)";
  return unexpected{errc::no_route, std::move(why)};
}

/// First without the modules that failed (another one with the same contract may do), then only without the capability
/// that failed.
expected<written_plan> search_again(question q, const value& given, const value& catalog, const history& h,
                                    const option_table& all) {
  q.wishes.previous = h.previous;
  q.wishes.avoid.assign(h.failed_modules.begin(), h.failed_modules.end());
  const auto strangers = filtered(
      catalog, [&h](const value& row) { return !h.failed_modules.contains(std::string{row.get_string("module")}); });
  if (auto found = search(q, given, strangers, h, all)) return found;
  q.wishes.avoid.clear();
  const auto others = filtered(
      catalog, [&h](const value& row) { return !h.failed.contains(std::string{row.get_string("capability")}); });
  auto found = search(q, given, others, h, all);
  if (found) return found;
  std::string names;
  for (const auto& ask : h.failed) names += (names.empty() ? "" : ", ") + ask;
  return unexpected{found.error().code, found.error().message + " (" + names + " failed and is left out)"};
}

expected<written_plan> find_plan(const planning_request& q, const value& catalog, std::string_view critique) {
  auto asked = read_question(q);
  if (!asked) return asked.propagate();
  const auto all = option_table::read(catalog);
  if (!all) return all.propagate();
  if (all->options().empty())
    return unexpected{errc::no_route, "no plan: the catalog holds no offer; add modules to the node"};
  const auto h = read_history(q, *all, critique);
  if (!h) return h.propagate();
  const bool again = h->previous && !h->failed.empty();
  auto found = again ? search_again(*asked, q.given, catalog, *h, *all) : search(*asked, q.given, catalog, *h, *all);
  if (!found) return found;
  if (auto ok = compile(found->out); !ok)
    return unexpected{errc::bad_input, "the plan found is not valid: " + ok.error().message};
  return found;
}

}  // namespace

expected<plan> plan_by_contracts(const planning_request& q, const value& catalog, std::string_view critique) {
  auto found = find_plan(q, catalog, critique);
  if (!found) return found.propagate();
  return std::move(found->out);
}

module contract_planner(std::function<value()> catalog) {
  const auto answer = [catalog = std::move(catalog)](const planning_request& q, call& c) -> expected<plan> {
    auto found = find_plan(q, catalog(), c.critique());
    if (!found) return found.propagate();
    for (const auto& note : found->notes) c.progress(note);
    return std::move(found->out);
  };
  return module("contract_planner", "1.0.0")
      .described("Composes a plan from the contracts of the modules")
      .runs(execution_mode::dedicated)
      .offers("plan.contract@1", answer);
}

}  // namespace agents
