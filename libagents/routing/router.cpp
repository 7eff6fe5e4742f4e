// SPDX-License-Identifier: Apache-2.0
#include "libagents/routing/router.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace agents {
namespace {

constexpr std::array<std::string_view, 5> policy_names{"reliability", "priority", "latency", "cost", "weighted"};
constexpr std::string_view full = "its mailboxes are full";
constexpr std::string_view not_allowed = "not among the modules the plan allows";
constexpr std::string_view excluded = "excluded by the plan or tried before";

bool contains(std::span<const std::string> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::uint32_t load_of(const replica_handle& r) {
  return r.waiting.load(std::memory_order_relaxed) + r.in_flight.load(std::memory_order_relaxed);
}

bool has_room(const replica_handle& r) {
  return r.up.load(std::memory_order_relaxed) && r.waiting.load(std::memory_order_relaxed) < r.capacity;
}

std::uint32_t least_load(const offer& o) {
  auto least = std::numeric_limits<std::uint32_t>::max();
  for (const auto& r : o.replicas)
    if (has_room(*r)) least = std::min(least, load_of(*r));
  return least;
}

/// Why an offer cannot be used, or "" when it can.
std::string_view ineligible(const offer& o, const routing_request& q) {
  if (!q.only.empty() && !contains(q.only, o.from->name)) return not_allowed;
  if (contains(q.exclude, o.from->name)) return excluded;
  if (o.contract->micro_money > q.micro_money_left) return "costs more money than the budget leaves";
  if (o.contract->tokens > q.tokens_left) return "needs more tokens than the budget leaves";
  const auto is_up = [](const auto& r) { return r->up.load(std::memory_order_relaxed); };
  if (std::none_of(o.replicas.begin(), o.replicas.end(), is_up)) return "no replica is up";
  if (!o.circuit->allows(q.now)) return "its circuit is open: too many of its last requests failed";
  if (std::none_of(o.replicas.begin(), o.replicas.end(), [](const auto& r) { return has_room(*r); })) return full;
  return {};
}

double expected_wait(const offer& o) {
  const auto base = std::max<std::int64_t>(1, o.quality->latency().count());
  return static_cast<double>(base) * (1.0 + least_load(o));
}

/// Reliability in steps of 2 %, so that noise does not decide; each ten requests of queue cost one step.
double quality_step(const offer& o) { return std::floor(o.quality->mean() * 50) - std::floor(least_load(o) / 10.0); }

bool better_quality(const offer& a, const offer& b) {
  const auto qa = quality_step(a);
  const auto qb = quality_step(b);
  if (qa != qb) return qa > qb;
  if (a.contract->micro_money != b.contract->micro_money) return a.contract->micro_money < b.contract->micro_money;
  return expected_wait(a) < expected_wait(b);
}

bool cheaper(const offer& a, const offer& b) {
  if (a.contract->micro_money != b.contract->micro_money) return a.contract->micro_money < b.contract->micro_money;
  return better_quality(a, b);
}

/// Moves one offer to the front, drawn with probability proportional to reliability³.
void draw_weighted(std::vector<shared_offer>& eligible, random& source) {
  double total = 0;
  for (const auto& o : eligible) total += std::pow(o->quality->mean(), 3);
  auto left = source.unit() * total;
  for (auto& o : eligible) {
    left -= std::pow(o->quality->mean(), 3);
    if (left > 0) continue;
    std::swap(o, eligible.front());
    return;
  }
}

void order(std::vector<shared_offer>& eligible, routing_policy policy, random& source) {
  const auto sort = [&eligible](auto before) {
    std::stable_sort(eligible.begin(), eligible.end(),
                     [&before](const shared_offer& a, const shared_offer& b) { return before(*a, *b); });
  };
  switch (policy) {
    case routing_policy::priority: return;
    case routing_policy::latency:
      return sort([](const offer& a, const offer& b) { return expected_wait(a) < expected_wait(b); });
    case routing_policy::cost: return sort(cheaper);
    case routing_policy::weighted: sort(better_quality); return draw_weighted(eligible, source);
    case routing_policy::reliability: return sort(better_quality);
  }
}

/// Of the versions of one module that are eligible, the one that is drawn by their shares stays. Returns the others.
std::vector<shared_offer> draw_versions(std::vector<shared_offer>& eligible, random& source) {
  const auto share = [](const shared_offer& o) { return o->traffic->share.load(std::memory_order_relaxed); };
  if (std::all_of(eligible.begin(), eligible.end(), [&](const auto& o) { return share(o) == 1; })) return {};
  std::vector<shared_offer> chosen;
  std::vector<shared_offer> others;
  while (!eligible.empty()) {
    const auto& name = eligible.front()->from->name;
    const auto rest = std::stable_partition(eligible.begin(), eligible.end(),
                                            [&name](const auto& o) { return o->from->name == name; });
    double total = 0;
    for (auto o = eligible.begin(); o != rest; ++o) total += share(*o);
    auto left = source.unit() * total;
    auto drawn = eligible.begin();
    while (drawn + 1 != rest && (left -= share(*drawn)) >= 0) ++drawn;
    for (auto o = eligible.begin(); o != rest; ++o) (o == drawn ? chosen : others).push_back(*o);
    eligible.erase(eligible.begin(), rest);
  }
  eligible = std::move(chosen);
  return others;
}

std::shared_ptr<replica_handle> pick_replica(const offer& o, random& source) {
  if (o.replicas.size() == 1) return o.replicas.front();
  std::vector<std::shared_ptr<replica_handle>> open;
  for (const auto& r : o.replicas)
    if (has_room(*r)) open.push_back(r);
  if (open.empty()) return nullptr;
  if (open.size() == 1) return open.front();
  const auto i = source.below(open.size());
  const auto j = (i + 1 + source.below(open.size() - 1)) % open.size();
  return load_of(*open[i]) <= load_of(*open[j]) ? open[i] : open[j];
}

/// What keeps those from answering who may: waiting helps when one of them is full; money or tokens when that is all
/// that is missing.
errc problem_of(const routing_decision& d) {
  bool any_full = false;
  bool any = false;
  bool all_budget = true;
  for (const auto& [module, reason] : d.refused) {
    if (reason == not_allowed || reason == excluded) continue;
    any = true;
    any_full |= reason == full;
    all_budget &= reason.find("budget") != std::string::npos;
  }
  if (any_full) return errc::overloaded;
  return any && all_budget ? errc::budget : errc::no_route;
}

void explain_failure(routing_decision& d, const routing_request& q) {
  d.problem = errc::no_route;
  d.why = "nobody can answer " + std::string{q.capability};
  if (d.refused.empty()) {
    d.why += "; no registered module offers it. `agents modules` lists what is offered";
    return;
  }
  for (const auto& [module, reason] : d.refused)
    d.why += (&module == &d.refused.front().first ? ": " : "; ") + module + ": " + reason;
  d.problem = problem_of(d);
}

}  // namespace

std::string_view to_string(routing_policy p) noexcept { return policy_names[static_cast<std::size_t>(p)]; }

std::optional<routing_policy> routing_policy_from_string(std::string_view name) noexcept {
  for (std::size_t i = 0; i < policy_names.size(); ++i)
    if (policy_names[i] == name) return static_cast<routing_policy>(i);
  return std::nullopt;
}

routing_decision route(std::span<const shared_offer> candidates, const routing_request& request, random& source) {
  routing_decision d;
  std::vector<shared_offer> eligible;
  eligible.reserve(candidates.size());
  for (const auto& o : candidates) {
    const auto why = ineligible(*o, request);
    if (why.empty())
      eligible.push_back(o);
    else
      d.refused.emplace_back(o->from->name, why);
  }
  if (eligible.empty()) return explain_failure(d, request), d;
  const auto other_versions = draw_versions(eligible, source);
  if (eligible.size() > 1) order(eligible, request.policy, source);
  const auto preferred = std::find_if(eligible.begin(), eligible.end(),
                                      [&](const shared_offer& o) { return o->from->name == request.prefer; });
  if (preferred != eligible.end()) std::rotate(eligible.begin(), preferred, preferred + 1);
  d.chosen = eligible.front();
  d.replica = pick_replica(*d.chosen, source);
  d.fallback.assign(eligible.begin() + 1, eligible.end());
  d.fallback.insert(d.fallback.end(), other_versions.begin(), other_versions.end());
  if (!d.replica) d.chosen = nullptr, d.problem = errc::overloaded, d.why = std::string{full};
  return d;
}

value explain(const routing_decision& d, routing_policy policy) {
  object out;
  if (d.chosen) out["effect"] = to_string(d.chosen->contract->effect);
  out["policy"] = to_string(policy);
  if (!d.fallback.empty()) {
    array names{d.chosen->from->name};
    for (const auto& o : d.fallback) names.emplace_back(o->from->name);
    out["eligible"] = std::move(names);
  }
  if (!d.refused.empty()) {
    object reasons;
    for (const auto& [module, reason] : d.refused) reasons[module] = reason;
    out["refused"] = std::move(reasons);
  }
  return out;
}

}  // namespace agents
