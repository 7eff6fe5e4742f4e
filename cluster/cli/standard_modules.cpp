// SPDX-License-Identifier: Apache-2.0
#include "cluster/cli/standard_modules.hpp"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>

#include "actors/code/code_module.hpp"
#include "actors/contracts/modules.hpp"
#include "actors/licence/modules.hpp"
#include "actors/plan/contract_planner.hpp"
#include "actors/plan/declared_planner.hpp"
#include "actors/retrieve/retrieve_module.hpp"
#include "actors/text/segment_module.hpp"
#include "actors/verify/module.hpp"

namespace agents::cli {

std::vector<module_factory>& own_modules() {
  static std::vector<module_factory> modules;
  return modules;
}

namespace {

struct named_module {
  std::string name;
  module_factory make;
};

/// Everything that ships, in order. `known` gives the catalog of the node that they will be part of.
std::vector<named_module> all_modules(const std::function<value()>& known, const code::runner_settings& code) {
  std::vector<module_factory> all{declared_planner, verify::citation_verifier, text::segment_module,
                                  retrieve::retrieve_module};
  all.emplace_back([known] { return contract_planner(known); });
  all.emplace_back([code] { return code::code_module(code); });
  for (auto& m : licence::modules()) all.push_back(std::move(m));
  for (auto& m : contracts::modules()) all.push_back(std::move(m));
  all.insert(all.end(), own_modules().begin(), own_modules().end());
  std::vector<named_module> out;
  for (auto& make : all) out.push_back({make().manifest().name, make});
  return out;
}

std::vector<std::string> names_of(const std::vector<named_module>& modules) {
  std::vector<std::string> out;
  for (const auto& m : modules) out.push_back(m.name);
  return out;
}

}  // namespace

expected<void> check_standard_modules(const supervision_settings& settings) {
  return settings.check(names_of(all_modules([] { return value{}; }, {})));
}

expected<void> add_standard_modules(node& n, const supervision_settings& settings, const code::runner_settings& code) {
  auto all = all_modules([&n] { return catalog(n.registry()); }, code);
  if (auto ok = settings.check(names_of(all)); !ok) return ok;
  for (const auto& m : settings.modules)
    if (!m.ships()) all.push_back({m.name, {}});
  std::stable_sort(all.begin(), all.end(), [&settings](const auto& a, const auto& b) {
    return settings.start_rank(a.name) < settings.start_rank(b.name);
  });
  for (const auto& m : all) {
    if (m.make) {
      if (auto ok = n.add(m.make, settings.for_module(m.name)); !ok) return ok;
      continue;
    }
    const auto& p = *settings.external(m.name);
    const auto ok = p.remote ? n.add_remote(p.process, p.options) : n.add_process(p.process, p.options);
    if (!ok) return settings.file.at(p.pointer, ok.error().message);
  }
  return {};
}

}  // namespace agents::cli
