// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "libagents/core/errc.hpp"
#include "libagents/core/ids.hpp"

/// The messages between a node and a worker process. What each field means, and its limits: docs/wire_format.md.
namespace agents::wire {

/// The bytes of one MessagePack value, not yet decoded; "" where a kind's payload is optional and missing.
using packed = std::string;

/// A duration as the wire has it.
using microseconds = std::chrono::duration<std::int64_t, std::micro>;

struct hello {
  std::vector<std::int64_t> versions;
  std::int64_t start = 1;
  std::string token;
  std::string sdk;
  std::int64_t window = 1;
  std::vector<std::string> features;
  std::optional<std::int64_t> state;
  packed manifest;
  friend bool operator==(const hello&, const hello&) = default;
};

struct welcome {
  std::int64_t version = 1;
  std::int64_t start = 1;
  microseconds heartbeat{};
  microseconds silence{};
  std::int64_t max_payload_bytes = 0;
  std::int64_t max_asks = 0;
  std::vector<std::string> features;
  std::optional<std::int64_t> state;
  packed saved;
  friend bool operator==(const welcome&, const welcome&) = default;
};

struct refuse {
  errc code = errc::rejected;
  std::string text;
  std::vector<std::int64_t> versions;
  friend bool operator==(const refuse&, const refuse&) = default;
};

/// Money in millionths, and tokens: reserved or spent.
struct amount {
  std::int64_t micro_money = 0;
  std::int64_t tokens = 0;
  friend bool operator==(const amount&, const amount&) = default;
};

struct call {
  std::int64_t id = 0;
  std::string capability;
  microseconds timeout{};
  std::optional<run_id> run;
  std::string step;
  std::int64_t attempt = 0;
  std::string key;
  std::string critique;
  std::optional<amount> budget;
  std::string trace;
  std::optional<std::int64_t> chunks;
  packed input;
  packed previous;
  friend bool operator==(const call&, const call&) = default;
};

struct result {
  std::int64_t id = 0;
  std::int64_t chunks = 0;
  std::optional<std::int64_t> micro_money;
  std::optional<std::int64_t> tokens;
  packed output;
  friend bool operator==(const result&, const result&) = default;
};

/// The kind `error`.
struct failure {
  std::int64_t id = 0;
  errc code = errc::internal;
  std::string text;
  bool begun = true;
  std::optional<std::int64_t> micro_money;
  std::optional<std::int64_t> tokens;
  friend bool operator==(const failure&, const failure&) = default;
};

struct chunk {
  std::int64_t id = 0;
  std::int64_t n = 0;
  packed part;
  friend bool operator==(const chunk&, const chunk&) = default;
};

struct credit {
  std::int64_t id = 0;
  std::int64_t chunks = 0;
  friend bool operator==(const credit&, const credit&) = default;
};

struct progress {
  std::int64_t id = 0;
  std::string text;
  friend bool operator==(const progress&, const progress&) = default;
};

struct ask {
  std::int64_t id = 0;
  std::int64_t call = 0;
  std::string capability;
  microseconds timeout{};
  packed input;
  friend bool operator==(const ask&, const ask&) = default;
};

/// `code` none: the output is there; otherwise it is empty.
struct answer {
  std::int64_t id = 0;
  errc code = errc::none;
  std::string text;
  std::int64_t micro_money = 0;
  std::int64_t tokens = 0;
  packed output;
  friend bool operator==(const answer&, const answer&) = default;
};

struct cancel {
  std::int64_t id = 0;
  std::string text;
  friend bool operator==(const cancel&, const cancel&) = default;
};

struct save {
  std::int64_t number = 0;
  std::int64_t state = 0;
  packed saved;
  friend bool operator==(const save&, const save&) = default;
};

struct saved {
  std::int64_t number = 0;
  friend bool operator==(const saved&, const saved&) = default;
};

struct heartbeat {
  std::int64_t open = 0;
  friend bool operator==(const heartbeat&, const heartbeat&) = default;
};

struct drain {
  microseconds timeout{};  ///< zero: as long as they need
  friend bool operator==(const drain&, const drain&) = default;
};

struct goodbye {
  errc code = errc::none;
  std::string text;
  friend bool operator==(const goodbye&, const goodbye&) = default;
};

/// A message of a kind that this version does not know; its fields are not kept. Only read, never written.
struct unknown {
  std::string kind;
  friend bool operator==(const unknown&, const unknown&) = default;
};

using message = std::variant<hello, welcome, refuse, call, result, failure, chunk, credit, progress, ask, answer,
                             cancel, save, saved, heartbeat, drain, goodbye, unknown>;

/// The kinds in the order of `message`, without `unknown`.
inline constexpr std::string_view kind_names[] = {"hello", "welcome", "refuse",    "call",  "result", "error",
                                                  "chunk", "credit",  "progress",  "ask",   "answer", "cancel",
                                                  "save",  "saved",   "heartbeat", "drain", "goodbye"};
static_assert(std::size(kind_names) + 1 == std::variant_size_v<message>);

/// The kind as written on the wire; of an unknown one what was read.
[[nodiscard]] inline std::string_view kind_of(const message& m) {
  if (const auto* stranger = std::get_if<unknown>(&m)) return stranger->kind;
  return kind_names[m.index()];
}

/// A message and the session it belongs to; 0 for none (`hello`, `refuse`).
struct envelope {
  std::int64_t session = 0;
  message body;
  friend bool operator==(const envelope&, const envelope&) = default;
};

/// A duration in the wire's resolution, rounded up, and never beyond its largest number.
[[nodiscard]] microseconds to_wire(std::chrono::nanoseconds d) noexcept;

}  // namespace agents::wire
