// SPDX-License-Identifier: Apache-2.0
#include "cluster/cli/standard_modules.hpp"

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

expected<void> add_standard_modules(node& n, const node_settings& settings) {
  std::vector<module_factory> all{declared_planner, verify::citation_verifier, text::segment_module,
                                  retrieve::retrieve_module};
  all.emplace_back([&n] { return contract_planner([&n] { return catalog(n.registry()); }); });
  for (auto& m : licence::modules()) all.push_back(std::move(m));
  for (auto& m : contracts::modules()) all.push_back(std::move(m));
  all.insert(all.end(), own_modules().begin(), own_modules().end());
  for (const auto& factory : all)
    if (auto ok = n.add(factory, settings.for_module(factory().manifest().name)); !ok) return ok;
  return {};
}

}  // namespace agents::cli
