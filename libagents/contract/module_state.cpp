// SPDX-License-Identifier: Apache-2.0
#include "libagents/contract/module_state.hpp"

#include <string>

#include "libagents/core/exception_text.hpp"

namespace agents {
namespace {

expected<value> migrated(const module_state& s, std::uint32_t version, value saved) {
  while (version < s.version) {
    const auto step = s.migrations.find(version);
    if (step == s.migrations.end() || step->second.to <= version)
      return unexpected{errc::unsupported, "its saved state has version " + std::to_string(version) +
                                               ", the module wants " + std::to_string(s.version) +
                                               "; add a migration (`migrates_state`)"};
    auto next = step->second.migrate(std::move(saved));
    if (!next) return next.propagate();
    saved = std::move(*next);
    version = step->second.to;
  }
  if (version == s.version) return saved;
  return unexpected{errc::unsupported, "its saved state has the later version " + std::to_string(version) +
                                           ", the module knows " + std::to_string(s.version)};
}

}  // namespace

expected<void> restore_state(const module_state& s, std::uint32_t version, value saved) {
  try {
    auto state = migrated(s, version, std::move(saved));
    if (!state) return state.propagate();
    return s.restore(std::move(*state));
  } catch (...) {
    return unexpected{errc::internal, text_of(std::current_exception())};
  }
}

}  // namespace agents
