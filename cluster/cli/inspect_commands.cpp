// SPDX-License-Identifier: Apache-2.0
#include "cluster/cli/inspect_commands.hpp"

#include <iomanip>
#include <map>
#include <optional>
#include <ostream>
#include <utility>

#include "cluster/cli/home.hpp"
#include "cluster/cli/run_choice.hpp"
#include "cluster/cli/run_lock.hpp"
#include "cluster/cli/running_node.hpp"
#include "cluster/cli/session.hpp"
#include "cluster/control/offer_rows.hpp"
#include "libagents/contract/printable.hpp"
#include "libagents/orchestration/run_state.hpp"

namespace agents::cli {
namespace {

expected<std::shared_ptr<journal::store>> open_store() {
  static const system_clock clock;
  return open_home_store(journal::durability::normal, clock);
}

/// A run that is open in the journal is running only while a process works on it.
std::string status_of(std::string_view in_journal, const std::optional<std::int64_t>& worker) {
  return in_journal == "running" && !worker ? "interrupted" : std::string{in_journal};
}

std::optional<std::int64_t> worker_of(const journal::run_summary& r) {
  return journal::is_open(r.status) ? cli::worker_of(r.run) : std::nullopt;
}

value run_row(const journal::run_summary& r) {
  const auto worker = worker_of(r);
  object row{{"run_id", r.run.to_string()},      {"status", status_of(r.status, worker)}, {"job", r.job},
             {"started", to_iso8601(r.started)}, {"updated", to_iso8601(r.updated)},      {"events", r.events}};
  if (worker) row["process"] = *worker;
  return row;
}

value event_row(const event& e) {
  object out{{"kind", to_string(e.kind)}, {"at", to_iso8601(e.at)}};
  const auto text = [&out](std::string_view name, const std::string& v) {
    if (!v.empty()) out[name] = v;
  };
  text("step", e.step);
  text("capability", e.capability);
  text("module", e.module);
  text("version", e.version);
  text("text", e.text);
  if (e.attempt > 0) out["attempt"] = e.attempt;
  if (e.outcome != errc::none) out["outcome"] = to_string(e.outcome);
  if (e.kind == event_kind::verdict) out["score"] = e.score;
  if (e.queueing > duration::zero()) out["queueing_seconds"] = seconds(e.queueing);
  if (e.handling > duration::zero()) out["handling_seconds"] = seconds(e.handling);
  if (e.micro_money > 0) out["money"] = static_cast<double>(e.micro_money) / 1e6;
  if (e.tokens > 0) out["tokens"] = e.tokens;
  if (e.data) out["data"] = *e.data;
  return out;
}

/// One line per event under the step it belongs to; steps in the order of their first event.
class trace_printer {
 public:
  explicit trace_printer(const console& c) : c_(c) {}

  void print(const std::vector<event>& events) {
    std::vector<std::string> order;
    std::map<std::string, std::vector<const event*>> by_step;
    for (const auto& e : events) {
      if (e.step.empty()) continue;
      auto& list = by_step[e.step];
      if (list.empty()) order.push_back(e.step);
      list.push_back(&e);
    }
    for (const auto& e : events)
      if (e.kind == event_kind::run_started) begin_ = e.at;
    for (const auto& step : order) print_step(step, by_step[step]);
  }

 private:
  void print_step(const std::string& step, const std::vector<const event*>& events) {
    const bool failed = events.back()->kind == event_kind::step_finished && events.back()->outcome != errc::none;
    c_.out << (failed ? c_.red("✗ ") : c_.green("● ")) << c_.bold(step) << '\n';
    for (const auto* e : events) print_event(*e);
  }

