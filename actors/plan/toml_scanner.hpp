// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace agents {

/// Deepest nesting of tables and arrays; a plan needs five.
inline constexpr int max_toml_depth = 64;
inline constexpr std::string_view toml_too_deep = "nested deeper than 64 levels; make it flatter";

/// Looks at a TOML text before the parser does, for what the parser cannot bear:
///  - a dotted key "a.b.c" with a million parts, for each of which it nests a table;
///  - letters beyond ASCII anywhere but in texts and comments, for which toml++ 3.3 runs into undefined behaviour. It
///    reads on into what follows a malformed number, so texts must stand where a text may begin, and must have an end.
///
/// Everything refused here is no TOML; what is not refused may still be none.
class toml_scanner {
 public:
  explicit toml_scanner(std::string_view text) : text_(text) {}

  /// What is wrong first, and in `place()` where; "" when nothing is.
  [[nodiscard]] std::string_view problem();
  /// The text for the parser, when there is no problem. Differs from the given one where a letter beyond ASCII follows
  /// a backslash at the end of a line: that is correct TOML, but toml++ 3.3 bears the letter only escaped.
  [[nodiscard]] std::string bearable() const;
  /// "line:column"; columns count characters, from 1.
  [[nodiscard]] std::string place() const;

 private:
  [[nodiscard]] std::string_view take_text(char quote);
  [[nodiscard]] std::string_view take_sign(char c);
  [[nodiscard]] std::string_view skip_one_line(char quote);
  [[nodiscard]] std::string_view skip_lines(char quote);
  [[nodiscard]] bool skip_escape();
  [[nodiscard]] bool skip_joint();
  [[nodiscard]] bool may_begin() const;
  void end_statement();

  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1;
  int dots_ = 0;                             ///< of the key that is being read
  bool in_value_ = false;                    ///< else in a key or a header
  std::string open_ = {};                    ///< '[' and '{' of the value that is being read
  std::vector<std::size_t> to_escape_ = {};  ///< where such letters begin
};

}  // namespace agents
