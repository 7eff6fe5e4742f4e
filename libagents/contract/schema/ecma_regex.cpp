// SPDX-License-Identifier: Apache-2.0
// Translation of ECMA-262 regular expressions (ECMA-262 §22.2, with the u flag) to RE2's syntax.
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "libagents/contract/schema/regex.hpp"

namespace agents::json_schema {
namespace {

constexpr std::string_view digit = "0-9";
constexpr std::string_view not_digit = R"(\x{0}-\x{2F}\x{3A}-\x{10FFFF})";
constexpr std::string_view word = "0-9A-Z_a-z";
constexpr std::string_view not_word = R"(\x{0}-\x{2F}\x{3A}-\x{40}\x{5B}-\x{5E}\x{60}\x{7B}-\x{10FFFF})";
// White space and line ends of ECMA-262 §12.2 and §12.3.
constexpr std::string_view space =
    R"(\x{9}-\x{D}\x{20}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}\x{FEFF})";
constexpr std::string_view not_space =
    R"(\x{0}-\x{8}\x{E}-\x{1F}\x{21}-\x{9F}\x{A1}-\x{167F}\x{1681}-\x{1FFF}\x{200B}-\x{2027}\x{202A}-\x{202E})"
    R"(\x{2030}-\x{205E}\x{2060}-\x{2FFF}\x{3001}-\x{FEFE}\x{FF00}-\x{10FFFF})";
constexpr std::string_view anything = R"(\x{0}-\x{10FFFF})";
constexpr std::string_view not_line_end = R"([^\n\r\x{2028}\x{2029}])";

/// The long names of general categories; RE2 knows the short ones and the scripts.
constexpr std::array<std::pair<std::string_view, std::string_view>, 38> categories{{
    {"Letter", "L"},
    {"Cased_Letter", "LC"},
    {"Uppercase_Letter", "Lu"},
    {"Lowercase_Letter", "Ll"},
    {"Titlecase_Letter", "Lt"},
    {"Modifier_Letter", "Lm"},
    {"Other_Letter", "Lo"},
    {"Mark", "M"},
    {"Combining_Mark", "M"},
    {"Nonspacing_Mark", "Mn"},
    {"Spacing_Mark", "Mc"},
    {"Enclosing_Mark", "Me"},
    {"Number", "N"},
    {"Decimal_Number", "Nd"},
    {"digit", "Nd"},
    {"Letter_Number", "Nl"},
    {"Other_Number", "No"},
    {"Punctuation", "P"},
    {"punct", "P"},
    {"Connector_Punctuation", "Pc"},
    {"Dash_Punctuation", "Pd"},
    {"Open_Punctuation", "Ps"},
    {"Close_Punctuation", "Pe"},
    {"Initial_Punctuation", "Pi"},
    {"Final_Punctuation", "Pf"},
    {"Other_Punctuation", "Po"},
    {"Symbol", "S"},
    {"Math_Symbol", "Sm"},
    {"Currency_Symbol", "Sc"},
    {"Modifier_Symbol", "Sk"},
    {"Other_Symbol", "So"},
    {"Separator", "Z"},
    {"Space_Separator", "Zs"},
    {"Line_Separator", "Zl"},
    {"Paragraph_Separator", "Zp"},
    {"Other", "C"},
    {"Control", "Cc"},
    {"Format", "Cf"},
}};

std::string_view category_name(std::string_view property) {
  for (const std::string_view prefix : {"General_Category=", "gc=", "Script=", "sc="})
    if (property.starts_with(prefix)) property.remove_prefix(prefix.size());
  for (const auto& [name, abbreviation] : categories)
    if (property == name) return abbreviation;
  return property;
}

std::string hex_escape(std::uint32_t c) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string reversed;
  do reversed += digits[c % 16];
  while ((c /= 16) != 0);
  return "\\x{" + std::string{reversed.rbegin(), reversed.rend()} + "}";
}

bool is_ascii_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

class translator {
 public:
  explicit translator(std::string_view pattern) : in_(pattern) {}

