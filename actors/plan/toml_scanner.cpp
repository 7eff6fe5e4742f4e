// SPDX-License-Identifier: Apache-2.0
#include "actors/plan/toml_scanner.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

#include "libagents/contract/utf8.hpp"

namespace agents {
namespace {

constexpr std::string_view not_ascii = "letters beyond ASCII must stand in quotes, for instance \"…\", or in a comment";
constexpr std::string_view glued =
    "a text in quotes stands right after other characters; put a blank, a comma or '=' between them";
constexpr std::string_view unfinished =
    "a text in quotes does not end on its line; close the quote, or use three quotes for several lines";
constexpr std::string_view bad_escape =
    "a backslash before a letter beyond ASCII; write two backslashes, or use single quotes";
constexpr std::string_view bad_sign =
    "'=', '[' and '{' cannot stand inside a value; put the value in quotes, or a comma before it";
constexpr std::string_view white_space = " \t\r\n";
static_assert(max_toml_depth == 64);

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

}  // namespace

std::string_view toml_scanner::problem() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    std::string_view wrong;
    if (!is_ascii(c))
      wrong = not_ascii;
    else if (c == '"' || c == '\'')
      wrong = take_text(c);
    else if (c == '#')
      at_ = std::min(text_.find('\n', at_), text_.size());
    else
      wrong = take_sign(c);
    if (!wrong.empty()) return wrong;
    if (dots_ >= max_toml_depth) return toml_too_deep;
  }
  return {};
}

std::string toml_scanner::place() const {
  const auto before = text_.substr(0, at_);
  const auto line = before.substr(before.rfind('\n') + 1);
  const auto characters = std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xc0) != 0x80; });
  return std::to_string(line_) + ":" + std::to_string(characters + 1);
}

/// A text, or a table or list in a value, begins here and does not continue something else.
bool toml_scanner::may_begin() const {
  if (at_ == 0) return true;
  return (in_value_ ? std::string_view{" \t\r\n=[,"} : std::string_view{" \t\r\n[{,."}).find(text_[at_ - 1]) !=
         std::string_view::npos;
}

void toml_scanner::end_statement() {
  in_value_ = false;
  dots_ = 0;
}

std::string_view toml_scanner::take_sign(char c) {
  if (c == '=' || c == '[' || c == '{') {
    if (in_value_ && (c == '=' || !may_begin())) return bad_sign;
    if (in_value_) open_ += c;
    in_value_ = c == '=' || (in_value_ && c == '[');
    dots_ = 0;
  } else if (c == ']' || c == '}' || c == ',') {
    const char opening = c == ']' ? '[' : '{';
    if (c == ',')
      in_value_ = open_.empty() ? in_value_ : open_.back() == '[';
    else if (!open_.empty() && open_.back() == opening)
      open_.pop_back(), in_value_ = true;
    dots_ = 0;
  } else if (c == '\n') {
    ++line_;
    if (open_.empty()) end_statement();
    dots_ = 0;
  } else if (c == '.') {
    ++dots_;
  }
  ++at_;
  return {};
}

std::string_view toml_scanner::take_text(char quote) {
  if (!may_begin()) return glued;
  const auto begin = at_;
  const auto line = line_;
  const bool several_lines = text_.substr(at_, 3) == std::string(3, quote);
  const auto wrong = several_lines ? skip_lines(quote) : skip_one_line(quote);
  if (wrong == unfinished) at_ = begin, line_ = line;
  return wrong;
}

/// Skips a backslash and what it escapes, but no end of line; false when it may not escape that.
bool toml_scanner::skip_escape() {
  if (at_ + 1 < text_.size() && !is_ascii(text_[at_ + 1])) return false;
  at_ += at_ + 1 < text_.size() && text_[at_ + 1] != '\n' ? 2 : 1;
  return true;
}

/// Skips a backslash at the end of a line with the white space around the joint.
bool toml_scanner::skip_joint() {
  at_ = std::min(text_.find_first_not_of(" \t\r", at_ + 1), text_.size());
  if (at_ < text_.size() && text_[at_] != '\n') return is_ascii(text_[at_]);  // no end of a line
  for (; at_ < text_.size() && white_space.find(text_[at_]) != std::string_view::npos; ++at_)
    line_ += text_[at_] == '\n' ? 1 : 0;
  if (at_ < text_.size() && !is_ascii(text_[at_])) to_escape_.push_back(at_);
  return true;
}

std::string_view toml_scanner::skip_one_line(char quote) {
  for (++at_; at_ < text_.size() && text_[at_] != '\n';) {
    if (text_[at_] == quote) return ++at_, std::string_view{};
    if (quote != '"' || text_[at_] != '\\')
      ++at_;
    else if (!skip_escape())
      return bad_escape;
  }
  return unfinished;
}

std::string_view toml_scanner::skip_lines(char quote) {
  const std::string end(3, quote);
  for (at_ += end.size(); at_ < text_.size() && text_.substr(at_, end.size()) != end;) {
    if (quote == '"' && text_[at_] == '\\') {
      const bool joint = at_ + 1 < text_.size() && white_space.find(text_[at_ + 1]) != std::string_view::npos;
      if (!(joint ? skip_joint() : skip_escape())) return bad_escape;
    } else {
      line_ += text_[at_++] == '\n' ? 1 : 0;
    }
  }
  at_ = std::min(at_ + end.size(), text_.size());  // that there is no end the parser will say
  // The text may end with quotes of its own before the three that close it.
  for (int extra = 0; extra < 2 && at_ < text_.size() && text_[at_] == quote; ++extra) ++at_;
  return {};
}

std::string toml_scanner::bearable() const {
  std::string out;
  std::size_t from = 0;
  for (const auto at : to_escape_) {
    const auto length = utf8_sequence_length(text_.substr(at));
    if (length == 0) continue;  // the parser will say so
    std::uint32_t code_point = static_cast<unsigned char>(text_[at]) & (0xffU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i)
      code_point = code_point << 6U | (static_cast<unsigned char>(text_[at + i]) & 0x3fU);
    std::array<char, 11> escape{};
    std::snprintf(escape.data(), escape.size(), "\\U%08X", code_point);
    out.append(text_.substr(from, at - from)).append(escape.data());
    from = at + length;
  }
  return out.append(text_.substr(from));
}

}  // namespace agents
