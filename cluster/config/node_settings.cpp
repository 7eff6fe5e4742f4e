// SPDX-License-Identifier: Apache-2.0
#include "cluster/config/node_settings.hpp"

#include <functional>

#include "actors/plan/toml_document.hpp"

namespace agents {
namespace {

using setter = std::function<expected<void>(const value&)>;
using setters = std::map<std::string, setter>;

unexpected wanted(const std::string& what) { return {errc::bad_input, "expected " + what}; }

template <class Int>
setter whole(Int& out, std::int64_t low, std::int64_t high) {
  return [&out, low, high](const value& v) -> expected<void> {
    if (!v.is_integer() || v.as_integer() < low || v.as_integer() > high)
      return wanted("a whole number from " + std::to_string(low) + " to " + std::to_string(high));
    out = static_cast<Int>(v.as_integer());
    return {};
  };
}

setter time_span(duration& out) {
  return [&out](const value& v) -> expected<void> {
    const auto s = parse_seconds(v);
    if (!s) return s.propagate();
    out = duration{static_cast<std::int64_t>(*s * 1e9)};
    return {};
  };
}

setter text(std::string& out) {
  return [&out](const value& v) -> expected<void> {
    if (!v.is_string()) return wanted("a text");
    out = v.as_string();
    return {};
  };
}

setter durability(journal::durability& out) {
  return [&out](const value& v) -> expected<void> {
    if (v == value{"full"})
      out = journal::durability::full;
    else if (v == value{"normal"})
      out = journal::durability::normal;
    else
      return wanted("\"normal\" (survives the death of the process) or \"full\" (survives the loss of power)");
    return {};
  };
}

setter policy(routing_policy& out) {
  return [&out](const value& v) -> expected<void> {
    const auto p = v.is_string() ? routing_policy_from_string(v.as_string()) : std::nullopt;
    if (!p) return wanted("one of \"reliability\", \"priority\", \"latency\", \"cost\", \"weighted\"");
    out = *p;
    return {};
  };
}

expected<void> apply(const toml_document& d, const std::string& pointer, const value& table, const setters& known) {
  if (!table.is_object()) return d.at(pointer, "expected a table");
  for (const auto& m : table.as_object()) {
    const auto place = pointer + "/" + m.name;
    const auto found = known.find(m.name);
    if (found == known.end()) {
      std::string list;
      for (const auto& [name, set] : known) list += (list.empty() ? "" : ", ") + name;
      return d.at(place, "unknown key \"" + m.name + "\"; known here are " + list);
    }
    if (auto ok = found->second(m.value); !ok) return d.at(place, "`" + m.name + "`: " + ok.error().message);
  }
  return {};
}

setters node_keys(node_settings& s) {
  return {{"threads", whole(s.threads, 0, 1024)},
          {"durability", durability(s.durability)},
          {"policy", policy(s.policy)},
          {"metrics", text(s.metrics)},
          {"keep_age", time_span(s.retention.max_age)},
          {"keep_runs", whole(s.retention.max_runs, 1, INT64_MAX)},
          {"keep_bytes", whole(s.retention.max_bytes, 1 << 20, INT64_MAX)}};
}

setters module_keys(module_options& m) {
  return {{"replicas", whole(m.replicas, 1, 1000)},
          {"intensity", whole(m.supervision.intensity, 0, 1000)},
          {"period", time_span(m.supervision.period)},
          {"first_backoff", time_span(m.supervision.first_backoff)},
          {"max_backoff", time_span(m.supervision.max_backoff)},
          {"quarantine", time_span(m.supervision.quarantine)}};
}

}  // namespace

module_options node_settings::for_module(const std::string& name) const {
  const auto found = modules.find(name);
  return found == modules.end() ? module_options{} : found->second;
}

expected<node_settings> load_node_settings(const std::filesystem::path& file) {
  const auto d = read_toml(file);
  if (!d) return d.propagate();
  node_settings out;
  for (const auto& m : d->root.as_object()) {
    if (m.name == "node") {
      if (auto ok = apply(*d, "/node", m.value, node_keys(out)); !ok) return ok.propagate();
    } else if (m.name == "module" && m.value.is_object()) {
      for (const auto& module : m.value.as_object())
        if (auto ok = apply(*d, "/module/" + module.name, module.value, module_keys(out.modules[module.name])); !ok)
          return ok.propagate();
    } else {
      return d->at("/" + m.name, "unknown table \"" + m.name + "\"; known are [node] and [module.NAME]");
    }
  }
  return out;
}

}  // namespace agents
