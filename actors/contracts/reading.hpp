// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "libagents/contract/fields.hpp"

namespace agents::contracts {

struct read_request {
  std::string path;
  AGENTS_FIELDS(path)
};

/// A contract as plain text. All byte ranges of other modules count in `text`, which is the file unchanged.
struct contract_text {
  std::string source;  ///< absolute path of the file
  std::string text;    ///< UTF-8
  std::int64_t bytes = 0;
  AGENTS_FIELDS(source, text, bytes)
};

/// The largest contract that is read: four times the longest one in CUAD.
inline constexpr std::int64_t contract_limit_bytes = 4'000'000;

/// Reads a contract.
///
/// Errors: `bad_input` (no path, a folder, empty, over the limit, a binary file, not UTF-8: names the first bad byte),
/// `not_found`, `io`.
[[nodiscard]] expected<contract_text> read_contract(const read_request& request);

/// The first byte that is not part of well-formed UTF-8 (RFC 3629), or -1.
[[nodiscard]] std::int64_t first_bad_utf8(std::string_view text) noexcept;

}  // namespace agents::contracts
