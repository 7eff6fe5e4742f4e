// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "libagents/core/expected.hpp"
#include "libagents/core/file_handle.hpp"

namespace agents {

/// A folder that only this user may enter (0700), below `$XDG_RUNTIME_DIR` or the system's temporary folder; removed
/// with everything in it. Local sockets live here, because the path of a socket has at most 107 bytes.
///
/// Who holds one holds a lock on it. A process that was killed leaves its folder behind; whoever makes one beside it
/// later takes it away.
class private_folder {
 public:
  [[nodiscard]] static expected<private_folder> create();
  private_folder(private_folder&& other) noexcept;
  private_folder& operator=(private_folder&&) = delete;
  private_folder(const private_folder&) = delete;
  private_folder& operator=(const private_folder&) = delete;
  ~private_folder();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  private_folder(std::filesystem::path path, file_handle lock) : path_(std::move(path)), lock_(std::move(lock)) {}

  std::filesystem::path path_;
  file_handle lock_;
};

}  // namespace agents
