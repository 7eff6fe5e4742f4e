// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "libagents/contract/grant.hpp"
#include "libagents/sandbox/permissions.hpp"

namespace agents::sandbox {

/// What the operator's permissions say to one request.
struct grant_answer {
  enum class verdict : std::uint8_t { granted, lowered, refused };
  grant_request asked;
  verdict said = verdict::granted;
  std::string remedy;  ///< what to set in [module.NAME.grants]; "" when granted
};

[[nodiscard]] std::string_view to_string(grant_answer::verdict v) noexcept;

/// Answers each request, in their order.
[[nodiscard]] std::vector<grant_answer> answer(const std::vector<grant_request>& asked, const permissions& given);

/// `rejected` names the first request that is not granted and not optional, and what to set in [module.`name`.grants].
[[nodiscard]] expected<void> check(const std::string& name, const std::vector<grant_answer>& answers);

}  // namespace agents::sandbox
