// SPDX-License-Identifier: Apache-2.0
#include "cluster/config/node_settings.hpp"

#include <utility>

#include "actors/plan/toml_document.hpp"
#include "cluster/config/surrounding_settings.hpp"
#include "cluster/config/table_reader.hpp"
#include "libagents/contract/fields.hpp"

namespace agents {
namespace {

using namespace config;

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

setters node_keys(node_settings& s) {
  return {{"threads", whole(s.threads, 0, 1024)},
          {"durability", durability(s.durability)},
          {"policy", policy(s.policy)},
          {"metrics", text(s.metrics)},
          {"keep_age", time_span(s.retention.max_age)},
          {"keep_runs", whole(s.retention.max_runs, 1, INT64_MAX)},
          {"keep_bytes", whole(s.retention.max_bytes, 1 << 20, INT64_MAX)}};
}

setters code_keys(node_settings& s) {
  return {{"parallel", whole(s.code.parallel, 0, 1024)}, {"warm", whole(s.code.warm, 0, 100)}};
}

bool is_kind_of_table(const std::string& name) { return name == "module" || name == "supervisor"; }

/// Workers need a door, and a door needs workers.
expected<void> check_listen(const toml_document& d, const node_settings& s) {
  const bool listens = !s.listen.address.empty();
  if (listens && !s.supervision.has_remote_modules())
    return d.at("/listen", "[listen] has no effect: no module has remote = true");
  for (const auto& m : s.supervision.modules)
    if (m.remote && !listens)
      return d.at(m.pointer + "/remote", "`remote`: the node does not listen; add [listen] with its `address`");
  return {};
}

}  // namespace

expected<node_settings> load_node_settings(const std::filesystem::path& file) {
  const auto d = read_toml(file);
  if (!d) return d.propagate();
  node_settings out;
  for (const auto& m : d->root.as_object()) {
    const auto place = detail::pointer_child("", m.name);
    if (m.name == "node") {
      if (auto ok = read_table(*d, place, m.value, node_keys(out)); !ok) return ok.propagate();
    } else if (m.name == "listen") {
      auto listen = read_listen(*d, place, m.value);
      if (!listen) return listen.propagate();
      out.listen = std::move(*listen);
    } else if (m.name == "code") {
      if (auto ok = read_table(*d, place, m.value, code_keys(out)); !ok) return ok.propagate();
    } else if (!is_kind_of_table(m.name)) {
      return d->at(place, "unknown table \"" + m.name +
                              "\"; known are [node], [listen], [code], [supervisor.NAME] and [module.NAME]");
    } else if (!m.value.is_object()) {
      return d->at(place, "expected a table for each " + m.name + ", [" + m.name + ".NAME]");
    }
  }
  auto supervision = read_supervision(*d);
  if (!supervision) return supervision.propagate();
  out.supervision = std::move(*supervision);
  if (auto ok = check_listen(*d, out); !ok) return ok.propagate();
  note_surroundings(out);
  return out;
}

}  // namespace agents
