// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace agents {

/// Makes lines of what a process prints, `printable`, at most 1024 bytes each; the rest of a longer one is dropped.
/// Empty lines are skipped, and a carriage return before the end of a line.
class line_splitter {
 public:
  using on_line = std::function<void(std::string)>;

  static constexpr std::size_t longest_bytes = 1024;

  void feed(std::string_view bytes, const on_line& sink);
  /// The end: what has no newline is a line too.
  void finish(const on_line& sink);

 private:
  std::string line_;
};

}  // namespace agents
