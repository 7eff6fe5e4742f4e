// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "libagents/core/expected.hpp"
#include "libagents/core/value.hpp"

namespace agents::json_schema {

/// The vocabularies of 2020-12; a bit for each.
enum class vocabulary : std::uint8_t {
  core = 1,
  applicator = 2,
  unevaluated = 4,
  validation = 8,
  format_annotation = 16,
  format_assertion = 32,
  content = 64,
  metadata = 128,
};

/// Which keywords have a meaning in a schema resource; chosen by `$schema`.
struct dialect {
  std::uint8_t vocabularies = 0xFF & ~static_cast<unsigned>(vocabulary::format_assertion);

  [[nodiscard]] bool has(vocabulary v) const noexcept { return (vocabularies & static_cast<unsigned>(v)) != 0; }
};

/// The dialect that a meta-schema declares by `$vocabulary`; without that keyword all of 2020-12 counts. `unsupported`
/// when it requires a vocabulary that is unknown here.
[[nodiscard]] expected<dialect> dialect_of(const value& metaschema);

}  // namespace agents::json_schema
