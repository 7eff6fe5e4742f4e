// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cluster/keys/public_key.hpp"

namespace agents {

/// A pair: whoever has the secret key is who the public key names.
struct key_pair {
  std::string name;
  public_key open;
  std::string secret;  ///< 40 characters of Z85; never shown, never in an error
};

/// A public key with the name that its owner gave it.
struct named_key {
  std::string name;
  public_key key;
};

/// A key that may register workers, and of which modules.
struct allowed_key {
  std::string name;
  public_key key;
  std::vector<std::string> modules;  ///< "*": any

  [[nodiscard]] bool may_offer(std::string_view module) const;
};

/// A new pair from the system's entropy. `unsupported` when ZeroMQ was built without CURVE.
[[nodiscard]] expected<key_pair> make_key_pair(const std::string& name);

/// A name of a key: 1 to 64 letters, digits, '.', '_' and '-', not beginning with '.'.
[[nodiscard]] expected<void> check_key_name(const std::string& name);

/// The text of a file; see docs/remote_modules.md for the form.
[[nodiscard]] std::string secret_text(const key_pair& k);
[[nodiscard]] std::string public_text(const named_key& k);
[[nodiscard]] std::string allowed_text(const allowed_key& k);

/// Reads what the functions above wrote. `bad_input` names what is missing or wrong, never a key.
[[nodiscard]] expected<key_pair> parse_secret(std::string_view text);
[[nodiscard]] expected<named_key> parse_public(std::string_view text);
[[nodiscard]] expected<allowed_key> parse_allowed(std::string_view text);

/// Reads a secret key. `not_found`; `rejected` when others than its owner may read the file, with the remedy;
/// `bad_input`.
[[nodiscard]] expected<key_pair> read_secret_key(const std::filesystem::path& file);

/// At most 64 KiB of a file.
[[nodiscard]] expected<std::string> read_key_text(const std::filesystem::path& file);

}  // namespace agents