  expected<std::string> run() {
    while (!problem_ && !at_end()) term();
    if (problem_) return unexpected{*problem_};
    return std::move(out_);
  }

 private:
  [[nodiscard]] bool at_end() const { return at_ >= in_.size(); }
  [[nodiscard]] char peek() const { return at_end() ? '\0' : in_[at_]; }
  [[nodiscard]] bool looking_at(std::string_view text) const { return in_.substr(at_).starts_with(text); }
  bool take(std::string_view text) { return looking_at(text) ? (at_ += text.size(), true) : false; }

  void fail(errc code, std::string_view why) {
    if (problem_) return;
    problem_ = error{code, "the regular expression cannot be used: at byte " + std::to_string(at_) + ": "};
    problem_->message += why;
  }
  void refuse(std::string_view what) {
    std::string why{what};
    fail(errc::unsupported, why += " cannot be matched in bounded time; rewrite the pattern without it");
  }

  void term() {
    if (take("\\"))
      escape(false);
    else if (take("["))
      character_class();
    else if (take("("))
      group();
    else if (take("."))
      out_ += not_line_end;
    else
      out_ += in_[at_++];
  }

  void group() {
    if (looking_at("?=") || looking_at("?!") || looking_at("?<=") || looking_at("?<!")) return refuse("look-around");
    if (take("?<")) {
      const auto end = in_.find('>', at_);
      if (end == std::string_view::npos) return fail(errc::bad_input, "the name of a group has no end");
      at_ = end + 1;
    } else if (!take("?:") && peek() == '?') {
      return fail(errc::bad_input, "(? must be followed by : or <name>");
    }
    out_ += "(?:";
  }

  void character_class() {
    const bool is_negated = take("^");
    if (take("]")) {
      out_ += is_negated ? "[" : "[^";
      out_ += anything;
      out_ += ']';
      return;
    }
    out_ += is_negated ? "[^" : "[";
    while (!problem_ && !take("]")) {
      if (at_end()) return fail(errc::bad_input, "a [ has no ]");
      class_member();
    }
    out_ += ']';
  }

  void class_member() {
    if (take("\\")) {
      const auto before = at_;
      escape(true);
      // After a set such as \d a hyphen is no range but itself.
      const bool was_set =
          std::string_view{"dDwWsSpP"}.find(in_[before < in_.size() ? before : 0]) != std::string_view::npos;
      if (was_set && peek() == '-' && !looking_at("-]")) ++at_, out_ += R"(\x{2D})";
      return;
    }
    const char c = in_[at_++];
    if (c == '[' || c == '^')
      out_ += hex_escape(static_cast<std::uint32_t>(c));
    else
      out_ += c;
  }

  void set(std::string_view members, bool in_class) {
    if (!in_class) out_ += '[';
    out_ += members;
    if (!in_class) out_ += ']';
  }

  void escape(bool in_class) {
    if (at_end()) return fail(errc::bad_input, "the pattern ends with a backslash");
    const char c = in_[at_++];
    switch (c) {
      case 'd': return set(digit, in_class);
      case 'D': return set(not_digit, in_class);
      case 'w': return set(word, in_class);
      case 'W': return set(not_word, in_class);
      case 's': return set(space, in_class);
      case 'S': return set(not_space, in_class);
      case 'p':
      case 'P': return property(c, in_class);
      case 'b':
      case 'B': return boundary(c, in_class);
      default: return character(c);
    }
  }

  void boundary(char c, bool in_class) {
    if (in_class && c == 'B') return fail(errc::bad_input, "\\B cannot stand in [ ]");
    if (in_class)
      out_ += R"(\x{8})";
    else
      out_.append("\\").append(1, c);
  }

