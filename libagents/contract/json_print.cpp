// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <cmath>

#include "libagents/contract/base64.hpp"
#include "libagents/contract/json.hpp"
#include "libagents/contract/utf8.hpp"

namespace agents {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

bool is_plain(char c) {
  const auto b = static_cast<std::uint8_t>(c);
  return b >= 0x20 && b < 0x7F && c != '"' && c != '\\';
}

/// U+0080 to U+009F, which act on a terminal: whoever prints JSON prints none of them.
bool is_c1(std::string_view text) {
  return text.size() > 1 && text[0] == '\xC2' && static_cast<std::uint8_t>(text[1]) - 0x80U < 0x20;
}

void append_code_unit(std::string& out, char c) {
  constexpr std::string_view hex = "0123456789abcdef";
  out += "\\u00";
  out += hex[static_cast<std::uint8_t>(c) >> 4];
  out += hex[static_cast<std::uint8_t>(c) & 0xFU];
}

void append_escape(std::string& out, char c) {
  switch (c) {
    case '"': out += "\\\""; break;
    case '\\': out += "\\\\"; break;
    case '\b': out += "\\b"; break;
    case '\f': out += "\\f"; break;
    case '\n': out += "\\n"; break;
    case '\r': out += "\\r"; break;
    case '\t': out += "\\t"; break;
    default: append_code_unit(out, c);
  }
}

void append_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    std::size_t plain = 0;
    while (plain < text.size() && is_plain(text[plain])) ++plain;
    out.append(text.data(), plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    if (static_cast<std::uint8_t>(text[0]) < 0x80) {
      append_escape(out, text[0]);
      text.remove_prefix(1);
      continue;
    }
    if (is_c1(text)) {
      append_code_unit(out, text[1]);
      text.remove_prefix(2);
      continue;
    }
    const auto length = utf8_sequence_length(text);
    out += length == 0 ? replacement : text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out += '"';
}

template <class Number>
std::string_view digits_of(Number v, char (&buffer)[32]) {
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, v).ptr;
  return {buffer, static_cast<std::size_t>(end - buffer)};
}

void append_double(std::string& out, double v) {
  if (!std::isfinite(v)) {
    out += "null";
    return;
  }
  char buffer[32];
  const auto digits = digits_of(v, buffer);
  out += digits;
  if (digits.find_first_of(".e") == std::string_view::npos) out += ".0";
}

class printer {
 public:
  /// Stops soon after `out` has reached `stop_at` bytes.
  printer(std::string& out, json_style style, std::size_t stop_at) : out_(out), style_(style), stop_at_(stop_at) {}

  void print(const value& v) {
    switch (v.type()) {
      case value::kind::null: out_ += "null"; break;
      case value::kind::boolean: out_ += v.as_bool() ? "true" : "false"; break;
      case value::kind::integer: print_integer(v.as_integer()); break;
      case value::kind::number: append_double(out_, v.as_number()); break;
      case value::kind::string: print_string(v.as_string()); break;
      case value::kind::bytes: print_bytes(v.as_bytes()); break;
      case value::kind::array: print_array(v.as_array()); break;
      case value::kind::object: print_object(v.as_object()); break;
    }
  }

  [[nodiscard]] bool was_cut() const { return was_cut_; }

 private:
  [[nodiscard]] bool is_full() const { return out_.size() >= stop_at_; }
  [[nodiscard]] std::size_t room() const { return is_full() ? 0 : stop_at_ - out_.size(); }

  void print_integer(std::int64_t v) {
    char buffer[32];
    out_ += digits_of(v, buffer);
  }

  void print_string(std::string_view text) {
    was_cut_ |= text.size() > room();
    append_string(out_, utf8_prefix(text, room()));
  }

  void print_bytes(const bytes& data) {
    out_ += '"';
    was_cut_ |= data.size() > room();
    if (data.size() <= room())
      append_base64(out_, data);
    else
      append_base64(out_, bytes(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(room())));
    out_ += '"';
  }

  void print_array(const array& items) {
    out_ += '[';
    ++depth_;
    bool first = true;
    for (const auto& item : items) {
      if ((was_cut_ |= is_full())) break;
      separate(first);
      print(item);
    }
    close(first, ']');
  }

  void print_object(const object& members) {
    out_ += '{';
    ++depth_;
    bool first = true;
    for (const auto& [name, item] : members) {
      if ((was_cut_ |= is_full())) break;
      separate(first);
      print_string(name);
      out_ += style_ == json_style::pretty ? ": " : ":";
      print(item);
    }
    close(first, '}');
  }

  void separate(bool& first) {
    if (!first) out_ += ',';
    first = false;
    if (style_ == json_style::pretty) new_line();
  }

  void close(bool is_empty, char bracket) {
    --depth_;
    if (!is_empty && style_ == json_style::pretty) new_line();
    out_ += bracket;
  }

  void new_line() {
    out_ += '\n';
    out_.append(2 * depth_, ' ');
  }

  std::string& out_;
  json_style style_;
  std::size_t stop_at_;
  std::size_t depth_ = 0;
  bool was_cut_ = false;
};

}  // namespace

void append_json(std::string& out, const value& v, json_style style) { printer{out, style, SIZE_MAX}.print(v); }

std::string to_json(const value& v, json_style style) {
  std::string out;
  append_json(out, v, style);
  return out;
}

std::string json_excerpt(const value& v, std::size_t max_bytes) {
  std::string out;
  printer p{out, json_style::compact, max_bytes + 1};
  p.print(v);
  if (!p.was_cut() && out.size() <= max_bytes) return out;
  out.resize(utf8_prefix(out, max_bytes).size());
  return out + "…";
}

}  // namespace agents
