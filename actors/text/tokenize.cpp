// SPDX-License-Identifier: Apache-2.0
#include "actors/text/tokenize.hpp"

#include <array>

namespace agents::text {
namespace {

enum class byte_class : std::uint8_t { other, letter, digit, symbol, high };

constexpr auto classes = [] {
  std::array<byte_class, 256> table{};
  for (int c = 'a'; c <= 'z'; ++c) table[static_cast<std::size_t>(c)] = byte_class::letter;
  for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<std::size_t>(c)] = byte_class::letter;
  for (int c = '0'; c <= '9'; ++c) table[static_cast<std::size_t>(c)] = byte_class::digit;
  for (const char c : {'$', '%', '*'}) table[static_cast<std::size_t>(c)] = byte_class::symbol;
  for (std::size_t c = 0x80; c < 256; ++c) table[c] = byte_class::high;
  return table;
}();

byte_class class_of(char c) noexcept { return classes[static_cast<unsigned char>(c)]; }

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

/// General punctuation (quotation marks, dashes, bullets: U+2000 to U+206F) and U+00A0 to U+00BF separate words.
std::size_t separator_length(std::string_view text, std::size_t at) noexcept {
  const auto byte = [&](std::size_t i) { return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U; };
  if (byte(0) == 0xC2 && byte(1) >= 0xA0 && byte(1) <= 0xBF) return 2;
  if (byte(0) == 0xE2 && (byte(1) == 0x80 || byte(1) == 0x81)) return 3;
  return 0;
}

bool is_apostrophe(std::string_view text, std::size_t at, std::size_t& length) noexcept {
  if (at < text.size() && text[at] == '\'') return length = 1, true;
  if (text.substr(at, 3) == "\xE2\x80\x99") return length = 3, true;
  return false;
}

/// Writes the normalised form of each word into a buffer and calls `emit(begin, end, form)`.
template <class Emit>
class scanner {
 public:
  scanner(std::string_view text, Emit emit) : text_(text), emit_(std::move(emit)) {}

  void run() {
    while (at_ < text_.size()) step();
  }

 private:
  void step() {
    switch (class_of(text_[at_])) {
      case byte_class::letter: return word();
      case byte_class::high: return separator_length(text_, at_) > 0 ? skip(separator_length(text_, at_)) : word();
      case byte_class::digit: return number();
      case byte_class::symbol: return symbol();
      case byte_class::other: return skip(1);
    }
  }

  void skip(std::size_t bytes) { at_ += bytes; }

  void word() {
    const auto begin = at_;
    form_.clear();
    while (at_ < text_.size() && in_word(text_[at_])) form_.push_back(lower(text_[at_++]));
    emit_(begin, at_, form_);
    drop_possessive();
  }

  bool in_word(char c) const {
    const auto kind = class_of(c);
    return kind == byte_class::letter || (kind == byte_class::high && separator_length(text_, at_) == 0);
  }

  void drop_possessive() {
    std::size_t length = 0;
    if (!is_apostrophe(text_, at_, length) || at_ + length >= text_.size() || lower(text_[at_ + length]) != 's') return;
    const auto after = at_ + length + 1;
    if (after < text_.size() && class_of(text_[after]) == byte_class::letter) return;
    at_ = after;
  }

  void number() {
    const auto begin = at_;
    const auto more = [&] {
      if (class_of(text_[at_]) == byte_class::digit) return true;
      const bool inner = text_[at_] == '.' || text_[at_] == ',';
      return inner && at_ + 1 < text_.size() && class_of(text_[at_ + 1]) == byte_class::digit;
    };
    while (at_ < text_.size() && more()) ++at_;
    emit_(begin, at_, std::string_view{"#"});
  }

  void symbol() {
    const auto begin = at_;
    const char c = text_[at_];
    while (at_ < text_.size() && text_[at_] == c) ++at_;
    emit_(begin, at_, std::string_view{&c, 1});
  }

  std::string_view text_;
  Emit emit_;
  std::size_t at_ = 0;
  std::string form_;
};

template <class Emit>
void scan(std::string_view text, Emit emit) {
  scanner<Emit>{text.substr(0, UINT32_MAX), std::move(emit)}.run();
}

constexpr std::size_t stem_bytes = 5;

}  // namespace

std::uint64_t hash_bytes(std::string_view bytes) noexcept {
  std::uint64_t h = 0xCBF29CE484222325ULL;
  for (const char c : bytes) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  h = (h ^ (h >> 32)) * 0x94D049BB133111EBULL;
  return h ^ (h >> 29);
}

std::vector<token> tokenize(std::string_view text) {
  std::vector<token> out;
  out.reserve(text.size() / 6);
  scan(text, [&](std::size_t begin, std::size_t end, std::string_view form) {
    out.push_back({.begin = static_cast<std::uint32_t>(begin),
                   .end = static_cast<std::uint32_t>(end),
                   .hash = hash_bytes(form),
                   .prefix = hash_bytes(form.substr(0, stem_bytes)),
                   .capital = text[begin] >= 'A' && text[begin] <= 'Z'});
  });
  return out;
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  scan(text, [&](std::size_t, std::size_t, std::string_view form) { out.emplace_back(form); });
  return out;
}

}  // namespace agents::text