  void print_event(const event& e) {
    const auto when = "+" + human_seconds(seconds(e.at - begin_));
    switch (e.kind) {
      case event_kind::attempt_started:
        c_.out << "    " << when << "  attempt " << e.attempt << " → " << e.module << ' ' << e.version
               << c_.dim(e.data ? "  " + decision(*e.data) : "") << '\n';
        return;
      case event_kind::attempt_finished:
        c_.out << "    " << when << "  attempt " << e.attempt << ' '
               << (e.outcome == errc::none ? c_.green("ok") : c_.red(to_string(e.outcome))) << " in "
               << human_seconds(seconds(e.handling)) << c_.dim(" (waited " + human_seconds(seconds(e.queueing)) + ")")
               << cost(e) << (e.text.empty() ? "" : "  " + printable(e.text)) << '\n';
        return;
      case event_kind::verdict:
        c_.out << "    " << when << "  verdict of " << (e.module.empty() ? e.capability : e.module) << ": "
               << (e.outcome == errc::none ? c_.green("pass") : c_.red("refused")) << ", score " << e.score
               << (e.text.empty() ? "" : "  " + printable(e.text)) << '\n';
        return;
      case event_kind::reflection:
        c_.out << "    " << when << "  " << c_.yellow("reflect: " + printable(e.text))
               << (e.data ? "  because " + printable(e.data->get_string("why")) : "") << '\n';
        return;
      case event_kind::approval_requested:
        c_.out << "    " << when << "  " << c_.yellow("waits for a person: ") << printable(e.text) << '\n';
        return;
      case event_kind::approval_given:
        c_.out << "    " << when << "  a person " << (e.data && e.data->get_bool("approved") ? "approved " : "refused ")
               << printable(e.text) << '\n';
        return;
      default: return;
    }
  }

  static std::string decision(const value& d) {
    std::string text = "by " + std::string{d.get_string("policy")};
    if (const auto* refused = d.find("refused"))
      for (const auto& m : refused->as_object()) text += "; not " + m.name + ": " + m.value.as_string();
    return text;
  }

  static std::string cost(const event& e) {
    std::string text;
    if (e.micro_money > 0) text += ", cost " + std::to_string(static_cast<double>(e.micro_money) / 1e6);
    if (e.tokens > 0) text += ", " + std::to_string(e.tokens) + " tokens";
    return text;
  }

