// SPDX-License-Identifier: Apache-2.0
#include "actors/licence/dep5.hpp"

#include <algorithm>
#include <cctype>

namespace agents::licence {
namespace {

constexpr std::size_t header_bytes = 1000;  ///< the Format line stands near the top

std::string to_lower(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r") == std::string_view::npos; }
bool is_continuation(std::string_view line) { return line.starts_with(' ') || line.starts_with('\t'); }

/// The length of the field name that the line begins with, or 0.
std::size_t name_length(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon > 40) return 0;
  const auto ok = [](unsigned char c) { return std::isalnum(c) || c == '-'; };
  return std::all_of(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(colon), ok) ? colon : 0;
}

dep5_field open_field(std::string_view text, std::size_t begin, std::size_t end, std::size_t name) {
  auto first = text.substr(begin + name + 1, end - begin - name - 1);
  const auto blanks = std::min(first.find_first_not_of(" \t"), first.size());
  first.remove_prefix(blanks);
  while (!first.empty() && std::isspace(static_cast<unsigned char>(first.back()))) first.remove_suffix(1);
  const auto next = std::min(end + 1, text.size());
  return {to_lower(text.substr(begin, name)), first, begin + name + 1 + blanks, begin, next, next};
}

/// Splits text into stanzas line by line.
class parser {
 public:
  explicit parser(std::string_view text) : text_(text) {}

  std::vector<dep5_stanza> run() {
    for (std::size_t begin = 0; begin < text_.size();) {
      const auto end = std::min(text_.find('\n', begin), text_.size());
      take_line(begin, end);
      begin = end + 1;
    }
    close();
    return std::move(out_);
  }

 private:
  void take_line(std::size_t begin, std::size_t end) {
    const auto line = text_.substr(begin, end - begin);
    const auto next = std::min(end + 1, text_.size());
    if (is_blank(line)) return close();
    const auto name = is_continuation(line) ? 0 : name_length(line);
    if (name > 0) {
      if (stanza_.fields.empty()) stanza_.begin = begin;
      stanza_.fields.push_back(open_field(text_, begin, end, name));
      stanza_.end = next;
    } else if (!stanza_.fields.empty()) {
      stanza_.fields.back().end = stanza_.end = next;
    } else if (!out_.empty()) {
      // Text after an empty line that should have been " ." continues the field before it.
      out_.back().fields.back().end = out_.back().end = next;
    }
  }

  void close() {
    if (!stanza_.fields.empty()) out_.push_back(std::move(stanza_));
    stanza_ = {};
  }

  std::string_view text_;
  std::vector<dep5_stanza> out_;
  dep5_stanza stanza_;
};

}  // namespace

const dep5_field* dep5_stanza::find(std::string_view name) const {
  const auto f = std::find_if(fields.begin(), fields.end(), [&](const dep5_field& x) { return x.name == name; });
  return f == fields.end() ? nullptr : &*f;
}

bool is_dep5(std::string_view text) {
  const auto head = to_lower(text.substr(0, header_bytes)).insert(0, 1, '\n');
  return head.find("\nformat:") != std::string::npos || head.find("\nformat-specification:") != std::string::npos;
}

std::vector<dep5_stanza> parse_dep5(std::string_view text) { return parser{text}.run(); }

std::vector<std::string> words_of(const dep5_field& field, std::string_view text) {
  std::vector<std::string> out;
  const auto all = std::string{field.first} + " " + std::string{text.substr(field.body, field.end - field.body)};
  std::string current;
  for (const char c : all + " ") {
    if (!std::isspace(static_cast<unsigned char>(c)) && c != ',') {
      current += c;
    } else if (!current.empty()) {
      if (current != ".") out.push_back(current);
      current.clear();
    }
  }
  return out;
}

}  // namespace agents::licence
