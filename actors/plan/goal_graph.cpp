// SPDX-License-Identifier: Apache-2.0
#include "actors/plan/goal_graph.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "libagents/contract/schema.hpp"

namespace agents::composing {
namespace {

constexpr std::size_t max_goals = 4'000;
constexpr std::size_t max_applications = 8'000;
constexpr std::size_t max_candidates = 64;     // outputs that are compared with one goal
constexpr std::size_t max_misses = 8;          // kept per goal, for the error
constexpr std::size_t max_mapped_members = 8;  // of one input that are tried as the item
constexpr double assumed_items = 8;            // of a list whose length is not known

// How much a match costs, in seconds of contract_options.cpp: the same title is the best evidence that two structs mean
// the same; then the same member name; then only the same shape.
constexpr double same_name_penalty = 0.5;
constexpr double same_shape_penalty = 1.0;
constexpr double other_title_penalty = 0.5;  // both have a title, but not the same
constexpr double collected_penalty = 2.0;    // one value stands for a list

bool contains(const std::vector<std::string>& list, std::string_view x) {
  return std::find(list.begin(), list.end(), x) != list.end();
}

/// The title that counts: of the type, or of the items of a list.
std::string_view nominal(const value& schema) {
  if (!title_of(schema).empty()) return title_of(schema);
  const auto* items = schema.get_string("type") == "array" ? schema.find("items") : nullptr;
  return items ? title_of(*items) : std::string_view{};
}

/// Every member that `to` requires is required by `from`: the cheap half of structural compatibility.
bool has_all_required(const value& from, const value& to) {
  const auto have = required_members(from);
  const auto need = required_members(to);
  return !need.empty() && std::all_of(need.begin(), need.end(), [&](const auto& n) { return contains(have, n); });
}

class builder {
 public:
  builder(const value& given, const option_table& options, fit_checker& fits)
      : given_(given), options_(options), fits_(fits) {}

  goal_graph build(const wanted& want) {
    (void)goal_for({}, want.schema, false, "the job");
    if (want.capability) {
      support_by_capability(*want.capability);
    } else {
      support_goal(0);
      if (title_of(want.schema).empty()) assemble(want.schema);
    }
    for (std::size_t i = 1; i < g_.goals.size(); ++i) support_goal(i);
    return std::move(g_);
  }

 private:
  // Goals.

  std::size_t goal_for(std::vector<std::string> names, const value& schema, bool iterated, std::string wanted_by) {
    std::string key = iterated ? "*" : "";
    for (const auto& name : names) key += name + ",";
    auto& same_hash = known_goals_[{key, hash_of(schema)}];
    for (const auto i : same_hash)
      if (g_.goals[i].schema == schema) return i;
    if (g_.goals.size() >= max_goals) return g_.cut = true, none;
    goal fresh;
    fresh.names = std::move(names);
    fresh.schema = schema;
    fresh.iterated = iterated;
    fresh.wanted_by = std::move(wanted_by);
    g_.goals.push_back(std::move(fresh));
    same_hash.push_back(g_.goals.size() - 1);
    return g_.goals.size() - 1;
  }

  void support_goal(std::size_t i) {
    support_by_inputs(i);
    const auto schema = g_.goals[i].schema;
    for (const auto& place : candidates(g_.goals[i])) try_place(i, place);
    if (const auto item = item_schema(schema); item && !is_anything(*item)) support_list(i, *item);
  }

  void support_by_capability(const capability_ref& ref) {
    for (std::size_t o = 0; o < options_.options().size(); ++o) {
      const auto& option = options_.options()[o];
      const auto id = capability_id::parse(option.ask);
      if (!id || !matches(ref, *id)) continue;
      g_.goals[0].schema = option.output;
      for (const auto a : applications_of(o, false)) g_.goals[0].supports.push_back({a, {}, 0, {}});
      for (const auto a : applications_of(o, true)) g_.goals[0].supports.push_back({a, {}, collected_penalty, {}});
    }
  }

  void support_by_inputs(std::size_t i) {
    if (!given_.is_object()) return;
    for (const auto& name : g_.goals[i].names) {
      const auto* v = given_.find(name);
      if (!v || !can_be_referenced(name)) continue;
      const auto compiled = schema::compile(g_.goals[i].schema);
      if (!compiled) continue;
      if (auto ok = compiled->check(*v); ok)
        g_.goals[i].supports.push_back({none, name, 0, {}});
      else
        miss(i, 0, "the input \"" + name + "\" is given but does not fit: " + ok.error().message);
    }
  }

