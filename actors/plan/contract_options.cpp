// SPDX-License-Identifier: Apache-2.0
#include "actors/plan/contract_options.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "actors/plan/schema_parts.hpp"
#include "libagents/contract/version.hpp"

namespace agents::composing {
namespace {

constexpr std::size_t max_offers = 10'000;  // of a catalog; larger ones need a narrower choice first
constexpr std::size_t max_members = 200;    // of one output that others may use; no module of sense gives more

// The cost of a step in "seconds": what one would wait to save a unit of money, a failure, a token.
constexpr double seconds_per_step = 0.01;  // so that of two equal plans the shorter wins
constexpr double seconds_per_money = 10;
constexpr double seconds_per_token = 1e-4;
constexpr double seconds_per_failure = 10;  // times −log(reliability): 0.9 costs a second
constexpr double least_reliability = 1e-6;
constexpr double max_cost = 1e9;

double cost_of(const value& row) {
  const auto positive = [](double x) { return std::isfinite(x) && x > 0 ? std::min(x, max_cost) : 0.0; };
  const auto said = row.get_number("reliability", 1);
  const auto reliability = std::isfinite(said) ? std::clamp(said, least_reliability, 1.0) : least_reliability;
  return seconds_per_step + seconds_per_money * positive(row.get_number("money")) +
         seconds_per_token * positive(row.get_number("tokens")) + positive(row.get_number("latency_seconds")) -
         seconds_per_failure * std::log(reliability);
}

bool is_offer(const value& row) {
  const auto* input = row.find("input");
  const auto* output = row.find("output");
  return input && output && !row.get_string("module").empty() && capability_id::parse(row.get_string("capability"));
}

bool same_contract(const contract_option& o, const value& row) {
  return o.ask == row.get_string("capability") && o.input == *row.find("input") && o.output == *row.find("output");
}

void add_row(std::vector<contract_option>& options, std::map<std::string, std::vector<std::size_t>>& by_ask,
             const value& row) {
  std::string module{row.get_string("module")};
  auto& same_ask = by_ask[std::string{row.get_string("capability")}];
  for (const auto i : same_ask) {
    if (!same_contract(options[i], row)) continue;
    options[i].modules.push_back(std::move(module));
    options[i].cost = std::min(options[i].cost, cost_of(row));
    return;
  }
  same_ask.push_back(options.size());
  contract_option o;
  o.ask = row.get_string("capability");
  o.input = *row.find("input");
  o.output = *row.find("output");
  o.modules = {std::move(module)};
  o.cost = cost_of(row);
  options.push_back(std::move(o));
}

/// A reference is answered by every compatible version; where those have other contracts the modules must be named.
void pin(std::vector<contract_option>& options) {
  std::map<std::string, std::vector<std::size_t>> by_name;
  for (std::size_t i = 0; i < options.size(); ++i) by_name[capability_id::parse(options[i].ask)->name].push_back(i);
  for (const auto& [name, group] : by_name)
    for (const auto i : group) {
      const auto wanted = capability_ref::parse(options[i].ask);
      options[i].pinned = std::any_of(group.begin(), group.end(), [&](std::size_t k) {
        return k != i && wanted && matches(*wanted, *capability_id::parse(options[k].ask));
      });
    }
}

}  // namespace

expected<option_table> option_table::read(const value& catalog) {
  if (!catalog.is_array())
    return unexpected{errc::bad_input, "the catalog must be a list of offers, as `catalog(registry)` gives it"};
  const auto& rows = catalog.as_array();
  if (rows.size() > max_offers)
    return unexpected{errc::bad_input, "the catalog has " + std::to_string(rows.size()) +
                                           " offers; the planner handles " + std::to_string(max_offers) +
                                           ": declare the steps of this job in its file"};
  option_table out;
  std::map<std::string, std::vector<std::size_t>> by_ask;
  for (const auto& row : rows)
    if (is_offer(row)) add_row(out.options_, by_ask, row);
  for (auto& o : out.options_) std::sort(o.modules.begin(), o.modules.end());
  pin(out.options_);
  std::stable_sort(out.options_.begin(), out.options_.end(), [](const contract_option& a, const contract_option& b) {
    return std::tie(a.ask, a.modules) < std::tie(b.ask, b.modules);
  });
  out.index();
  return out;
}

void option_table::add_done(const std::string& step, const std::string& ask, value output) {
  contract_option o;
  o.ask = ask;
  o.output = std::move(output);
  o.done = step;
  options_.push_back(std::move(o));
  index();
}

value option_table::schema_at(const output_place& p) const {
  const auto& output = options_[p.option].output;
  return p.member.empty() ? output : member_schema(output, p.member);
}

std::vector<std::string> option_table::titles() const {
  std::vector<std::string> out;
  for (const auto& [title, where] : titled_) out.push_back(title);
  return out;
}

const std::vector<output_place>& option_table::find(const places& p, std::string_view key) {
  static const std::vector<output_place> none;
  const auto found = p.find(key);
  return found == p.end() ? none : found->second;
}

void option_table::index() {
  titled_.clear();
  lists_.clear();
  members_.clear();
  for (std::size_t i = 0; i < options_.size(); ++i) {
    index_place({i, {}});
    auto names = required_members(options_[i].output);
    if (names.size() > max_members) names.resize(max_members);
    for (const auto& name : names)
      if (can_be_referenced(name)) index_place({i, name});
  }
}

void option_table::index_place(const output_place& p) {
  const auto schema = schema_at(p);
  if (!p.member.empty()) members_[p.member].push_back(p);
  if (const auto title = title_of(schema); !title.empty()) titled_[std::string{title}].push_back(p);
  const auto item = item_schema(schema);
  if (item && !title_of(*item).empty()) lists_[std::string{title_of(*item)}].push_back(p);
}

}  // namespace agents::composing
