// SPDX-License-Identifier: Apache-2.0
#include "cluster/cli/waiting_view.hpp"

#include "libagents/contract/json.hpp"
#include "libagents/registry/registry.hpp"

namespace agents::cli {
namespace {

constexpr std::size_t preview_bytes = 400;

std::string preview(const shared_value& v) { return v && !v->is_null() ? json_excerpt(*v, preview_bytes) : ""; }

std::string effect_of(const registry& modules, const std::string& capability) {
  const auto offers = modules.resolve(capability);
  return offers && !(*offers)->empty() ? std::string{to_string((*offers)->front()->contract->effect)} : "";
}

}  // namespace

std::vector<waiting_step> waiting_steps(const run_state& s, const registry& modules, const std::string& options) {
  std::vector<waiting_step> out;
  for (const auto& u : s.units) {
    if (u.at != unit_state::phase::asking) continue;
    waiting_step w;
    w.step = unit_name(s, u);
    w.capability = s.plan->steps[u.step].spec.ask;
    w.effect = effect_of(modules, w.capability);
    w.question = u.critique;
    w.input = preview(u.input);
    if (!u.attempts.empty()) w.output = preview(u.attempts.back().output);
    const bool needs_quotes = w.step.find('[') != std::string::npos;
    w.approve =
        "agents approve " + s.id.to_string() + " --step " + (needs_quotes ? "'" + w.step + "'" : w.step) + options;
    out.push_back(std::move(w));
  }
  return out;
}

array to_rows(const std::vector<waiting_step>& steps) {
  array rows;
  for (const auto& w : steps) {
    object row{{"step", w.step},         {"capability", w.capability}, {"effect", w.effect},
               {"question", w.question}, {"input", w.input},           {"approve", w.approve}};
    if (!w.output.empty()) row["output"] = w.output;
    rows.emplace_back(std::move(row));
  }
  return rows;
}

}  // namespace agents::cli
