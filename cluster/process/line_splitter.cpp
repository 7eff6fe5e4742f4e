// SPDX-License-Identifier: Apache-2.0
#include "cluster/process/line_splitter.hpp"

#include <utility>

#include "libagents/contract/printable.hpp"
#include "libagents/contract/utf8.hpp"

namespace agents {

void line_splitter::feed(std::string_view bytes, const on_line& sink) {
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    const auto part = bytes.substr(0, end);
    if (line_.size() < longest_bytes) line_ += part.substr(0, longest_bytes - line_.size());
    if (end == std::string_view::npos) return;
    finish(sink);
    bytes.remove_prefix(end + 1);
  }
}

void line_splitter::finish(const on_line& sink) {
  const auto raw = std::exchange(line_, {});
  const auto end = raw.ends_with('\r') ? raw.size() - 1 : raw.size();
  const auto line = printable(std::string_view{raw}.substr(0, end));
  if (!line.empty()) sink(std::string{utf8_prefix(line, longest_bytes)});
}

}  // namespace agents
