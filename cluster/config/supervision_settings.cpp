// SPDX-License-Identifier: Apache-2.0
#include "cluster/config/supervision_settings.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "cluster/config/guard_settings.hpp"
#include "cluster/config/listen_settings.hpp"
#include "cluster/config/process_settings.hpp"
#include "cluster/config/table_reader.hpp"
#include "libagents/contract/fields.hpp"
#include "libagents/runtime/supervision_tree.hpp"

namespace agents {
namespace {

using namespace config;
using supervision::supervisor_flags;

setter strategy(supervision::strategy& out) {
  using supervision::strategy;
  return one_of<strategy>(out, {{"one_for_one", strategy::one_for_one},
                                {"one_for_all", strategy::one_for_all},
                                {"rest_for_one", strategy::rest_for_one}});
}

setter auto_shutdown(supervision::auto_shutdown& out) {
  using supervision::auto_shutdown;
  return one_of<auto_shutdown>(out, {{"never", auto_shutdown::never},
                                     {"any_significant", auto_shutdown::any_significant},
                                     {"all_significant", auto_shutdown::all_significant}});
}

setter give_up(supervision::give_up& out) {
  using supervision::give_up;
  return one_of<give_up>(out, {{"escalate", give_up::escalate}, {"quarantine", give_up::quarantine}});
}

setter restart(supervision::restart_type& out) {
  using supervision::restart_type;
  return one_of<restart_type>(out, {{"permanent", restart_type::permanent},
                                    {"transient", restart_type::transient},
                                    {"temporary", restart_type::temporary}});
}

setter shutdown(duration& out) {
  return [&out](const value& v) -> expected<void> {
    if (v == value{"brutal_kill"}) return out = supervision::brutal_kill, expected<void>{};
    if (v == value{"infinity"}) return out = supervision::infinity, expected<void>{};
    if (const auto ok = time_span(out)(v); !ok)
      return unexpected{ok.error().code, ok.error().message + "; or \"brutal_kill\", or \"infinity\""};
    return {};
  };
}

setters flag_keys(supervisor_flags& f) {
  return {{"strategy", strategy(f.strategy)},       {"intensity", whole(f.intensity, 0, 1000)},
          {"period", time_span(f.period)},          {"give_up", give_up(f.give_up)},
          {"quarantine", time_span(f.quarantine)},  {"first_backoff", time_span(f.first_backoff)},
          {"max_backoff", time_span(f.max_backoff)}};
}

setters supervisor_keys(group_options& g) {
  auto keys = flag_keys(g.flags);
  keys["parent"] = text(g.parent);
  keys["auto_shutdown"] = auto_shutdown(g.flags.auto_shutdown);
  return keys;
}

setters module_keys(module_options& m) {
  auto keys = flag_keys(m.supervision);
  keys["replicas"] = whole(m.replicas, 1, 1000);
  keys["supervisor"] = text(m.supervisor);
  keys["restart"] = restart(m.restart);
  keys["shutdown"] = shutdown(m.shutdown);
  keys["significant"] = flag(m.significant);
  keys["depends_on"] = texts(m.depends_on);
  keys["hedge"] = flag(m.hedge.enabled);
  return keys;
}

/// Refuses the first of these keys that the table has: it would be read and then do nothing.
expected<void> refuse(const toml_document& d, const named_table& t, const std::vector<std::string_view>& keys,
                      const std::string& why) {
  for (const auto key : keys)
    if (t.content->find(key))
      return d.at(t.pointer + "/" + std::string{key}, "`" + std::string{key} + "` has no effect here: " + why);
  return {};
}

expected<void> refuse_idle_flags(const toml_document& d, const named_table& t, const supervisor_flags& f) {
  if (f.give_up != supervision::give_up::quarantine)
    if (auto ok = refuse(d, t, {"quarantine"}, "nothing is quarantined; add give_up = \"quarantine\""); !ok) return ok;
  if (f.first_backoff == duration::zero())
    return refuse(d, t, {"max_backoff"}, "restarts do not wait; add `first_backoff`");
  return {};
}

expected<void> refuse_idle_module_keys(const toml_document& d, const named_table& t, const module_options& m) {
  if (m.replicas < 2)
    if (auto ok = refuse(d, t, {"hedge"}, "there is no second replica to send a request to; add `replicas`"); !ok)
      return ok;
  if (m.supervisor.empty()) {
    if (auto ok = refuse(d, t, {"restart", "significant"},
                         "it is about the child of a declared supervisor; add `supervisor`");
        !ok)
      return ok;
    return refuse_idle_flags(d, t, m.supervision);
  }
  const auto where = "[supervisor." + m.supervisor + "]";
  if (m.replicas > 1) return refuse(d, t, {"give_up", "quarantine"}, "the replicas escalate; set it in " + where);
  return refuse(d, t, {"strategy", "intensity", "period", "give_up", "quarantine", "first_backoff", "max_backoff"},
                "a single replica is restarted by the rules of " + where + "; set it there, or run several replicas");
}

/// The supervisors with parents first. A supervisor that is never reached from the root is on a cycle, or below one.
expected<std::vector<group_options>> parents_first(const toml_document& d, std::vector<group_options> groups,
                                                   const std::map<std::string, std::string>& places) {
  std::set<std::string> names{""};
  for (const auto& g : groups) names.insert(g.name);
  for (const auto& g : groups)
    if (!names.contains(g.parent))
      return d.at(places.at(g.name) + "/parent",
                  "`parent`: there is no supervisor `" + g.parent + "`; add [supervisor." + g.parent + "]");
  std::vector<group_options> out;
  std::set<std::string> placed{""};
  while (!groups.empty()) {
    const auto next =
        std::find_if(groups.begin(), groups.end(), [&placed](const auto& g) { return placed.contains(g.parent); });
    if (next == groups.end())
      return d.at(places.at(groups.front().name) + "/parent",
                  "`parent`: supervisor `" + groups.front().name +
                      "` is below itself or below a cycle; the uppermost supervisor has no `parent`");
    placed.insert(next->name);
    out.push_back(std::move(*next));
    groups.erase(next);
  }
  return out;
}

expected<std::vector<group_options>> read_supervisors(const toml_document& d) {
  std::vector<group_options> groups;
  std::map<std::string, std::string> places;
  for (const auto& t : tables_of(d, "supervisor")) {
    group_options g;
    g.name = t.name;
    if (auto ok = read_table(d, t.pointer, *t.content, supervisor_keys(g)); !ok) return ok.propagate();
    if (auto ok = refuse_idle_flags(d, t, g.flags); !ok) return ok.propagate();
    if (auto ok = check_groups({{g.name, "", g.flags}}); !ok) return d.at(t.pointer + "/period", ok.error().message);
    places[g.name] = t.pointer;
    groups.push_back(std::move(g));
  }
  return parents_first(d, std::move(groups), places);
}

expected<std::vector<module_settings>> read_modules(const toml_document& d, const std::vector<group_options>& groups) {
  std::vector<module_settings> out;
  for (const auto& t : tables_of(d, "module")) {
    module_settings m{t.name, t.pointer, {}, {}};
    m.process.name = t.name;
    auto keys = module_keys(m.options);
    add_guard_keys(keys);
    keys["remote"] = flag(m.remote);
    keys.merge(process_keys(m.process));
    if (auto ok = read_table(d, t.pointer, *t.content, keys); !ok) return ok.propagate();
    if (auto ok = read_guards(d, t, m.options); !ok) return ok.propagate();
    if (auto ok = m.remote ? check_remote(d, t.pointer, *t.content, m.process, process_keys(m.process))
                           : finish_process(d, t.pointer, *t.content, m.process);
        !ok)
      return ok.propagate();
    if (auto ok = refuse_idle_module_keys(d, t, m.options); !ok) return ok.propagate();
    const auto& wanted = m.options.supervisor;
    if (!wanted.empty() && std::none_of(groups.begin(), groups.end(), [&](const auto& g) { return g.name == wanted; }))
      return d.at(t.pointer + "/supervisor",
                  "`supervisor`: there is no supervisor `" + wanted + "`; add [supervisor." + wanted + "]");
    if (m.options.supervision.period <= duration::zero())
      return d.at(t.pointer + "/period", "`period` must be longer than 0");
    out.push_back(std::move(m));
  }
  return out;
}

/// The children of one supervisor, as far as they are known.
struct family {
  supervisor_flags flags;
  std::vector<std::string_view> members;
};

expected<void> check_child(const toml_document& d, const std::string& pointer, supervision::child_spec spec,
                           const family& f) {
  const auto needed = std::exchange(spec.depends_on, {});
  if (auto ok = supervision::check(f.flags, spec, f.members); !ok)
    return d.at(pointer + (spec.significant ? "/significant" : ""), ok.error().message);
  spec.depends_on = needed;
  if (auto ok = supervision::check(f.flags, spec, f.members); !ok)
    return d.at(pointer + "/depends_on",
                ok.error().message + "; it can name children of the same supervisor whose tables come before");
  return {};
}

supervision::child_spec spec_of(const std::string& name, const module_options& o) {
  supervision::child_spec spec;
  spec.id = name;
  spec.restart = o.restart;
  spec.shutdown = o.shutdown;
  spec.significant = o.significant;
  spec.depends_on = o.depends_on;
  return spec;
}

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& n : names) out += (out.empty() ? "" : ", ") + n;
  return out;
}

}  // namespace

