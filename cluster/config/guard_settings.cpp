// SPDX-License-Identifier: Apache-2.0
#include "cluster/config/guard_settings.hpp"

#include <string>

namespace agents::config {
namespace {

setter share(double& out) {
  return [&out](const value& v) -> expected<void> {
    if (!v.is_number() || v.as_number() <= 0 || v.as_number() > 1) return wanted("a number above 0, at most 1");
    out = v.as_number();
    return {};
  };
}

setter some_time(duration& out) {
  return [&out](const value& v) -> expected<void> {
    if (auto ok = time_span(out)(v); !ok) return ok;
    return out > duration::zero() ? expected<void>{} : wanted("a time longer than 0");
  };
}

setters hang_keys(hang_limits& h) {
  return {{"yield", some_time(h.yield)},
          {"grace", time_span(h.grace)},
          {"abandoned_threads", whole(h.abandoned_threads, 1, 1000)}};
}

setters circuit_keys(circuit_options& c) {
  return {{"enabled", flag(c.enabled)},        {"window", whole(c.window, 1, 64)},
          {"least", whole(c.least, 1, 64)},    {"failures", share(c.failures)},
          {"open", some_time(c.open)},         {"open_at_most", some_time(c.open_at_most)},
          {"probes", whole(c.probes, 1, 1000)}};
}

expected<void> check(const toml_document& d, const std::string& pointer, const value& table, const circuit_options& c) {
  if (!c.enabled && table.as_object().size() > 1)
    return d.at(pointer, "`circuit`: with enabled = false the other keys have no effect; remove them");
  if (c.least > c.window)
    return d.at(pointer, "`circuit`: `least` " + std::to_string(c.least) + " is never reached in a `window` of " +
                             std::to_string(c.window) + "; make it smaller, or the window larger");
  if (c.open_at_most < c.open) return d.at(pointer, "`circuit`: `open_at_most` must not be shorter than `open`");
  return {};
}

}  // namespace

void add_guard_keys(setters& known) {
  for (const auto* key : {"hang", "circuit"}) known[key] = [](const value&) { return expected<void>{}; };
}

expected<void> read_guards(const toml_document& d, const named_table& module, module_options& out) {
  if (const auto* hang = module.content->find("hang")) {
    const auto pointer = module.pointer + "/hang";
    if (auto ok = read_table(d, pointer, *hang, hang_keys(out.hang)); !ok) return ok;
    if (module.content->find("command"))
      return d.at(pointer, "`hang` has no effect on a module with a `command`; set `hang_grace` and `silence`");
  }
  if (const auto* circuit = module.content->find("circuit")) {
    const auto pointer = module.pointer + "/circuit";
    if (auto ok = read_table(d, pointer, *circuit, circuit_keys(out.circuit)); !ok) return ok;
    return check(d, pointer, *circuit, out.circuit);
  }
  return {};
}

}  // namespace agents::config
