// SPDX-License-Identifier: Apache-2.0
#include "libagents/sandbox/answer.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "libagents/contract/json.hpp"

namespace agents::sandbox {
namespace {

using verdict = grant_answer::verdict;

bool shows(const std::vector<std::filesystem::path>& places, const std::string& path) {
  return std::any_of(places.begin(), places.end(), [&](const auto& place) { return is_within(path, place); });
}

/// The amount that is given, 0 for "no limit"; none for grants that are no limits.
std::optional<double> given_amount(const std::string& grant, const limits& l) {
  const std::map<std::string_view, double> table{{"memory", static_cast<double>(l.memory_bytes)},
                                                 {"tmp", static_cast<double>(l.tmp_bytes)},
                                                 {"file_size", static_cast<double>(l.file_bytes)},
                                                 {"processes", static_cast<double>(l.processes)},
                                                 {"files", static_cast<double>(l.open_files)},
                                                 {"cores", l.cores},
                                                 {"cpu", seconds(l.cpu)},
                                                 {"wall", seconds(l.wall)}};
  const auto found = table.find(grant);
  return found == table.end() ? std::nullopt : std::optional{found->second};
}

std::string amount_text(const grant_request& g) {
  const bool bytes = g.grant == "memory" || g.grant == "file_size" || g.grant == "tmp";
  if (g.amount == 0) return bytes ? "\"unlimited\"" : "0";
  if (g.grant == "cores" || g.grant == "cpu" || g.grant == "wall") return to_json(value{g.amount});
  return std::to_string(static_cast<std::int64_t>(std::ceil(g.amount)));
}

grant_answer answer_limit(const grant_request& g, double given) {
  const bool enough = given == 0 || (g.amount != 0 && g.amount <= given);
  if (enough) return {g, verdict::granted, ""};
  return {g, verdict::lowered, g.grant + " = " + amount_text(g)};
}

grant_answer answer_path(const grant_request& g, const permissions& p) {
  const bool given =
      shows(p.write, g.path) || (g.grant == "read" && (shows(p.read, g.path) || is_within(g.path, "/usr")));
  if (given) return {g, verdict::granted, ""};
  return {g, verdict::refused, g.grant + " = [\"" + g.path + "\"]"};
}

grant_answer answer_one(const grant_request& g, const permissions& p) {
  if (p.trusted) return {g, verdict::granted, ""};
  if (g.grant == "network")
    return {g, p.network ? verdict::granted : verdict::refused, p.network ? "" : "network = true"};
  if (g.grant == "read" || g.grant == "write") return answer_path(g, p);
  if (const auto given = given_amount(g.grant, p.at_most)) return answer_limit(g, *given);
  return {g, verdict::refused, "this node knows no grant \"" + g.grant + "\"; use a newer one, or trusted = true"};
}

}  // namespace

std::string_view to_string(grant_answer::verdict v) noexcept {
  switch (v) {
    case verdict::granted: return "granted";
    case verdict::lowered: return "lowered";
    case verdict::refused: return "refused";
  }
  return "unknown";
}

std::vector<grant_answer> answer(const std::vector<grant_request>& asked, const permissions& given) {
  std::vector<grant_answer> out;
  for (const auto& g : asked) out.push_back(answer_one(g, given));
  return out;
}

expected<void> check(const std::string& name, const std::vector<grant_answer>& answers) {
  for (const auto& a : answers) {
    if (a.said == verdict::granted || a.asked.optional) continue;
    return unexpected{errc::rejected, "it asks for the grant " + to_string(a.asked) +
                                          (a.asked.why.empty() ? "" : " (" + a.asked.why + ")") + ", which is " +
                                          std::string{to_string(a.said)} + "; if you agree, set in [module." + name +
                                          ".grants]: " + a.remedy};
  }
  return {};
}

}  // namespace agents::sandbox
