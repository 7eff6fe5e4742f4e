// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "actors/classify/clause_model.hpp"
#include "libagents/core/expected.hpp"

namespace agents::classify {

/// The version of the format that is written and read.
inline constexpr std::uint32_t model_format = 2;

/// The bytes of a model file, as described in docs/model_format.md.
[[nodiscard]] std::string encode_model(const clause_model& model);

/// Errors: `corrupt` for anything that `encode_model` did not write; `unsupported` for another version of the format.
/// Never reads beyond `bytes` and never allocates more than a small multiple of their number.
[[nodiscard]] expected<clause_model> decode_model(std::string_view bytes);

/// CRC-32 as in zip and PNG (polynomial 0x04C11DB7, reflected).
[[nodiscard]] std::uint32_t crc32(std::string_view bytes) noexcept;

}  // namespace agents::classify
