// SPDX-License-Identifier: Apache-2.0
#include "cluster/cli/node_commands.hpp"

#include <fstream>
#include <iostream>
#include <iterator>
#include <ostream>
#include <thread>

#include "cluster/cli/running_node.hpp"
#include "cluster/cli/session.hpp"
#include "libagents/contract/json.hpp"
#include "libagents/contract/printable.hpp"

namespace agents::cli {
namespace {

constexpr duration look_every = std::chrono::milliseconds{20};
constexpr std::string_view nothing = "{}";

/// At most a byte more than a request may have, so that an endless input ends in an error.
std::string read_all(std::istream& in) {
  std::string text(control::max_request_bytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

expected<std::string> text_of(const std::string& input) {
  if (input.empty()) return std::string{nothing};
  if (input == "-") return read_all(std::cin);
  if (input.front() != '@') return input;
  std::ifstream in{input.substr(1), std::ios::binary};
  if (!in) return unexpected{errc::not_found, "the file " + input.substr(1) + " cannot be read"};
  return read_all(in);
}

expected<value> read_input(const std::string& input) {
  const auto text = text_of(input);
  if (!text) return text.propagate();
  auto v = parse_json(*text, {.max_bytes = control::max_request_bytes});
  if (v) return v;
  return unexpected{errc::bad_input, "the input is not JSON: " + v.error().message +
                                         "; write '{\"text\": \"hi\"}', @FILE, or - for standard input"};
}

void print_status(const value& s, const console& c) {
  c.out << c.bold("node " + std::to_string(s.get_integer("pid"))) << " of " << s.get_string("home") << ", up "
        << human_seconds(s.get_number("up_seconds")) << ", version " << s.get_string("version") << '\n';
  c.out << "  modules " << s.get_integer("modules") << ", replicas " << s.get_integer("replicas") << " ("
        << s.get_integer("replicas_up") << " up), waiting " << s.get_integer("waiting") << ", in flight "
        << s.get_integer("in_flight") << '\n';
  for (const auto* name : {"config", "control", "listen", "public_key", "metrics"})
    if (const auto text = s.get_string(name); !text.empty()) c.out << "  " << name << ' ' << printable(text) << '\n';
  const auto* workers = s.find("workers");
  const auto* there = workers ? workers->find("workers") : nullptr;
  if (!there) return;
  for (const auto& w : there->as_array())
    c.out << "  worker " << printable(w.get_string("worker")) << ": " << printable(w.get_string("module")) << '\n';
  if (there->as_array().empty()) c.out << "  no workers of other hosts\n";
}

void print_event(const value& e, const console& c) {
  if (c.json) {
    c.out << to_json(e) << std::endl;
    return;
  }
  if (const auto lost = e.get_integer("lost"); lost > 0)
    c.out << c.yellow("(" + std::to_string(lost) + " lost)") << '\n';
  c.out << c.dim(e.get_string("at")) << ' ' << e.get_string("kind");
  for (const auto* name : {"step", "module", "capability", "outcome", "text"})
    if (!e.get_string(name).empty()) c.out << ' ' << printable(e.get_string(name));
  c.out << std::endl;
}

}  // namespace

exit_code status(const console& c) {
  auto n = contact_node();
  if (!n) return c.fail(n.error());
  const auto s = n->client->ask("status");
  if (!s) return fail_with(s.error(), c);
  if (c.json)
    c.print(*s);
  else
    print_status(*s, c);
  return exit_code::ok;
}

exit_code call(const call_options& o, const console& c) {
  const auto input = read_input(o.input);
  if (!input) return c.fail(input.error());
  auto n = contact_node();
  if (!n) return c.fail(n.error());
  object arguments{{"capability", o.capability}, {"input", *input}};
  if (o.timeout_seconds > 0) arguments["timeout_seconds"] = o.timeout_seconds;
  const auto r = n->client->ask("call", std::move(arguments));
  if (!r) return fail_with(r.error(), c);
  const auto* output = r->find("output");
  c.print(c.json || !output ? *r : *output);
  return exit_code::ok;
}

exit_code upgrade(const upgrade_command& o, const console& c) {
  auto n = contact_node();
  if (!n) return c.fail(n.error());
  object arguments{{"module", o.module}};
  if (o.canary > 0) arguments["canary_share"] = o.canary;
  if (o.requests > 0) arguments["canary_requests"] = o.requests;
  if (o.canary_seconds > 0) arguments["canary_seconds"] = o.canary_seconds;
  if (o.drain_seconds > 0) arguments["drain_seconds"] = o.drain_seconds;
  const auto r = n->client->ask("upgrade", std::move(arguments));
  if (!r) return fail_with(r.error(), c);
  const bool back = r->get_bool("rolled_back");
  const auto code = back ? exit_code::failed : exit_code::ok;
  if (c.json) return c.print(*r), code;
  c.out << o.module << ' ' << r->get_string("from") << " → " << r->get_string("to");
  if (back) c.out << " was taken back: " << printable(r->get_string("why"));
  if (const auto* canary = r->find("canary"))
    c.out << "; as a canary " << canary->find("new")->get_integer("good") << " good, "
          << canary->find("new")->get_integer("failed") << " failed";
  c.out << " (" << human_seconds(r->get_number("seconds")) << ")\n";
  return code;
}

exit_code events(const events_options& o, const console& c) {
  auto n = contact_node();
  if (!n) return c.fail(n.error());
  object arguments;
  if (!o.kinds.empty()) arguments["kinds"] = array(o.kinds.begin(), o.kinds.end());
  if (!o.module.empty()) arguments["module"] = o.module;
  n->client->begin("events", std::move(arguments));
  while (c.out) {
    const auto e = n->client->next(std::chrono::hours{1});
    if (!e && e.error().code == errc::cancelled) return exit_code::ok;
    if (!e) return c.fail(e.error());
    if (*e) print_event(**e, c);
  }
  return exit_code::ok;
}

exit_code down(double timeout_seconds, const console& c) {
  auto n = contact_node();
  if (!n) return c.fail(n.error());
  if (const auto ok = n->client->ask("stop"); !ok) return fail_with(ok.error(), c);
  const system_clock clock;
  const auto until = clock.now() + duration{static_cast<std::int64_t>(timeout_seconds * 1e9)};
  for (;;) {
    const auto found = control::node_place::find(n->home);
    if (!found || found->pid != n->who.pid) break;
    if (clock.now() >= until)
      return c.fail({errc::deadline, "process " + std::to_string(n->who.pid) + " still ends its modules after " +
                                         human_seconds(timeout_seconds) + "; wait, or end it at once: kill -9 " +
                                         std::to_string(n->who.pid)});
    if (wait_for_interrupt(look_every)) return exit_code::interrupted;
  }
  if (c.json) return c.print(object{{"ended", static_cast<std::int64_t>(n->who.pid)}}), exit_code::ok;
  c.out << "node " << n->who.pid << " has ended\n";
  return exit_code::ok;
}

}  // namespace agents::cli
