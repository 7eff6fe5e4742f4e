// SPDX-License-Identifier: Apache-2.0
#include "actors/plan/goal_solver.hpp"

#include <algorithm>
#include <queue>
#include <tuple>

namespace agents::composing {
namespace {

constexpr std::size_t max_depth = 64;   // steps in a row; far above any plan that a person could follow
constexpr std::size_t max_steps = 256;  // distinct applications of one plan

std::vector<std::size_t> united(const std::vector<std::size_t>& a, const std::vector<std::size_t>& b) {
  std::vector<std::size_t> out;
  out.reserve(a.size() + b.size());
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  return out;
}

class solver {
 public:
  explicit solver(const goal_graph& g) : g_(g), goals_(g.goals.size()), fired_(g.applications.size()) {}

  std::vector<derivation> run() {
    connect();
    while (!queue_.empty()) {
      const auto next = queue_.top();
      queue_.pop();
      settle(next);
    }
    return std::move(goals_);
  }

 private:
  /// A goal could be reached by one of its supports.
  struct offer {
    double cost;
    std::size_t steps;
    std::size_t goal;
    std::size_t support;
    bool operator>(const offer& o) const {
      return std::tie(cost, steps, goal, support) > std::tie(o.cost, o.steps, o.goal, o.support);
    }
  };

  void connect() {
    consumers_.resize(g_.goals.size());
    suppliers_.resize(g_.applications.size());
    open_.resize(g_.applications.size());
    for (std::size_t a = 0; a < g_.applications.size(); ++a) {
      open_[a] = g_.applications[a].premises.size();
      for (const auto& p : g_.applications[a].premises) consumers_[p.goal].push_back(a);
    }
    for (std::size_t i = 0; i < g_.goals.size(); ++i)
      for (std::size_t k = 0; k < g_.goals[i].supports.size(); ++k) {
        const auto& s = g_.goals[i].supports[k];
        if (s.application == none)
          queue_.push({s.penalty, 0, i, k});
        else
          suppliers_[s.application].push_back({i, k});
      }
    for (std::size_t a = 0; a < g_.applications.size(); ++a)
      if (open_[a] == 0) fire(a);
  }

  /// All premises of an application hold.
  void fire(std::size_t a) {
    const auto& app = g_.applications[a];
    auto& d = fired_[a];
    d.applications = {a};
    d.depth = 1;
    for (const auto& p : app.premises) {
      const auto& from = goals_[p.goal];
      d.applications = united(d.applications, from.applications);
      d.depth = std::max(d.depth, from.depth + 1);
      d.penalty += from.penalty;
    }
    if (d.depth > max_depth || d.applications.size() > max_steps) return;
    d.cost = d.penalty;
    for (const auto step : d.applications) d.cost += g_.applications[step].cost;
    for (const auto& [goal, k] : suppliers_[a])
      queue_.push({d.cost + g_.goals[goal].supports[k].penalty, d.applications.size(), goal, k});
  }

  void settle(const offer& o) {
    auto& d = goals_[o.goal];
    if (d.found) return;
    const auto& s = g_.goals[o.goal].supports[o.support];
    if (s.application != none) d = fired_[s.application];
    d.found = true;
    d.support = o.support;
    d.cost = o.cost;
    d.penalty += s.penalty;
    for (const auto a : consumers_[o.goal])
      if (--open_[a] == 0) fire(a);
  }

  const goal_graph& g_;
  std::vector<derivation> goals_;
  std::vector<derivation> fired_;
  std::vector<std::size_t> open_;                    // premises of an application not yet settled
  std::vector<std::vector<std::size_t>> consumers_;  // goal → applications
  std::vector<std::vector<std::pair<std::size_t, std::size_t>>> suppliers_;  // application → goal, support
  std::priority_queue<offer, std::vector<offer>, std::greater<>> queue_;
};

/// Walks from the wanted goal to one that nothing supports, each time over the application that lacks least.
class explainer {
 public:
  explainer(const goal_graph& g, const std::vector<derivation>& solved, const option_table& options)
      : g_(g), solved_(solved), options_(options), seen_(g.goals.size()) {}

  std::string run() {
    std::size_t at = 0;
    while (true) {
      seen_[at] = true;
      if (g_.goals[at].supports.empty()) return missing(at);
      if (complete(at))
        return "the plan for " + describe(g_.goals[at].schema) + " would need more than " + std::to_string(max_steps) +
               " steps, or " + std::to_string(max_depth) + " in a row";
      const auto next = next_goal(at);
      if (next == none)
        return missing(at) + "; the modules that give it need each other's outputs in a circle" + given_one(at);
      at = next;
    }
  }

 private:
  std::vector<std::size_t> lacking(const application& a) const {
    std::vector<std::size_t> out;
    for (const auto& p : a.premises)
      if (!solved_[p.goal].found) out.push_back(p.goal);
    return out;
  }

  /// Nothing lacks, and yet the goal was not reached: a limit of the search.
  bool complete(std::size_t at) const {
    const auto& all = g_.goals[at].supports;
    return std::any_of(all.begin(), all.end(), [this](const support& s) {
      return s.application != none && lacking(g_.applications[s.application]).empty();
    });
  }

  std::size_t next_goal(std::size_t at) {
    std::size_t best = none;
    std::pair<bool, std::size_t> least{true, none};
    for (const auto& s : g_.goals[at].supports) {
      if (s.application == none) continue;
      const auto open = lacking(g_.applications[s.application]);
      const auto fresh = std::find_if(open.begin(), open.end(), [this](std::size_t i) { return !seen_[i]; });
      if (fresh == open.end()) continue;
      const std::pair rank{is_dead_end(*fresh), open.size()};
      if (best != none && rank >= least) continue;
      least = rank;
      best = *fresh;
    }
    return best;
  }

  /// A whole input that nobody gives: its members say more about what is missing.
  bool is_dead_end(std::size_t i) const { return g_.goals[i].names.empty() && g_.goals[i].supports.empty(); }

  std::string missing(std::size_t at) const {
    const auto& missed = g_.goals[at];
    std::string text = "nothing gives " + describe(missed.schema) + ", wanted by " + missed.wanted_by;
    if (!missed.misses.empty()) return text + "; nearest: " + missed.misses.front() + remedy(missed);
    if (at == 0) text += "; the modules give " + some_titles();
    return text + remedy(missed);
  }

  std::string given_one(std::size_t at) const {
    return g_.goals[at].names.empty() ? std::string{}
                                      : "; break it by giving the input \"" + g_.goals[at].names.front() + "\"";
  }

  static std::string remedy(const goal& g) {
    if (g.names.empty()) return "; add a module that gives it";
    return "; give it as the input \"" + g.names.front() + "\", or add a module that gives it";
  }

  std::string some_titles() const {
    constexpr std::size_t shown = 12;
    const auto titles = options_.titles();
    std::string text;
    for (std::size_t i = 0; i < titles.size() && i < shown; ++i) text += (i == 0 ? "" : ", ") + titles[i];
    return titles.empty() ? "no named type" : text + (titles.size() > shown ? ", …" : "");
  }

  const goal_graph& g_;
  const std::vector<derivation>& solved_;
  const option_table& options_;
  std::vector<bool> seen_;
};

}  // namespace

std::vector<derivation> solve(const goal_graph& g) { return solver{g}.run(); }

std::string explain_failure(const goal_graph& g, const std::vector<derivation>& solved, const option_table& options) {
  return explainer{g, solved, options}.run();
}

}  // namespace agents::composing
