// SPDX-License-Identifier: Apache-2.0
#include "libagents/contract/schema/regex.hpp"

#include <re2/re2.h>

namespace agents::json_schema {
namespace {

constexpr std::size_t longest_pattern = 8192;  // bytes; RE2 compiles in time linear in the pattern
constexpr std::int64_t automaton_bytes = 4 << 20;

re2::RE2::Options options() {
  re2::RE2::Options out;
  out.set_log_errors(false);
  out.set_never_capture(true);
  out.set_max_mem(automaton_bytes);
  return out;
}

}  // namespace

struct regex::compiled {
  compiled(std::string_view pattern, const std::string& translated)
      : source(pattern), automaton(translated, options()) {}
  std::string source;
  re2::RE2 automaton;
};

expected<regex> regex::compile(std::string_view ecma_pattern) {
  if (ecma_pattern.size() > longest_pattern)
    return unexpected{errc::unsupported, "a regular expression of " + std::to_string(ecma_pattern.size()) +
                                             " bytes; at most " + std::to_string(longest_pattern) + " are allowed"};
  const auto translated = ecma_to_re2(ecma_pattern);
  if (!translated) return translated.propagate();
  auto made = std::make_shared<const compiled>(ecma_pattern, *translated);
  if (!made->automaton.ok())
    return unexpected{errc::bad_input, "the regular expression is malformed: " + made->automaton.error()};
  return regex{std::move(made)};
}

bool regex::matches(std::string_view text) const {
  return compiled_->automaton.Match({text.data(), text.size()}, 0, text.size(), re2::RE2::UNANCHORED, nullptr, 0);
}

const std::string& regex::source() const { return compiled_->source; }

}  // namespace agents::json_schema