  const console& c_;
  time_point begin_{};
};

void print_offer(const value& o, const console& c) {
  c.out << std::left << std::setw(26) << o.get_string("capability") << ' ' << std::setw(24)
        << (std::string{o.get_string("module")} + " " + std::string{o.get_string("version")}) << ' ' << std::setw(11)
        << o.get_string("effect") << " reliability " << std::fixed << std::setprecision(3)
        << o.get_number("reliability") << "  " << c.dim(printable(o.get_string("description"))) << '\n';
}

/// What the node that runs here answers to this command, with a row about it.
expected<value> told_by(node_contact n, const std::string& command, value arguments) {
  auto answer = n.client->ask(command, std::move(arguments));
  if (answer) answer->as_object()["node"] = row_of(n);
  return answer;
}

/// A node that is started only to be looked at. `config` may be empty.
expected<std::unique_ptr<session>> node_with(const std::string& config, bool in_memory) {
  node_settings settings;
  if (!config.empty()) {
    auto loaded = load_node_settings(config);
    if (!loaded) return loaded.propagate();
    settings = std::move(*loaded);
  }
  return session::open({.settings = std::move(settings), .observers = {}, .in_memory = in_memory});
}

/// Those of the node that runs, or of one that is started for this.
expected<value> known_modules(bool schemas, const std::string& config) {
  if (config.empty())
    if (auto n = find_node()) return told_by(std::move(*n), "modules", object{{"schemas", schemas}});
  const auto work = node_with(config, false);
  if (!work) return work.propagate();
  const auto with = schemas ? control::with_schemas::yes : control::with_schemas::no;
  return value{object{{"modules", control::offer_rows((*work)->get().registry(), with)}}};
}

expected<value> known_grants(const std::string& config) {
  if (config.empty())
    if (auto n = find_node()) return told_by(std::move(*n), "grants", object{});
  const auto work = node_with(config, true);
  if (!work) return work.propagate();
  return value{object{{"grants", (*work)->get().grants()}}};
}

void print_origin(const value& known, const console& c) {
  if (const auto* n = known.find("node"))
    c.out << c.dim("of the node that runs here (process " + std::to_string(n->get_integer("pid")) + "):") << '\n';
}

std::string listed(const value& texts, const std::string& none) {
  std::string out;
  for (const auto& t : texts.as_array()) out += (out.empty() ? "" : ", ") + t.as_string();
  return out.empty() ? none : out;
}

/// What one module may do by its configuration, what it asked for, and its limits.
void print_grants(const value& row, const console& c) {
  c.out << c.bold(std::string{row.get_string("module")}) << '\n';
  const auto line = [&c](const std::string& name, const std::string& text, const std::string& by) {
    c.out << "    " << std::left << std::setw(12) << name << std::setw(24) << text << "  " << c.dim(by) << '\n';
  };
  if (row.get_bool("trusted")) {
    line("trusted", "no sandbox, no limits", "trusted = true");
  } else {
    line("network", row.get_bool("network") ? "the host's" : "none", "network namespace");
    line("read", listed(*row.find("read"), "its folder, the system"), "bubblewrap");
    line("write", listed(*row.find("write"), "none but its /tmp"), "bubblewrap");
    for (const auto& l : row.find("limits")->as_array())
      line(std::string{l.get_string("limit")}, std::string{l.get_string("value")}, std::string{l.get_string("by")});
  }
  for (const auto& a : row.find("asked")->as_array()) {
    const grant_request g{std::string{a.get_string("grant")}, printable(a.get_string("path")),
                          a.get_number("amount", 0), a.get_bool("optional"), printable(a.get_string("why"))};
    c.out << "    asks for " << to_string(g) << (g.optional ? " (optional)" : "") << (g.why.empty() ? "" : ": " + g.why)
          << " → " << a.get_string("answer") << (a.find("remedy") ? "; set " + std::string{a.get_string("remedy")} : "")
          << '\n';
  }
}

}  // namespace

exit_code runs(std::size_t limit, const console& c) {
  const auto store = open_store();
  if (!store) return c.fail(store.error());
  const auto list = (*store)->runs(limit);
  if (!list) return c.fail(list.error());
  if (c.json) {
    array rows;
    for (const auto& r : *list) rows.push_back(run_row(r));
    c.print(object{{"runs", std::move(rows)}});
    return exit_code::ok;
  }
  if (list->empty()) c.out << "no runs yet; try: agents run examples/licence_review\n";
  for (const auto& r : *list)
    c.out << r.run.to_string() << "  " << std::left << std::setw(11) << status_of(r.status, worker_of(r)) << "  "
          << to_iso8601(r.started) << "  " << r.job << '\n';
  return exit_code::ok;
}

exit_code trace(const std::string& run, const console& c) {
  const auto id = choose_run(run);
  if (!id) return c.fail(id.error());
  const auto store = open_store();
  if (!store) return c.fail(store.error());
  const auto history = (*store)->read(*id);
  if (!history) return c.fail(history.error());
  if (c.json) {
    array rows;
    for (const auto& e : history->events) rows.push_back(event_row(e));
    c.print(object{{"run_id", id->to_string()}, {"events", std::move(rows)}});
    return exit_code::ok;
  }
  trace_printer{c}.print(history->events);
  run_state state;
  for (const auto& e : history->events) (void)apply(state, e);
  c.out << c.bold(status_of(to_string(state.status), cli::worker_of(*id)))
        << (state.problem.empty() ? "" : ": " + state.problem) << '\n';
  if (history->damage)
    c.err << "the journal is damaged: what follows sequence " << history->next_sequence << " is lost\n";
  return exit_code::ok;
}

exit_code modules(bool schemas, const std::string& config, const console& c) {
  const auto known = known_modules(schemas, config);
  if (!known) return fail_with(known.error(), c);
  if (c.json) return c.print(*known), exit_code::ok;
  print_origin(*known, c);
  for (const auto& o : known->find("modules")->as_array()) print_offer(o, c);
  return exit_code::ok;
}

exit_code module_grants(const std::string& config, const console& c) {
  const auto known = known_grants(config);
  if (!known) return fail_with(known.error(), c);
  if (c.json) return c.print(*known), exit_code::ok;
  print_origin(*known, c);
  const auto& rows = known->find("grants")->as_array();
  if (rows.empty()) c.out << "no process modules; name a configuration that has some: --config FILE\n";
  for (const auto& row : rows) print_grants(row, c);
  return exit_code::ok;
}

}  // namespace agents::cli
