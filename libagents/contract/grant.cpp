// SPDX-License-Identifier: Apache-2.0
#include "libagents/contract/grant.hpp"

#include <cmath>

#include "libagents/contract/json.hpp"

namespace agents {
namespace {

bool needs_path(const grant_request& g) { return g.grant == "read" || g.grant == "write"; }

}  // namespace

value to_value(const grant_request& g) {
  object out{{"grant", g.grant}};
  if (!g.path.empty()) out["path"] = g.path;
  if (g.amount != 0) out["amount"] = g.amount;
  if (g.optional) out["optional"] = true;
  if (!g.why.empty()) out["why"] = g.why;
  return out;
}

std::string to_string(const grant_request& g) {
  if (!g.path.empty()) return g.grant + " " + g.path;
  if (g.amount == 0) return g.grant;
  return g.grant + " " + to_json(value{g.amount});
}

expected<void> check(const grant_request& g) {
  if (g.grant.empty()) return unexpected{errc::bad_input, "a grant has no name; say \"network\", \"read\", …"};
  if (needs_path(g) && (g.path.empty() || g.path.front() != '/'))
    return unexpected{errc::bad_input, "the grant \"" + g.grant + "\" needs an absolute `path`"};
  if (!(g.amount >= 0) || !std::isfinite(g.amount))
    return unexpected{errc::bad_input, "the grant \"" + g.grant + "\": `amount` is a number from 0"};
  return {};
}

}  // namespace agents
