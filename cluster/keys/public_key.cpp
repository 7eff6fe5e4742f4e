// SPDX-License-Identifier: Apache-2.0
#include "cluster/keys/public_key.hpp"

#include <zmq.h>

#include <cstddef>

namespace agents {
namespace {

constexpr std::size_t z85_characters = 40;
constexpr std::size_t fingerprint_bytes = 10;

}  // namespace

expected<public_key> public_key::parse(std::string_view z85) {
  std::array<std::uint8_t, 32> bytes{};
  const std::string text{z85};
  if (text.size() != z85_characters || !zmq_z85_decode(bytes.data(), text.c_str()))
    return unexpected{errc::bad_input,
                      "this is no public key: expected 40 characters, as `agents keys new` prints them; put it into "
                      "'single quotation marks' for the shell"};
  auto key = of_bytes(bytes);
  if (key.text() == text) return key;
  return unexpected{errc::bad_input, "this is no public key: one of its groups of five characters is too large"};
}

public_key public_key::of_bytes(const std::array<std::uint8_t, 32>& bytes) {
  std::array<char, z85_characters + 1> text{};
  zmq_z85_encode(text.data(), bytes.data(), bytes.size());
  return public_key{std::string{text.data()}};
}

std::string public_key::fingerprint() const {
  static constexpr char digits[] = "0123456789abcdef";
  std::array<std::uint8_t, 32> bytes{};
  if (z85_.size() != z85_characters || !zmq_z85_decode(bytes.data(), z85_.c_str())) return "none";
  std::string out;
  for (std::size_t i = 0; i < fingerprint_bytes; ++i) {
    if (i > 0 && i % 2 == 0) out += '-';
    out += digits[bytes[i] >> 4];
    out += digits[bytes[i] & 15];
  }
  return out;
}

}  // namespace agents
