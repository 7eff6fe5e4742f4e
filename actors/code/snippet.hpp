// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libagents/contract/fields.hpp"
#include "libagents/core/expected.hpp"

namespace agents::code {

/// What `code.run@1` takes: docs/code_run.md.
struct snippet {
  std::string language = "python";
  std::string code;
  std::string input;
  std::vector<std::string> arguments;
  std::map<std::string, std::string> files;
  double timeout_seconds = 10;
  std::int64_t memory_mb = 256;

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor& visit) {
    visit("language", self.language, {.optional = true, .one_of = {"python", "shell"}});
    visit("code", self.code, {.max_length = 1'000'000, .doc = "the whole program"});
    visit("input", self.input, {.optional = true, .max_length = 8'000'000, .doc = "its standard input"});
    visit("arguments", self.arguments, {.optional = true, .doc = "its command line, without its name"});
    visit("files", self.files, {.optional = true, .doc = "content by name, in its working folder"});
    visit("timeout_seconds", self.timeout_seconds, {.optional = true, .minimum = 0.01, .maximum = 300});
    visit("memory_mb", self.memory_mb, {.optional = true, .minimum = 16, .maximum = 4096});
  }
};

/// What it gives: how the program ended, and what it printed. That it failed is a result, not an error.
struct snippet_result {
  std::int64_t exit_code = 0;
  std::int64_t signal = 0;
  std::string output;
  bool output_truncated = false;
  std::string errors;
  bool errors_truncated = false;
  bool timed_out = false;
  bool out_of_memory = false;
  double wall_seconds = 0;
  std::optional<double> cpu_seconds;

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor& visit) {
    visit("exit_code", self.exit_code, {.doc = "0 when a signal ended it"});
    visit("signal", self.signal, {.doc = "0 when it ended by itself"});
    visit("output", self.output, {.doc = "standard output, at most 1 MiB; what is no UTF-8 is replaced"});
    visit("output_truncated", self.output_truncated);
    visit("errors", self.errors, {.doc = "standard error, at most 64 KiB"});
    visit("errors_truncated", self.errors_truncated);
    visit("timed_out", self.timed_out);
    visit("out_of_memory", self.out_of_memory);
    visit("wall_seconds", self.wall_seconds, {.doc = "from the moment it was handed to its interpreter"});
    visit("cpu_seconds", self.cpu_seconds,
          {.doc = "of all its processes, with the interpreter's start; where it is counted"});
  }
};

/// `bad_input` names what is wrong: the language, a file's name, the number or size of things.
[[nodiscard]] expected<void> check(const snippet& s);

}  // namespace agents::code
