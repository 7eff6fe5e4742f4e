// SPDX-License-Identifier: Apache-2.0
#include "libagents/orchestration/admission.hpp"

#include <algorithm>

namespace agents {
namespace {

std::string offered_versions(const registry& r, const std::string& capability) {
  const auto name = capability.substr(0, capability.find('@'));
  std::string list;
  for (const auto& o : r.all())
    if (o->id.name == name) list += (list.empty() ? "" : ", ") + o->contract->id;
  return list.empty() ? "; `agents modules` lists what is offered" : "; offered are " + list;
}

unexpected nobody(const step_spec& step, std::string_view key, std::string_view why,
                  const std::vector<shared_offer>& all) {
  std::string names;
  for (const auto& o : all) names += (names.empty() ? "" : ", ") + o->from->name;
  return {errc::bad_input, "step \"" + step.id + "\": `" + std::string{key} + "` leaves nobody for " + step.ask + ": " +
                               std::string{why} + "; it is offered by " + names};
}

}  // namespace

expected<offers> offers_of(const registry& r, const step_spec& step, const std::string& capability) {
  auto found = r.resolve(capability);
  if (!found) return unexpected{errc::bad_input, "step \"" + step.id + "\": " + found.error().message};
  if ((*found)->empty())
    return unexpected{errc::bad_input,
                      "step \"" + step.id + "\": no module offers " + capability + offered_versions(r, capability)};
  return found;
}

expected<offers> admitted_offers(const registry& r, const step_spec& step) {
  auto all = offers_of(r, step, step.ask);
  if (!all || (step.only.empty() && step.avoid.empty())) return all;
  const auto named = [](const std::vector<std::string>& names, const shared_offer& o) {
    return std::find(names.begin(), names.end(), o->from->name) != names.end();
  };
  std::vector<shared_offer> left;
  for (const auto& o : **all)
    if (step.only.empty() || named(step.only, o)) left.push_back(o);
  if (left.empty()) return nobody(step, "only", "none of these modules offers it", **all);
  std::erase_if(left, [&](const auto& o) { return named(step.avoid, o); });
  if (left.empty()) return nobody(step, "avoid", "no other module that may be asked offers it", **all);
  return std::make_shared<const std::vector<shared_offer>>(std::move(left));
}

}  // namespace agents
