// SPDX-License-Identifier: Apache-2.0
#include "libagents/contract/manifest.hpp"

#include <algorithm>
#include <set>

#include "libagents/contract/version.hpp"

namespace agents {
namespace {

constexpr std::uint32_t max_mailbox = 1'000'000;

bool is_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
  };
  return !name.empty() && name.size() <= 100 && std::all_of(name.begin(), name.end(), allowed);
}

unexpected wrong(const manifest& m, const std::string& what) {
  return {errc::bad_input, "module \"" + m.name + "\": " + what};
}

expected<void> check_capability(const manifest& m, const capability_contract& c) {
  const auto id = capability_id::parse(c.id);
  if (!id) return wrong(m, id.error().message);
  if (c.timeout <= duration::zero()) return wrong(m, c.id + ": the timeout must be positive");
  if (c.micro_money < 0 || c.tokens < 0) return wrong(m, c.id + ": costs cannot be negative");
  return {};
}

}  // namespace

std::string_view to_string(effect e) noexcept {
  switch (e) {
    case effect::pure: return "pure";
    case effect::idempotent: return "idempotent";
    case effect::effectful: return "effectful";
  }
  return "unknown";
}

std::string_view to_string(execution_mode m) noexcept {
  switch (m) {
    case execution_mode::cooperative: return "cooperative";
    case execution_mode::dedicated: return "dedicated";
    case execution_mode::process: return "process";
  }
  return "unknown";
}

value to_value(const manifest& m) {
  array capabilities;
  for (const auto& c : m.capabilities)
    capabilities.emplace_back(object{{"id", c.id},
                                     {"description", c.description},
                                     {"effect", to_string(c.effect)},
                                     {"input", c.input},
                                     {"output", c.output},
                                     {"timeout_seconds", seconds(c.timeout)},
                                     {"money", static_cast<double>(c.micro_money) / 1e6},
                                     {"tokens", c.tokens}});
  object out{{"name", m.name},
             {"version", m.version},
             {"description", m.description},
             {"author", m.author},
             {"mode", to_string(m.mode)},
             {"mailbox_capacity", m.mailbox_capacity},
             {"concurrency", m.concurrency},
             {"capabilities", std::move(capabilities)}};
  if (m.grants.empty()) return out;
  array grants;
  for (const auto& g : m.grants) grants.push_back(to_value(g));
  out["grants"] = std::move(grants);
  return out;
}

expected<void> check(const manifest& m) {
  if (!is_name(m.name)) return wrong(m, "a name consists of lowercase letters, digits, '.', '-' and '_'");
  if (const auto v = parse_version(m.version); !v) return wrong(m, v.error().message);
  if (m.capabilities.empty()) return wrong(m, "it offers nothing; call .offers(\"name@1\", handler)");
  if (m.mailbox_capacity == 0 || m.mailbox_capacity > max_mailbox)
    return wrong(m, "the mailbox holds 1 to 1000000 requests");
  if (m.concurrency == 0) return wrong(m, "the concurrency must be at least 1");
  for (const auto& g : m.grants)
    if (auto ok = check(g); !ok) return wrong(m, ok.error().message);
  std::set<std::string_view> seen;
  for (const auto& c : m.capabilities) {
    if (auto ok = check_capability(m, c); !ok) return ok;
    if (!seen.insert(c.id).second) return wrong(m, "offers " + c.id + " twice");
  }
  return {};
}

}  // namespace agents