  void property(char c, bool in_class) {
    const auto end = in_.find('}', at_);
    if (!take("{") || end == std::string_view::npos)
      return fail(errc::bad_input, "\\p must be followed by a property in braces, as in \\p{Letter}");
    const auto name = in_.substr(at_, end - at_);
    at_ = end + 1;
    const bool is_positive = c == 'p';
    if (name == "Any")
      return is_positive ? set(anything, in_class) : fail(errc::unsupported, "\\P{Any} matches nothing");
    if (name == "ASCII") return set(is_positive ? R"(\x{0}-\x{7F})" : R"(\x{80}-\x{10FFFF})", in_class);
    if (category_name(name) == "LC" && is_positive) return set(R"(\p{Lu}\p{Ll}\p{Lt})", in_class);
    out_.append("\\").append(1, c).append("{").append(category_name(name)).append("}");
  }

  void character(char c) {
    switch (c) {
      case 't': out_ += R"(\x{9})"; return;
      case 'n': out_ += R"(\x{A})"; return;
      case 'v': out_ += R"(\x{B})"; return;
      case 'f': out_ += R"(\x{C})"; return;
      case 'r': out_ += R"(\x{D})"; return;
      case 'c': return control();
      case 'x': return code_point(digits(2));
      case 'u': return unicode();
      case 'k': return refuse("a back-reference");
      case '0':
        if (peek() >= '0' && peek() <= '9') return fail(errc::bad_input, "octal escapes are not allowed");
        return code_point(0);
      default: return identity(c);
    }
  }

  void identity(char c) {
    if (c >= '1' && c <= '9') return refuse("a back-reference");
    if (is_ascii_letter(c)) return fail(errc::bad_input, std::string{"the escape \\"} + c + " has no meaning");
    if (static_cast<std::uint8_t>(c) >= 0x80)
      out_ += c;  // the first byte of a UTF-8 sequence: the rest follows as ordinary characters
    else
      code_point(static_cast<std::uint32_t>(c));
  }

  void control() {
    if (!is_ascii_letter(peek())) return fail(errc::bad_input, "\\c must be followed by a letter");
    code_point(static_cast<std::uint32_t>(in_[at_++]) % 32);
  }

  void unicode() {
    if (take("{")) {
      const auto end = in_.find('}', at_);
      if (end == std::string_view::npos || end == at_ || end - at_ > 8)
        return fail(errc::bad_input, "\\u{…} needs one to eight hexadecimal digits");
      const auto c = digits(end - at_);
      ++at_;
      return code_point(c);
    }
    auto c = digits(4);
    if (c && *c >= 0xD800 && *c <= 0xDBFF && take("\\u")) {
      const auto low = digits(4);
      if (low && *low >= 0xDC00 && *low <= 0xDFFF) c = 0x10000 + ((*c - 0xD800) << 10) + (*low - 0xDC00);
    }
    code_point(c);
  }

  std::optional<std::uint32_t> digits(std::size_t count) {
    std::uint32_t c = 0;
    for (std::size_t i = 0; i < count; ++i, ++at_) {
      const char d = peek();
      const bool is_digit = d >= '0' && d <= '9';
      const bool is_letter = (d >= 'a' && d <= 'f') || (d >= 'A' && d <= 'F');
      if (!is_digit && !is_letter) return std::nullopt;
      c = c * 16 + static_cast<std::uint32_t>(is_digit ? d - '0' : (d | 0x20) - 'a' + 10);
    }
    return c;
  }

  void code_point(std::optional<std::uint32_t> c) {
    if (!c) return fail(errc::bad_input, "too few hexadecimal digits after \\x or \\u");
    if (*c > 0x10FFFF || (*c >= 0xD800 && *c <= 0xDFFF))
      return fail(errc::bad_input, "this code point is no character");
    out_ += hex_escape(*c);
  }

  std::string_view in_;
  std::size_t at_ = 0;
  std::string out_;
  std::optional<error> problem_;
};

}  // namespace

expected<std::string> ecma_to_re2(std::string_view pattern) { return translator{pattern}.run(); }

}  // namespace agents::json_schema
