// SPDX-License-Identifier: Apache-2.0
#include "cluster/process/line_splitter.hpp"

#include <utility>

#include "libagents/contract/utf8.hpp"

namespace agents {
namespace {

constexpr char32_t replacement = 0xFFFD;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

std::string printable(std::string_view raw) {
  std::string out;
  while (!raw.empty()) {
    const auto length = utf8_sequence_length(raw);
    if (length == 0)
      append_utf8(out, replacement);
    else if (length > 1 || !is_control(raw.front()))
      out += raw.substr(0, length);
    else if (raw.front() == '\t')
      out += ' ';
    raw.remove_prefix(length == 0 ? 1 : length);
  }
  return std::string{utf8_prefix(out, line_splitter::longest_bytes)};
}

}  // namespace

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
  auto line = printable(std::exchange(line_, {}));
  if (!line.empty()) sink(std::move(line));
}

}  // namespace agents
