// SPDX-License-Identifier: Apache-2.0
// The worked example of docs/journal_format.md is what the code writes.
#include <fstream>
#include <sstream>

#include "libagents/journal/history.hpp"
#include "libagents/journal/limits.hpp"
#include "tests/catch.hpp"
#include "tests/unit/journal/samples.hpp"

using namespace agents;
using namespace agents::journal;
using namespace agents::journal::samples;

namespace {

std::string document() {
  std::ifstream file{AGENTS_SOURCE_DIR "/docs/journal_format.md"};
  REQUIRE(file);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The bytes before "  #" of each line of the block that begins with ```hex.
std::string example_bytes() {
  const auto text = document();
  const auto begin = text.find("```hex\n");
  REQUIRE(begin != std::string::npos);
  std::istringstream lines{text.substr(begin + 7, text.find("```", begin + 7) - begin - 7)};
  std::string hex;
  for (std::string line; std::getline(lines, line);) hex += line.substr(0, line.find('#'));
  return from_hex(hex);
}

std::vector<event> example_events() {
  const run_id run{*uuid::parse("0193b3c4-0000-7000-8000-000000000001")};
  auto started = of_kind(event_kind::attempt_started, run, 0);
  started.step = "classify[3]";
  started.attempt = 1;
  started.capability = "text.classify@1";
  started.module = "linear";
  started.version = "1.2.0";
  auto finished = of_kind(event_kind::attempt_finished, run, 1);
  finished.step = "classify[3]";
  finished.attempt = 1;
  finished.module = "linear";
  finished.handling = std::chrono::microseconds{250};
  finished.data = share(object{{"label", "permissive"}, {"score", 0.75}});
  return {started, finished};
}

}  // namespace

TEST_CASE("the worked example of the document is what the code writes and reads") {
  const auto written = encode_record(4, example_events());
  CHECK(to_hex(written) == to_hex(example_bytes()));
  const auto bytes = example_bytes();
  std::string_view rest = bytes;
  const auto read = decode_record(rest);
  REQUIRE(read);
  CHECK(read->first_sequence == 4);
  CHECK(read->events == example_events());
}

TEST_CASE("the document names every journaled kind with its number, and the limits") {
  const auto text = document();
  for (int kind = 1; is_journaled(static_cast<event_kind>(kind)); ++kind) {
    const auto name = to_string(static_cast<event_kind>(kind));
    if (name == "unknown") continue;
    const auto row = "| " + std::to_string(kind) + " | `" + std::string{name} + "` |";
    CAPTURE(row);
    CHECK(text.find(row) != std::string::npos);
  }
  for (const auto limit : {std::uint64_t{max_payload_bytes}, max_sequence, std::uint64_t{max_data_depth}}) {
    CAPTURE(limit);
    CHECK(text.find("| " + std::to_string(limit) + " |") != std::string::npos);
  }
}
