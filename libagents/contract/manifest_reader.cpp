// SPDX-License-Identifier: Apache-2.0
#include "libagents/contract/manifest_reader.hpp"

#include <cmath>
#include <utility>

namespace agents {
namespace {

/// A thousand years: longer times would not fit a `duration`.
constexpr double most_seconds = 3e9;
/// The largest integer that every language has: docs/wire_format.md.
constexpr double most_count = 9007199254740991.0;

/// Reads members of one object; the first mistake stays.
class reader {
 public:
  reader(const value& v, std::string place) : from_(v), place_(std::move(place)) {
    if (!v.is_object()) fail("", "a map");
  }

  void text(std::string_view name, std::string& out, bool required) {
    const auto* v = member(name, required, "a text");
    if (!v) return;
    if (!v->is_string()) return fail(name, "a text");
    out = v->as_string();
  }
  void schema(std::string_view name, value& out) {
    const auto* v = member(name, true, "a JSON Schema");
    if (!v) return;
    if (!v->is_object() && !v->is_bool()) return fail(name, "a JSON Schema: a map or a boolean");
    out = *v;
  }
  void number(std::string_view name, double most, double& out) {
    const auto* v = member(name, false, "a number");
    if (!v) return;
    if (!v->is_number() || !(v->as_number() >= 0) || v->as_number() > most)
      return fail(name, "a number that is not negative, at most " + std::to_string(static_cast<std::int64_t>(most)));
    out = v->as_number();
  }
  void count(std::string_view name, std::uint32_t& out) {
    double n = out;
    number(name, UINT32_MAX, n);
    out = static_cast<std::uint32_t>(n);
  }
  void flag(std::string_view name, bool& out) {
    const auto* v = member(name, false, "a boolean");
    if (!v) return;
    if (!v->is_bool()) return fail(name, "a boolean");
    out = v->as_bool();
  }
  const array* list(std::string_view name, bool required = true) {
    const auto* v = member(name, required, "a list");
    if (v && !v->is_array()) fail(name, "a list");
    return v && v->is_array() ? &v->as_array() : nullptr;
  }

  [[nodiscard]] const expected<void>& state() const { return state_; }
  void adopt(const expected<void>& other) {
    if (state_ && !other) state_ = other;
  }
  void fail(std::string_view name, const std::string& what) {
    const auto field = place_ + (place_.empty() || name.empty() ? "" : ".") + std::string{name};
    const auto where = field.empty() ? "manifest" : "manifest, `" + field + "`";
    if (state_) state_ = unexpected{errc::bad_input, where + ": expected " + what};
  }

 private:
  const value* member(std::string_view name, bool required, const std::string& what) {
    const auto* v = from_.find(name);
    if (!v && required) fail(name, what);
    return v;
  }

  const value& from_;
  std::string place_;
  expected<void> state_;
};

void read_effect(reader& r, effect& out) {
  std::string name{to_string(out)};
  r.text("effect", name, false);
  for (const auto e : {effect::pure, effect::idempotent, effect::effectful})
    if (name == to_string(e)) return void(out = e);
  r.fail("effect", "\"pure\", \"idempotent\" or \"effectful\"");
}

capability_contract read_capability(const value& v, const std::string& place, expected<void>& state) {
  reader r{v, place};
  capability_contract c;
  r.text("id", c.id, true);
  r.text("description", c.description, false);
  read_effect(r, c.effect);
  r.schema("input", c.input);
  r.schema("output", c.output);
  double timeout = seconds(c.timeout);
  r.number("timeout_seconds", most_seconds, timeout);
  c.timeout = std::chrono::round<duration>(std::chrono::duration<double>{timeout});
  double money = 0;
  r.number("money", most_count / 1e6, money);
  c.micro_money = std::llround(money * 1e6);
  double tokens = 0;
  r.number("tokens", most_count, tokens);
  c.tokens = static_cast<std::int64_t>(tokens);
  state = r.state();
  return c;
}

grant_request read_grant(const value& v, const std::string& place, expected<void>& state) {
  reader r{v, place};
  grant_request g;
  r.text("grant", g.grant, true);
  r.text("path", g.path, false);
  r.number("amount", most_count, g.amount);
  r.flag("optional", g.optional);
  r.text("why", g.why, false);
  state = r.state();
  return g;
}

}  // namespace

expected<manifest> read_manifest(const value& v) {
  reader r{v, ""};
  manifest m;
  r.text("name", m.name, true);
  r.text("version", m.version, true);
  r.text("description", m.description, false);
  r.text("author", m.author, false);
  r.count("mailbox_capacity", m.mailbox_capacity);
  r.count("concurrency", m.concurrency);
  if (const auto* offered = r.list("capabilities")) {
    for (std::size_t i = 0; i < offered->size(); ++i) {
      expected<void> state;
      m.capabilities.push_back(read_capability((*offered)[i], "capabilities[" + std::to_string(i) + "]", state));
      r.adopt(state);
    }
  }
  if (const auto* asked = r.list("grants", false)) {
    for (std::size_t i = 0; i < asked->size(); ++i) {
      expected<void> state;
      m.grants.push_back(read_grant((*asked)[i], "grants[" + std::to_string(i) + "]", state));
      r.adopt(state);
    }
  }
  if (!r.state()) return r.state().propagate();
  return m;
}

}  // namespace agents
