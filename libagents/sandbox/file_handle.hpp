// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <utility>

namespace agents {

/// A file descriptor that is closed at the end.
class file_handle {
 public:
  file_handle() = default;
  explicit file_handle(int fd) : fd_(fd) {}
  file_handle(file_handle&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  file_handle& operator=(file_handle&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~file_handle();
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// A file in memory with this content; with `sealed` nobody can change it, else it stands at its beginning. Not open
/// when the system refuses it: see `errno`.
[[nodiscard]] file_handle memory_file(const char* name, const void* content, std::size_t bytes, bool sealed);

}  // namespace agents