  // Outputs that may fit.

  /// Best evidence first, then the cheapest; the weak ones beyond `max_candidates` are left out.
  std::vector<output_place> candidates(const goal& g) {
    std::vector<output_place> out;
    if (!title_of(g.schema).empty()) add_places(out, options_.titled(title_of(g.schema)));
    if (const auto item = item_schema(g.schema); item && !title_of(*item).empty())
      add_places(out, options_.lists_of(title_of(*item)));
    for (const auto& name : g.names) add_places(out, options_.members(name));
    add_places(out, same_shape(g.schema));
    return out;
  }

  void add_places(std::vector<output_place>& out, std::vector<output_place> more) {
    std::stable_sort(more.begin(), more.end(), [this](const output_place& a, const output_place& b) {
      return options_.options()[a.option].cost < options_.options()[b.option].cost;
    });
    for (auto& p : more) {
      if (out.size() >= max_candidates) return void(g_.cut = true);
      const auto same = [&p](const output_place& q) { return q.option == p.option && q.member == p.member; };
      if (std::none_of(out.begin(), out.end(), same)) out.push_back(std::move(p));
    }
  }

  /// Whole outputs that have all members that `schema` requires.
  std::vector<output_place> same_shape(const value& schema) const {
    std::vector<output_place> out;
    const auto need = required_members(schema);
    if (need.empty()) return out;
    for (const auto& p : options_.members(need.front()))
      if (out.size() < max_candidates && has_all_required(options_.options()[p.option].output, schema))
        out.push_back({p.option, {}});
    return out;
  }

  /// How well a value fits a goal, or nullopt (then the miss is noted).
  std::optional<support> match(std::size_t i, const value& from, const value& to, const output_place& place) {
    const auto& g = g_.goals[i];
    const bool same_title = !nominal(to).empty() && nominal(from) == nominal(to);
    const bool same_name = !place.member.empty() && contains(g.names, place.member);
    if (is_anything(from) && !is_anything(to)) return std::nullopt;
    const auto& f = fits_.check(from, to);
    if (f.result == fit::answer::no || (f.result == fit::answer::unproven && !same_title)) {
      if (same_title || same_name)
        miss(i, same_title ? 1 : 2, where(place) + " gives " + describe(from) + ", which does not fit: " + f.why_not);
      return std::nullopt;
    }
    support s;
    s.path = place.member;
    if (f.result == fit::answer::unproven)
      s.unproven = where(place) + " is assumed to fit " + g.wanted_by + ": " + f.why_not;
    if (!same_title) {
      s.penalty = same_name ? same_name_penalty : same_shape_penalty;
      if (!nominal(from).empty() && !nominal(to).empty()) s.penalty += other_title_penalty;
    }
    return s;
  }

  void try_place(std::size_t i, const output_place& place) {
    const auto fitting = match(i, options_.schema_at(place), g_.goals[i].schema, place);
    if (fitting) add_supports(i, *fitting, applications_of(place.option, false));
  }

  void add_supports(std::size_t i, support s, const std::vector<std::size_t>& applications) {
    for (const auto a : applications) {
      s.application = a;
      g_.goals[i].supports.push_back(s);
    }
  }

  // Lists: made by asking a capability per item of another list, or from a single value.

  void support_list(std::size_t i, const value& item) {
    std::vector<output_place> places;
    if (!title_of(item).empty()) add_places(places, options_.titled(title_of(item)));
    add_places(places, same_shape(item));
    for (const auto& p : places) {
      if (!p.member.empty() || !options_.options()[p.option].done.empty()) continue;
      const auto fitting = match(i, options_.schema_at(p), item, p);
      if (fitting) add_supports(i, *fitting, applications_of(p.option, true));
    }
    if (!g_.goals[i].iterated && !title_of(item).empty()) collect(i, item);
  }

  void collect(std::size_t i, const value& item) {
    if (g_.applications.size() >= max_applications) return void(g_.cut = true);
    const auto one = goal_for({}, item, false, "an item for " + g_.goals[i].wanted_by);
    if (one == none) return;
    g_.applications.push_back({application::shape::collected, none, {{"", one, false}}, 0});
    g_.goals[i].supports.push_back({g_.applications.size() - 1, {}, collected_penalty, {}});
  }

