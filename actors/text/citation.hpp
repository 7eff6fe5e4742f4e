// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "libagents/contract/fields.hpp"

namespace agents::text {

/// A verbatim quotation: `text` is exactly the bytes [begin, end) of the file `source`.
/// Checked by `verify.citations@1`, never trusted.
struct citation {
  std::string source;      ///< absolute path of the file
  std::int64_t begin = 0;  ///< first byte
  std::int64_t end = 0;    ///< one past the last byte
  std::string text;
  AGENTS_FIELDS(source, begin, end, text)

  friend bool operator==(const citation&, const citation&) = default;
};

}  // namespace agents::text
