// SPDX-License-Identifier: Apache-2.0
// What a running node can be asked. A new command is a function and a line in the table at the end.
#include "cluster/control/commands.hpp"

#include <set>
#include <utility>

#include "cluster/control/offer_rows.hpp"

namespace agents::control {
namespace {

constexpr double longest_call_seconds = 86400;

/// Sums over replicas; a replica offers several capabilities, and counts once.
object counts(const registry& r) {
  std::set<const replica_handle*> replicas;
  std::set<const manifest*> modules;
  std::int64_t up = 0;
  std::int64_t waiting = 0;
  std::int64_t in_flight = 0;
  for (const auto& o : r.all()) {
    modules.insert(o->from.get());
    for (const auto& one : o->replicas) {
      if (!replicas.insert(one.get()).second) continue;
      up += one->up.load() ? 1 : 0;
      waiting += one->waiting.load();
      in_flight += one->in_flight.load();
    }
  }
  return {{"modules", modules.size()},
          {"replicas", replicas.size()},
          {"replicas_up", up},
          {"waiting", waiting},
          {"in_flight", in_flight}};
}

expected<value> status(control_context& c, const value&) {
  auto out = c.about;
  out["up_seconds"] = seconds(c.of.time().now() - c.started);
  out["started"] = to_iso8601(c.started);
  for (auto& m : counts(c.of.registry())) out[m.name] = std::move(m.value);
  if (c.more_status) {
    auto more = c.more_status();
    for (auto& m : more.as_object()) out[m.name] = std::move(m.value);
  }
  return value{std::move(out)};
}

expected<value> tree(control_context& c, const value&) { return c.of.tree(); }

expected<value> modules(control_context& c, const value& arguments) {
  const auto schemas = arguments.get_bool("schemas") ? with_schemas::yes : with_schemas::no;
  return value{object{{"modules", offer_rows(c.of.registry(), schemas)}}};
}

expected<value> grants(control_context& c, const value&) { return value{object{{"grants", c.of.grants()}}}; }

/// The end first: when the program ends, open requests end as cancelled.
void stop(control_context& c, const std::shared_ptr<exchange>& x) {
  x->end(value{object{}});
  c.stop();
}

value answer_of(const shared_value& output, duration took) {
  return object{{"output", *output}, {"seconds", seconds(took)}};
}

expected<duration> timeout_of(const value& arguments) {
  if (!arguments.find("timeout_seconds")) return duration::zero();
  const auto s = arguments.get_number("timeout_seconds");
  if (s > 0 && s <= longest_call_seconds) return duration{static_cast<std::int64_t>(s * 1e9)};
  return unexpected{errc::bad_input, "`timeout_seconds`: expected a number above 0, at most 86400"};
}

/// Nobody waits in a thread for it; a client that goes away cancels it.
void call(control_context& c, const std::shared_ptr<exchange>& x) {
  const auto capability = x->arguments().get_string("capability");
  const auto* input = x->arguments().find("input");
  const auto timeout = timeout_of(x->arguments());
  if (capability.empty() || !input) return x->end(unexpected{errc::bad_input, "`capability` and `input` are needed"});
  if (!timeout) return x->end(timeout.propagate());
  const auto began = c.of.time().now();
  const auto asked = c.of.begin_ask(capability, *input, *timeout, [x, began, &c](expected<shared_value> r) {
    if (!r) return x->end(r.propagate());
    x->end(answer_of(*r, c.of.time().now() - began));
  });
  x->on_abandoned([asked] { asked->cancel(); });
}

value row_of(const outcome_counts& c) { return object{{"good", c.good}, {"failed", c.failed}}; }

value row_of(const upgrade_report& r) {
  object out{{"module", r.module}, {"from", r.from}, {"to", r.to}, {"rolled_back", r.rolled_back}};
  out["seconds"] = seconds(r.took);
  if (r.rolled_back) out["why"] = r.why;
  if (r.fresh.good + r.fresh.failed > 0) out["canary"] = object{{"new", row_of(r.fresh)}, {"old", row_of(r.old)}};
  return out;
}

expected<upgrade_options> upgrade_options_of(const value& arguments) {
  upgrade_options o;
  const auto span = [&arguments](const char* name, duration& out) {
    if (!arguments.find(name)) return true;
    const auto s = arguments.get_number(name);
    out = duration{static_cast<std::int64_t>(s * 1e9)};
    return s > 0 && s <= longest_call_seconds;
  };
  o.canary.share = arguments.get_number("canary_share", 0);
  const auto requests = arguments.get_number("canary_requests", static_cast<double>(o.canary.requests));
  if (!(requests >= 1 && requests <= 1e9))
    return unexpected{errc::bad_input, "`canary_requests`: expected a number from 1 to 1000000000"};
  o.canary.requests = static_cast<std::uint64_t>(requests);
  if (!span("canary_seconds", o.canary.at_most) || !span("drain_seconds", o.drain))
    return unexpected{errc::bad_input, "`canary_seconds`, `drain_seconds`: expected numbers above 0, at most 86400"};
  return o;
}

/// Goes on when the client goes away: half an upgrade is no state to be left in.
void upgrade(control_context& c, const std::shared_ptr<exchange>& x) {
  const auto module = std::string{x->arguments().get_string("module")};
  const auto options = upgrade_options_of(x->arguments());
  if (!c.upgrade) return x->end(unexpected{errc::unsupported, "this node cannot upgrade modules"});
  if (module.empty()) return x->end(unexpected{errc::bad_input, "`module` is needed"});
  if (!options) return x->end(options.propagate());
  c.upgrade(module, *options, [x](expected<upgrade_report> r) {
    if (!r) return x->end(r.propagate());
    x->end(row_of(*r));
  });
}

void events(control_context& c, const std::shared_ptr<exchange>& x) { c.events.subscribe(x); }

/// A command that gives its result, and may take its time.
command simple(control_context& c, std::string name, expected<value> (*f)(control_context&, const value&)) {
  return {std::move(name), command::simple{[&c, f](const value& arguments) { return f(c, arguments); }}};
}

/// A command that ends its exchange itself.
command open(control_context& c, std::string name, void (*f)(control_context&, const std::shared_ptr<exchange>&)) {
  return {std::move(name), command::open{[&c, f](const std::shared_ptr<exchange>& x) { f(c, x); }}};
}

}  // namespace

std::vector<command> commands_of(control_context& c) {
  return {
      simple(c, "status", status),    //
      simple(c, "tree", tree),        //
      simple(c, "modules", modules),  //
      simple(c, "grants", grants),    //
      open(c, "stop", stop),          //
      open(c, "call", call),          //
      open(c, "upgrade", upgrade),    //
      open(c, "events", events),      //
  };
}

}  // namespace agents::control
