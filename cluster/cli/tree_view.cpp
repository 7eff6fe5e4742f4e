// SPDX-License-Identifier: Apache-2.0
#include "cluster/cli/tree_view.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

namespace agents::cli {
namespace {

/// The four pieces that lines are made of.
struct branch_pieces {
  std::string_view child, last_child, line, nothing;
};

constexpr branch_pieces box_pieces{"├─ ", "└─ ", "│  ", "   "};
constexpr branch_pieces ascii_pieces{"|- ", "`- ", "|  ", "   "};

const array& children_of(const value& v) {
  static const array none;
  const auto* children = v.find("children");
  return children && children->is_array() ? children->as_array() : none;
}

/// A module with a supervisor for itself and one replica: they have the same name.
bool stands_for_itself(const value& v) {
  const auto& children = children_of(v);
  return children.size() == 1 && children[0].get_string("type") == "worker" &&
         children[0].get_string("id") == v.get_string("id");
}

std::string number(const value& v, std::string_view name) { return std::to_string(v.get_integer(name)); }

std::string limit_of(const value& v) {
  std::array<char, 32> period{};
  std::snprintf(period.data(), period.size(), "%g", v.get_number("period_seconds"));
  return number(v, "intensity") + " in " + period.data() + " s";
}

tree_row::health health_of(std::string_view state) {
  if (state.empty() || state == "running") return tree_row::health::running;
  return state == "stopped" || state == "quarantined" ? tree_row::health::down : tree_row::health::changing;
}

std::string restarts_of(const value& v) {
  return std::to_string(std::max<std::int64_t>(0, v.get_integer("starts") - 1));
}

void describe_worker(tree_row& row, const value& v) {
  row.restarts = restarts_of(v);
  if (const auto* what = v.find("what"); what && what->find("waiting")) {
    if (what->get_bool("expected") && row.state == "running") row.state = "expected";
    row.mailbox = number(*what, "waiting");
    row.in_flight = number(*what, "in_flight");
  }
}

tree_row row_of(const value& v, const std::string& branches) {
  tree_row row;
  row.branches = branches;
  row.name = v.get_string("id");
  row.state = v.get_string("state");
  if (v.find("starts")) row.restarts = restarts_of(v);
  if (v.find("strategy")) {
    row.strategy = v.get_string("strategy");
    row.limit = limit_of(v);
  }
  if (v.get_string("type") == "worker") describe_worker(row, v);
  if (stands_for_itself(v)) {
    const auto& replica = children_of(v)[0];
    if (health_of(row.state) == tree_row::health::running) row.state = replica.get_string("state");
    describe_worker(row, replica);
  }
  row.how = health_of(row.state);
  return row;
}

void add_below(std::vector<tree_row>& rows, const value& v, const std::string& lines, const branch_pieces& pieces) {
  if (stands_for_itself(v)) return;
  const auto& children = children_of(v);
  for (const auto& c : children) {
    const bool last = &c == &children.back();
    rows.push_back(row_of(c, lines + std::string{last ? pieces.last_child : pieces.child}));
    add_below(rows, c, lines + std::string{last ? pieces.nothing : pieces.line}, pieces);
  }
}

}  // namespace

std::vector<tree_row> tree_rows(const value& tree, tree_lines how) {
  std::vector<tree_row> rows{row_of(tree, "")};
  add_below(rows, tree, "", how == tree_lines::box_drawing ? box_pieces : ascii_pieces);
  return rows;
}

bool is_settled(const value& tree) {
  if (health_of(tree.get_string("state")) == tree_row::health::changing) return false;
  const auto& children = children_of(tree);
  return std::all_of(children.begin(), children.end(), [](const value& c) { return is_settled(c); });
}

}  // namespace agents::cli
