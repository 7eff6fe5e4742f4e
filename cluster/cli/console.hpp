// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

#include "libagents/core/errc.hpp"
#include "libagents/core/value.hpp"

namespace agents::cli {

/// Exit codes of the program; docs/cli.md lists them.
enum class exit_code : int {
  ok = 0,
  failed = 1,        ///< the run failed, or the check found something
  usage = 2,         ///< wrong arguments, files or configuration
  partial = 3,       ///< the run ended with a partial answer
  waiting = 4,       ///< the run waits for a person
  interrupted = 130  ///< Ctrl-C; the run can be resumed
};

/// Where a command writes: results to `out`, progress and errors to `err`; JSON or text for people.
struct console {
  std::ostream& out;
  std::ostream& err;
  bool json = false;
  bool color = false;  ///< of `out`: it is a terminal and NO_COLOR is not set
  bool err_is_terminal = false;
  bool out_is_terminal = false;

  /// Prints "agents: …" and gives the exit code for the error.
  exit_code fail(const error& e) const;
  /// Prints a value as JSON.
  void print(const value& v) const;

  [[nodiscard]] std::string bold(std::string_view text) const { return paint("1", text); }
  [[nodiscard]] std::string dim(std::string_view text) const { return paint("2", text); }
  [[nodiscard]] std::string green(std::string_view text) const { return paint("32", text); }
  [[nodiscard]] std::string red(std::string_view text) const { return paint("31", text); }
  [[nodiscard]] std::string yellow(std::string_view text) const { return paint("33", text); }

 private:
  [[nodiscard]] std::string paint(std::string_view code, std::string_view text) const;
};

[[nodiscard]] console standard_console(bool json);

/// "1.24 s", "12.3 ms", "840 µs".
[[nodiscard]] std::string human_seconds(double seconds);

}  // namespace agents::cli
