// SPDX-License-Identifier: Apache-2.0
#include "cluster/control/offer_rows.hpp"

namespace agents::control {
namespace {

object row_of(const offer& o, with_schemas schemas) {
  std::size_t up = 0;
  for (const auto& r : o.replicas) up += r->up.load() ? 1 : 0;
  object out{{"module", o.from->name},
             {"version", o.from->version},
             {"description", o.from->description},
             {"mode", to_string(o.from->mode)},
             {"capability", o.contract->id},
             {"effect", to_string(o.contract->effect)},
             {"reliability", o.quality->mean()},
             {"reliability_weight", o.quality->weight()},
             {"replicas", o.replicas.size()},
             {"replicas_up", up},
             {"money", static_cast<double>(o.contract->micro_money) / 1e6},
             {"tokens", o.contract->tokens},
             {"timeout_seconds", seconds(o.contract->timeout)}};
  if (schemas == with_schemas::yes) {
    out["input"] = o.contract->input;
    out["output"] = o.contract->output;
  }
  return out;
}

}  // namespace

array offer_rows(const registry& r, with_schemas schemas) {
  array rows;
  for (const auto& o : r.all()) rows.emplace_back(row_of(*o, schemas));
  return rows;
}

}  // namespace agents::control
