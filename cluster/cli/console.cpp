// SPDX-License-Identifier: Apache-2.0
#include "cluster/cli/console.hpp"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "libagents/contract/json.hpp"
#include "libagents/contract/printable.hpp"

namespace agents::cli {
namespace {

exit_code code_for(errc code) {
  switch (code) {
    case errc::bad_input:
    case errc::not_found:
    case errc::no_route:
    case errc::unsupported: return exit_code::usage;
    default: return exit_code::failed;
  }
}

}  // namespace

exit_code console::fail(const error& e) const {
  if (json) print(object{{"error", object{{"code", to_string(e.code)}, {"message", e.message}}}});
  err << "agents: " << printable(e.message.empty() ? sentence(e.code) : e.message) << '\n';
  return code_for(e.code);
}

void console::print(const value& v) const { out << to_json(v, json_style::pretty) << '\n'; }

std::string console::paint(std::string_view code, std::string_view text) const {
  if (!color) return std::string{text};
  return "\x1b[" + std::string{code} + "m" + std::string{text} + "\x1b[0m";
}

console standard_console(bool json) {
  const bool plain = std::getenv("NO_COLOR") != nullptr || json;
  const bool terminal = isatty(STDOUT_FILENO) == 1;
  return {std::cout, std::cerr, json, !plain && terminal, isatty(STDERR_FILENO) == 1, terminal};
}

std::string human_seconds(double seconds) {
  std::array<char, 32> text{};
  if (seconds >= 1)
    std::snprintf(text.data(), text.size(), "%.2f s", seconds);
  else if (seconds >= 1e-3)
    std::snprintf(text.data(), text.size(), "%.1f ms", seconds * 1e3);
  else
    std::snprintf(text.data(), text.size(), "%.0f µs", seconds * 1e6);
  return text.data();
}

}  // namespace agents::cli