  /// A type without a name may also be put together from members of different outputs.
  void assemble(const value& schema) {
    application whole{application::shape::assembled, none, {}, 0};
    for (const auto& name : required_members(schema))
      whole.premises.push_back(
          {name, goal_for({name}, member_schema(schema, name), false, "member `" + name + "` of the job"), false});
    if (whole.premises.empty()) return;
    std::vector<std::size_t> out;
    add_application(out, std::move(whole));
    add_supports(0, {}, out);
  }

  // Applications: every way to ask a capability.

  const std::vector<std::size_t>& applications_of(std::size_t option, bool mapped) {
    const auto [found, fresh] = known_applications_.try_emplace({option, mapped});
    if (!fresh) return found->second;
    auto& out = found->second;
    if (!options_.options()[option].done.empty())
      add_application(out, {application::shape::done, option, {}, 0});
    else if (mapped)
      add_mapped(out, option);
    else
      add_single(out, option);
    return out;
  }

  void add_application(std::vector<std::size_t>& out, application a) {
    if (g_.applications.size() >= max_applications) return void(g_.cut = true);
    for (const auto& p : a.premises)
      if (p.goal == none) return;
    g_.applications.push_back(std::move(a));
    out.push_back(g_.applications.size() - 1);
  }

  static bool takes_a_whole(const value& input) { return !title_of(input).empty() || !required_members(input).empty(); }

  void add_single(std::vector<std::size_t>& out, std::size_t option) {
    const auto& o = options_.options()[option];
    if (takes_a_whole(o.input)) {
      const auto whole = goal_for({}, o.input, false, "the input of " + o.ask);
      add_application(out, {application::shape::single, option, {{"", whole, false}}, o.cost});
    }
    add_application(out, {application::shape::single, option, member_premises(o, {}), o.cost});
  }

  void add_mapped(std::vector<std::size_t>& out, std::size_t option) {
    const auto& o = options_.options()[option];
    const auto cost = o.cost * assumed_items;
    if (takes_a_whole(o.input)) {
      const auto list = goal_for({}, list_of(o.input), true, "the inputs of " + o.ask);
      add_application(out, {application::shape::mapped, option, {{"", list, true}}, cost});
    }
    auto names = required_members(o.input);
    if (names.size() > max_mapped_members) names.resize(max_mapped_members);
    for (const auto& name : names)
      if (!is_anything(member_schema(o.input, name)))
        add_application(out, {application::shape::mapped, option, member_premises(o, name), cost});
  }

  /// One premise per required member, and per optional member that the task gives.
  std::vector<premise> member_premises(const contract_option& o, const std::string& item) {
    auto names = required_members(o.input);
    for (const auto& name : member_names(o.input))
      if (!contains(names, name) && given_.find(name)) names.push_back(name);
    std::vector<premise> out;
    for (const auto& name : names) {
      const auto schema = member_schema(o.input, name);
      const auto who = "member `" + name + "` of " + o.ask;
      if (name == item)
        out.push_back({name, goal_for({name + "s", name}, list_of(schema), true, who), true});
      else
        out.push_back({name, goal_for({name}, schema, false, who), false});
    }
    return out;
  }

  // Explanations.

  std::string where(const output_place& p) const {
    const auto& o = options_.options()[p.option];
    return (o.done.empty() ? o.ask : "the finished step \"" + o.done + "\"") + (p.member.empty() ? "" : "." + p.member);
  }

  void miss(std::size_t i, int rank, std::string text) {
    auto& misses = g_.goals[i].misses;
    auto& ranks = miss_ranks_[i];
    const auto at = std::upper_bound(ranks.begin(), ranks.end(), rank) - ranks.begin();
    misses.insert(misses.begin() + at, std::move(text));
    ranks.insert(ranks.begin() + at, rank);
    if (misses.size() <= max_misses) return;
    misses.pop_back();
    ranks.pop_back();
  }

  const value& given_;
  const option_table& options_;
  fit_checker& fits_;
  goal_graph g_;
  std::map<std::pair<std::string, std::uint64_t>, std::vector<std::size_t>> known_goals_;
  std::map<std::pair<std::size_t, bool>, std::vector<std::size_t>> known_applications_;
  std::map<std::size_t, std::vector<int>> miss_ranks_;
};

}  // namespace

goal_graph expand(const wanted& want, const value& given, const option_table& options, fit_checker& fits) {
  return builder{given, options, fits}.build(want);
}

}  // namespace agents::composing