module_options supervision_settings::for_module(const std::string& name) const {
  const auto found = std::find_if(modules.begin(), modules.end(), [&name](const auto& m) { return m.name == name; });
  return found == modules.end() ? module_options{} : found->options;
}

bool supervision_settings::has_remote_modules() const {
  return std::any_of(modules.begin(), modules.end(), [](const auto& m) { return m.remote; });
}

bool supervision_settings::has_process_modules() const {
  return std::any_of(modules.begin(), modules.end(), [](const auto& m) { return m.is_process(); });
}

const module_settings* supervision_settings::external(const std::string& name) const {
  const auto found =
      std::find_if(modules.begin(), modules.end(), [&name](const auto& m) { return m.name == name && !m.ships(); });
  return found == modules.end() ? nullptr : &*found;
}

std::size_t supervision_settings::start_rank(const std::string& name) const {
  for (std::size_t i = 0; i < modules.size(); ++i) {
    const auto& m = modules[i];
    if (m.name == name && (!m.options.supervisor.empty() || !m.options.depends_on.empty())) return i + 1;
  }
  return 0;
}

expected<void> supervision_settings::check(std::vector<std::string> shipped) const {
  const auto ships = [&shipped](const std::string& name) {
    return std::find(shipped.begin(), shipped.end(), name) != shipped.end();
  };
  for (const auto& m : modules) {
    if (m.ships()) continue;
    if (ships(m.name))
      return file.at(m.pointer + (m.remote ? "/remote" : "/command"),
                     "module `" + m.name + "` ships; take another name");
    shipped.push_back(m.name);
  }
  std::map<std::string, family> families;
  for (const auto& g : supervisors) {
    if (ships(g.name))
      return file.at(detail::pointer_child("/supervisor", g.name),
                     "supervisor `" + g.name + "`: a module has this name; take another one");
    families[g.name].flags = g.flags;
    families[g.parent].members.push_back(g.name);
  }
  for (const auto& m : modules)
    if (!ships(m.name))
      return file.at(m.pointer, "there is no module `" + m.name + "`; add its `command` or `remote`, or take one of " +
                                    listed(shipped));
  std::stable_sort(shipped.begin(), shipped.end(),
                   [this](const auto& a, const auto& b) { return start_rank(a) < start_rank(b); });
  for (const auto& name : shipped) {
    const auto options = for_module(name);
    auto& f = families[options.supervisor];
    if (auto ok = check_child(file, detail::pointer_child("/module", name), spec_of(name, options), f); !ok) return ok;
    f.members.push_back(name);
  }
  return {};
}

expected<supervision_settings> read_supervision(const toml_document& d) {
  auto groups = read_supervisors(d);
  if (!groups) return groups.propagate();
  auto modules = read_modules(d, *groups);
  if (!modules) return modules.propagate();
  return supervision_settings{d, std::move(*groups), std::move(*modules)};
}

}  // namespace agents
