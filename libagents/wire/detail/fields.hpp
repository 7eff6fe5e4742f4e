// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <type_traits>

#include "libagents/wire/limits.hpp"
#include "libagents/wire/message.hpp"

/// Which fields and payloads each kind has, written once: the writer, the reader and the test of the document visit
/// them.
///
/// A visitor has one function per type of field: `number`, `time`, `name`, `text`, `numbers`, `names`, `flag`, `code`,
/// `run`, `budget`; and `payload`, called in the order of the frames. A field that may be missing then has its default,
/// and a default is not written.
namespace agents::wire::detail {

enum class presence : std::uint8_t { required, optional };
using enum presence;

/// Bounds of an integer, both inclusive.
struct range {
  std::int64_t least = 0;
  std::int64_t most = max_number;
};
inline constexpr range id_range{1, max_number};
inline constexpr range count_range{0, max_number};

template <class T, class Message>
concept is = std::same_as<std::remove_const_t<T>, Message>;

template <class V>
void visit_fields(V& v, is<hello> auto& m) {
  v.numbers("versions", m.versions, required);
  v.number("start", m.start, id_range, required);
  v.name("token", m.token, required);
  v.name("sdk", m.sdk, optional);
  v.number("window", m.window, range{1, max_window}, required);
  v.names("features", m.features);
  v.number("state", m.state, count_range);
  v.payload("the manifest", m.manifest, required, max_manifest_bytes);
}

template <class V>
void visit_fields(V& v, is<welcome> auto& m) {
  v.number("version", m.version, id_range, required);
  v.number("start", m.start, id_range, required);
  v.time("heartbeat_us", m.heartbeat, required);
  v.time("silence_us", m.silence, required);
  v.number("max_payload_bytes", m.max_payload_bytes, range{1, max_payload_bytes}, required);
  v.number("max_asks", m.max_asks, count_range, required);
  v.names("features", m.features);
  v.number("state", m.state, count_range);
  v.payload("the saved state", m.saved, optional);
}

template <class V>
void visit_fields(V& v, is<refuse> auto& m) {
  v.code("code", m.code, required);
  v.text("text", m.text, max_text_bytes, required);
  v.numbers("versions", m.versions, optional);
}

template <class V>
void visit_fields(V& v, is<call> auto& m) {
  v.number("id", m.id, id_range, required);
  v.name("capability", m.capability, required);
  v.time("timeout_us", m.timeout, required);
  v.run("run", m.run);
  v.name("step", m.step, optional);
  v.number("attempt", m.attempt, range{0, UINT32_MAX}, optional);
  v.name("key", m.key, optional);
  v.text("critique", m.critique, max_critique_bytes, optional);
  v.budget("budget", m.budget);
  v.name("trace", m.trace, optional);
  v.number("chunks", m.chunks, count_range);
  v.payload("the input", m.input, required);
  v.payload("the previous output", m.previous, optional);
}

template <class V>
void visit_fields(V& v, is<result> auto& m) {
  v.number("id", m.id, id_range, required);
  v.number("chunks", m.chunks, count_range, optional);
  v.number("micro_money", m.micro_money, count_range);
  v.number("tokens", m.tokens, count_range);
  v.payload("the output", m.output, required);
}

template <class V>
void visit_fields(V& v, is<failure> auto& m) {
  v.number("id", m.id, id_range, required);
  v.code("code", m.code, required);
  v.text("text", m.text, max_text_bytes, required);
  v.flag("begun", m.begun, true);
  v.number("micro_money", m.micro_money, count_range);
  v.number("tokens", m.tokens, count_range);
}

template <class V>
void visit_fields(V& v, is<chunk> auto& m) {
  v.number("id", m.id, id_range, required);
  v.number("n", m.n, count_range, required);
  v.payload("the part of the output", m.part, required);
}

template <class V>
void visit_fields(V& v, is<credit> auto& m) {
  v.number("id", m.id, id_range, required);
  v.number("chunks", m.chunks, count_range, required);
}

template <class V>
void visit_fields(V& v, is<progress> auto& m) {
  v.number("id", m.id, id_range, required);
  v.text("text", m.text, max_text_bytes, required);
}

template <class V>
void visit_fields(V& v, is<ask> auto& m) {
  v.number("id", m.id, id_range, required);
  v.number("call", m.call, id_range, required);
  v.name("capability", m.capability, required);
  v.time("timeout_us", m.timeout, required);
  v.payload("the input", m.input, required);
}

template <class V>
void visit_fields(V& v, is<answer> auto& m) {
  v.number("id", m.id, id_range, required);
  v.code("code", m.code, optional);
  v.text("text", m.text, max_text_bytes, optional);
  v.number("micro_money", m.micro_money, count_range, optional);
  v.number("tokens", m.tokens, count_range, optional);
  v.payload("the output", m.output, optional);
}

template <class V>
void visit_fields(V& v, is<cancel> auto& m) {
  v.number("id", m.id, id_range, required);
  v.text("text", m.text, max_text_bytes, optional);
}

template <class V>
void visit_fields(V& v, is<save> auto& m) {
  v.number("number", m.number, count_range, required);
  v.number("state", m.state, count_range, required);
  v.payload("the state", m.saved, required);
}

template <class V>
void visit_fields(V& v, is<saved> auto& m) {
  v.number("number", m.number, count_range, required);
}

template <class V>
void visit_fields(V& v, is<heartbeat> auto& m) {
  v.number("open", m.open, count_range, optional);
}

template <class V>
void visit_fields(V& v, is<drain> auto& m) {
  v.time("timeout_us", m.timeout, optional);
}

template <class V>
void visit_fields(V& v, is<goodbye> auto& m) {
  v.code("code", m.code, optional);
  v.text("text", m.text, max_text_bytes, optional);
}

/// Messages that belong to no session.
template <class Message>
inline constexpr bool outside_sessions = is<Message, hello> || is<Message, refuse>;

}  // namespace agents::wire::detail
