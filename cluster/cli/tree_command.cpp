// SPDX-License-Identifier: Apache-2.0
#include "cluster/cli/tree_command.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <ostream>
#include <string_view>
#include <utility>
#include <vector>

#include "cluster/cli/running_node.hpp"
#include "cluster/cli/session.hpp"
#include "cluster/cli/tree_view.hpp"
#include "libagents/contract/json.hpp"

namespace agents::cli {
namespace {

constexpr duration refresh_every = std::chrono::milliseconds{500};
/// What is being started is waited for at most so long, looking so often.
constexpr duration start_patience = std::chrono::seconds{2};
constexpr duration look_every = std::chrono::milliseconds{1};

struct column {
  std::string_view title;
  std::string tree_row::*field;
};

constexpr std::array<column, 6> columns{{{"STATE", &tree_row::state},
                                         {"STRATEGY", &tree_row::strategy},
                                         {"LIMIT", &tree_row::limit},
                                         {"RESTARTS", &tree_row::restarts},
                                         {"MAILBOX", &tree_row::mailbox},
                                         {"IN FLIGHT", &tree_row::in_flight}}};

/// How many columns a text takes: one for each code point, which is right for names and box drawing.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string padded(std::string_view text, std::size_t columns) {
  return std::string{text} + std::string(columns - std::min(columns, width(text)), ' ');
}

bool is_utf8_locale() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* set = std::getenv(name);
    if (!set || *set == '\0') continue;
    const std::string_view locale{set};
    return locale.find("UTF-8") != std::string_view::npos || locale.find("utf8") != std::string_view::npos;
  }
  return false;
}

std::string painted(const console& c, const tree_row& row, const std::string& state) {
  if (row.state.empty()) return state;
  switch (row.how) {
    case tree_row::health::running: return c.green(state);
    case tree_row::health::changing: return c.yellow(state);
    case tree_row::health::down: return c.red(state);
  }
  return state;
}

std::array<std::size_t, columns.size()> widths_of(const std::vector<tree_row>& rows) {
  std::array<std::size_t, columns.size()> widths{};
  for (std::size_t i = 0; i < columns.size(); ++i) {
    widths[i] = columns[i].title.size();
    for (const auto& r : rows) widths[i] = std::max(widths[i], width(r.*columns[i].field));
  }
  return widths;
}

std::string trimmed(std::string line) {
  line.resize(line.find_last_not_of(' ') + 1);
  return line;
}

void print_table(const std::vector<tree_row>& rows, const console& c) {
  std::size_t first = 0;
  for (const auto& r : rows) first = std::max(first, width(r.branches) + width(r.name));
  const auto widths = widths_of(rows);
  std::string titles = padded("", first);
  for (std::size_t i = 0; i < columns.size(); ++i) titles += "  " + padded(columns[i].title, widths[i]);
  c.out << c.dim(trimmed(titles)) << '\n';
  for (const auto& r : rows) {
    std::string rest;
    for (std::size_t i = 1; i < columns.size(); ++i) rest += "  " + padded(r.*columns[i].field, widths[i]);
    const auto name = r.name + std::string(first - width(r.branches) - width(r.name), ' ');
    c.out << trimmed(c.dim(r.branches) + name + "  " + painted(c, r, padded(r.state, widths[0])) + rest) << '\n';
  }
}

/// The tree once everything that starts has started; nothing after Ctrl-C.
std::optional<value> settled_tree(node& n) {
  const auto until = n.time().now() + start_patience;
  auto t = n.tree();
  while (!is_settled(t) && n.time().now() < until) {
    if (wait_for_interrupt(look_every)) return std::nullopt;
    t = n.tree();
  }
  return t;
}

void show(const value& t, const tree_options& o, const console& c) {
  if (c.json) {
    c.out << to_json(t, o.watch ? json_style::compact : json_style::pretty) << std::endl;
    return;
  }
  if (o.watch && c.out_is_terminal) c.out << "\x1b[H\x1b[2J";
  print_table(tree_rows(t, c.out_is_terminal && is_utf8_locale() ? tree_lines::box_drawing : tree_lines::ascii), c);
  if (o.watch && !c.out_is_terminal) c.out << '\n';
  c.out.flush();
}

/// What supervisors do: then the tree is shown again at once.
const array worth_a_look{"replica_started", "replica_exited", "replica_restarted", "replica_escalated", "alert"};

/// Waits until something happens to the tree, or for the usual time; false after Ctrl-C, or when the node is gone. What
/// came together is one change.
bool wait_for_change(node_contact& watched) {
  auto e = watched.client->next(refresh_every);
  while (e && *e) e = watched.client->next(duration::zero());
  return e.has_value();
}

expected<value> tree_of(node_contact& n) {
  auto t = n.client->ask("tree");
  if (t && t->is_object()) t->as_object()["node"] = row_of(n);
  return t;
}

exit_code tree_of_running(node_contact n, const tree_options& o, const console& c) {
  const auto first = tree_of(n);
  if (!first) return fail_with(first.error(), c);
  if (!c.json) c.out << c.dim("of " + name_of(n.who) + ":") << '\n';
  show(*first, o, c);
  if (!o.watch) return exit_code::ok;
  auto watched = find_node();
  if (!watched) return exit_code::ok;
  watched->client->begin("events", object{{"kinds", worth_a_look}});
  while (c.out && wait_for_change(*watched)) {
    const auto t = tree_of(n);
    if (!t) return t.error().code == errc::node_down ? exit_code::ok : fail_with(t.error(), c);
    show(*t, o, c);
  }
  return exit_code::ok;
}

}  // namespace

exit_code tree(const tree_options& o, const console& c) {
  if (o.config.empty())
    if (auto n = find_node()) return tree_of_running(std::move(*n), o, c);
  node_settings settings;
  if (!o.config.empty()) {
    auto loaded = load_node_settings(o.config);
    if (!loaded) return c.fail(loaded.error());
    settings = std::move(*loaded);
  }
  auto work = session::open({.settings = std::move(settings), .observers = {}, .in_memory = true});
  if (!work) return c.fail(work.error());
  auto& node = (*work)->get();
  const auto first = settled_tree(node);
  if (!first) return exit_code::interrupted;
  show(*first, o, c);
  while (o.watch && !wait_for_interrupt(refresh_every) && c.out) show(node.tree(), o, c);
  return exit_code::ok;
}

}  // namespace agents::cli
