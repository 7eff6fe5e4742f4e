// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "libagents/core/expected.hpp"

namespace agents {

/// A CURVE public key: 32 bytes, written as 40 characters of Z85. No secret.
class public_key {
 public:
  /// An empty one, which nobody has.
  public_key() = default;
  /// `bad_input` when it is none.
  [[nodiscard]] static expected<public_key> parse(std::string_view z85);
  [[nodiscard]] static public_key of_bytes(const std::array<std::uint8_t, 32>& bytes);

  [[nodiscard]] const std::string& text() const { return z85_; }
  /// "a1b2-c3d4-e5f6-0718-293a": the first ten bytes, for people.
  [[nodiscard]] std::string fingerprint() const;

  friend auto operator<=>(const public_key&, const public_key&) = default;

 private:
  explicit public_key(std::string z85) : z85_(std::move(z85)) {}

  std::string z85_;
};

}  // namespace agents
