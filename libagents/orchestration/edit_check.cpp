// SPDX-License-Identifier: Apache-2.0
#include "libagents/orchestration/edit_check.hpp"

#include <algorithm>

#include "libagents/orchestration/admission.hpp"

namespace agents {

expected<void> check_edit(const run_state& s, const registry& r, std::string_view unit, const value& edit) {
  const auto waiting = std::find_if(s.units.begin(), s.units.end(), [&](const unit_state& u) {
    return u.at == unit_state::phase::asking && unit_name(s, u) == unit;
  });
  if (waiting == s.units.end())
    return unexpected{errc::bad_input, "step \"" + std::string{unit} + "\" does not wait for a person"};
  const auto admitted = admitted_offers(r, s.plan->steps[waiting->step].spec);
  if (!admitted) return unexpected{errc::bad_input, "the edit cannot be checked: " + admitted.error().message};
  expected<void> first;
  for (const auto& o : **admitted) {
    auto ok = o->output.check(edit);
    if (ok) return {};
    if (first) first = std::move(ok);
  }
  return unexpected{errc::bad_input, "the edit is no output of " + (*admitted)->front()->contract->id + ", step \"" +
                                         std::string{unit} + "\": " + first.error().message};
}

}  // namespace agents
