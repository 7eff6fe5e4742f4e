// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cluster/keys/key_file.hpp"

namespace agents {

/// The folder with the keys of a node or of a worker's host: own pairs, and whom the node allows.
///
/// Files are written aside and renamed, so that whoever reads sees a whole one. Several programs may use it at once.
class key_folder {
 public:
  explicit key_folder(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// `rejected` when others than its user could replace keys: see `make_owned_folder`. The functions below look, too.
  [[nodiscard]] expected<void> check() const;
  /// Makes a pair. `conflict` when there is one of this name.
  expected<key_pair> make(const std::string& name);
  /// `not_found` with the remedy.
  [[nodiscard]] expected<key_pair> own(const std::string& name) const;
  [[nodiscard]] expected<std::vector<named_key>> list_own() const;

  /// `conflict` when the name is taken by another key, or another name has this key.
  expected<void> allow(const allowed_key& k);
  /// `not_found` when there is none.
  expected<allowed_key> revoke(const std::string& name);
  /// Of files that cannot be read, `problems` gets a line each: a broken file allows nobody and hides no other.
  /// A folder that others may write allows nobody.
  [[nodiscard]] std::vector<allowed_key> allowed(std::vector<std::string>& problems) const;

  [[nodiscard]] const std::filesystem::path& path() const { return folder_; }
  [[nodiscard]] std::filesystem::path secret_file(const std::string& name) const {
    return folder_ / (name + ".secret");
  }
  [[nodiscard]] std::filesystem::path allowed_folder() const { return folder_ / "allowed"; }

 private:
  std::filesystem::path folder_;
};

/// The key in a file, or the one that is written out. `name` is empty when only the key was given.
[[nodiscard]] expected<named_key> read_file_or_key(const std::string& text);

}  // namespace agents
