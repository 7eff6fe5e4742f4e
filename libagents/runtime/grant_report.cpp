// SPDX-License-Identifier: Apache-2.0
#include "libagents/runtime/grant_report.hpp"

#include <utility>

namespace agents {
namespace {

array texts(const std::vector<std::filesystem::path>& paths) {
  array out;
  for (const auto& p : paths) out.emplace_back(p.string());
  return out;
}

}  // namespace

std::vector<event> refusal_alerts(const manifest& m, const std::vector<sandbox::grant_answer>& answers) {
  std::vector<event> out;
  for (const auto& a : answers) {
    if (a.said == sandbox::grant_answer::verdict::granted) continue;
    event e;
    e.kind = event_kind::alert;
    e.module = m.name;
    e.version = m.version;
    e.text = "works without the grant " + agents::to_string(a.asked) + ", which is " + std::string{to_string(a.said)} +
             "; to give it, set in [module." + m.name + ".grants]: " + a.remedy;
    out.push_back(std::move(e));
  }
  return out;
}

expected<value> grant_row(const std::string& module, const sandbox::permissions& may,
                          const std::vector<sandbox::grant_answer>& answers, const worker_launcher& by) {
  auto limits = by.limits_of(may);
  if (!limits) return limits.propagate();
  array asked;
  for (const auto& a : answers) {
    auto row = agents::to_value(a.asked).as_object();
    row["answer"] = to_string(a.said);
    if (!a.remedy.empty()) row["remedy"] = a.remedy;
    asked.emplace_back(std::move(row));
  }
  return value{object{{"module", module},
                      {"trusted", may.trusted},
                      {"network", may.network || may.trusted},
                      {"read", texts(may.read)},
                      {"write", texts(may.write)},
                      {"limits", std::move(*limits)},
                      {"asked", std::move(asked)}}};
}

}  // namespace agents
