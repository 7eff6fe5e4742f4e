// SPDX-License-Identifier: Apache-2.0
// Events that use every kind and every field, and helpers for bytes as text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libagents/core/event.hpp"

namespace agents::journal::samples {

inline run_id run_number(std::uint8_t n) {
  run_id run{*uuid::parse("0193b3c4-0000-7000-8000-000000000000")};
  run.bytes[15] = n;
  return run;
}

inline event of_kind(event_kind kind, const run_id& run, std::int64_t second) {
  event e;
  e.kind = kind;
  e.run = run;
  e.at = {1'700'000'000'000'000'000 + second * 1'000'000'000};
  return e;
}

inline event run_started(const run_id& run, std::string_view job = "licence_review") {
  auto e = of_kind(event_kind::run_started, run, 0);
  e.data = share(object{{"job", job}, {"goal", "May I ship it?"}});
  return e;
}

inline event step_finished(const run_id& run, std::int64_t n) {
  auto e = of_kind(event_kind::step_finished, run, n);
  e.step = "classify[" + std::to_string(n) + "]";
  e.data = share(object{{"n", n}, {"label", "permissive"}});
  return e;
}

inline event run_finished(const run_id& run, std::int64_t second, std::string_view status = "completed") {
  auto e = of_kind(event_kind::run_finished, run, second);
  e.text = status;
  return e;
}

inline event attempt_started(const run_id& run) {
  auto e = of_kind(event_kind::attempt_started, run, 2);
  e.step = "classify[3]";
  e.attempt = 1;
  e.capability = "text.classify@1";
  e.module = "linear";
  e.version = "1.2.0";
  e.micro_money = 1'500;
  e.tokens = 70'000;
  e.data = share(object{{"chosen", "linear"}, {"refused", array{object{{"module", "llm"}, {"why", "budget"}}}}});
  return e;
}

inline event attempt_finished(const run_id& run) {
  auto e = attempt_started(run);
  e.kind = event_kind::attempt_finished;
  e.queueing = std::chrono::microseconds{12};
  e.handling = std::chrono::milliseconds{3};
  e.data = share(object{{"label", "gpl"}, {"raw", bytes{0, 255, 10}}, {"score", 0.75}, {"none", nullptr}});
  return e;
}

/// Every field differs from its default: more entries than the one-byte map header can count.
inline event everything(const run_id& run) {
  auto e = attempt_finished(run);
  e.outcome = errc::bad_output;
  e.text = std::string(300, 't');
  e.score = 0.25;
  e.micro_money = -1;
  e.tokens = -200;
  e.depth = 128;
  e.in_flight = 4'000'000'000;
  return e;
}

/// One of each journaled kind and some more; 20 in all.
inline std::vector<event> varied(const run_id& run) {
  std::vector<event> events{run_started(run)};
  for (int kind = 2; kind <= 13; ++kind) events.push_back(of_kind(static_cast<event_kind>(kind), run, kind));
  events[5].outcome = errc::rejected;
  events[5].score = 0.4;
  events[5].text = "the citation is not verbatim: „…“";
  events.push_back(attempt_started(run));
  events.push_back(attempt_finished(run));
  events.push_back(everything(run));
  for (std::int64_t n = 0; n < 3; ++n) events.push_back(step_finished(run, n));
  events.push_back(run_finished(run, 20, "partial"));
  return events;
}

inline std::string to_hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    text += digits[static_cast<std::uint8_t>(c) >> 4];
    text += digits[static_cast<std::uint8_t>(c) & 15];
  }
  return text;
}

/// Ignores everything that is no hexadecimal digit.
inline std::string from_hex(std::string_view text) {
  std::string bytes;
  int high = -1;
  for (const char c : text) {
    const auto digit = std::string_view{"0123456789abcdef"}.find(c);
    if (digit == std::string_view::npos) continue;
    if (high < 0) {
      high = static_cast<int>(digit);
      continue;
    }
    bytes += static_cast<char>(high * 16 + static_cast<int>(digit));
    high = -1;
  }
  return bytes;
}

}  // namespace agents::journal::samples
