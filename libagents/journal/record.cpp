// SPDX-License-Identifier: Apache-2.0
#include "libagents/journal/record.hpp"

#include <array>

#include "libagents/core/assert.hpp"
#include "libagents/journal/byte_order.hpp"
#include "libagents/journal/codec.hpp"
#include "libagents/journal/crc32c.hpp"
#include "libagents/journal/limits.hpp"

namespace agents::journal {
namespace {

constexpr std::string_view magic = "agj";

/// Where the fields of the header are. Frozen: the same in every version, so that damage and novelty can be told apart.
namespace at {
constexpr std::size_t version = 3;
constexpr std::size_t kind = 4;
constexpr std::size_t payload_size = 5;
constexpr std::size_t first_sequence = 9;
constexpr std::size_t count = 17;
constexpr std::size_t checksum = 21;
}  // namespace at

constexpr std::size_t least_event_bytes = 3;

struct header {
  std::uint8_t version = 0;
  std::uint8_t kind = 0;
  std::uint32_t payload_size = 0;
  std::uint64_t first_sequence = 0;
  std::uint32_t count = 0;
  std::uint32_t checksum = 0;
};

std::uint64_t field(std::string_view bytes, std::size_t from, std::size_t to) {
  return detail::get_big_endian(bytes.substr(from, to - from));
}

header read_header(std::string_view bytes) {
  return {static_cast<std::uint8_t>(field(bytes, at::version, at::kind)),
          static_cast<std::uint8_t>(field(bytes, at::kind, at::payload_size)),
          static_cast<std::uint32_t>(field(bytes, at::payload_size, at::first_sequence)),
          field(bytes, at::first_sequence, at::count),
          static_cast<std::uint32_t>(field(bytes, at::count, at::checksum)),
          static_cast<std::uint32_t>(field(bytes, at::checksum, header_bytes))};
}

/// Covers everything but itself.
std::uint32_t checksum_of(std::string_view encoded) {
  return crc32c(encoded.substr(header_bytes), crc32c(encoded.substr(0, at::checksum)));
}

unexpected damaged(const std::string& what) { return unexpected{errc::corrupt, "damaged record: " + what}; }

expected<header> intact_header(std::string_view bytes) {
  if (bytes.size() < header_bytes)
    return damaged("its header is cut off after " + std::to_string(bytes.size()) + " bytes");
  if (bytes.substr(0, magic.size()) != magic) return damaged("it does not begin with \"agj\"");
  const auto h = read_header(bytes);
  if (h.payload_size > max_payload_bytes) return damaged("a length of " + std::to_string(h.payload_size) + " bytes");
  if (h.payload_size > bytes.size() - header_bytes)
    return damaged("it is cut off, " + std::to_string(h.payload_size) + " bytes were announced");
  if (checksum_of(bytes.substr(0, header_bytes + h.payload_size)) != h.checksum) return damaged("wrong checksum");
  return h;
}

expected<void> check_readable(const header& h) {
  if (h.version > format_version)
    return unexpected{errc::unsupported, "the journal is of format version " + std::to_string(h.version) +
                                             ", this program reads up to " + std::to_string(format_version) +
                                             "; use a newer libagents"};
  if (h.version == 0 || h.kind > static_cast<std::uint8_t>(record_kind::snapshot))
    return unexpected{errc::unsupported, "a record of version " + std::to_string(h.version) + " and kind " +
                                             std::to_string(h.kind) + " is unknown; use a newer libagents"};
  return {};
}

expected<std::vector<event>> read_events(std::string_view payload, std::uint32_t count) {
  if (count > payload.size() / least_event_bytes) return damaged("more events announced than fit");
  std::vector<event> events;
  events.reserve(count);
  run_id run;
  for (std::uint32_t i = 0; i < count; ++i) {
    auto e = take_event(payload, run);
    if (!e) return e.propagate();
    run = e->run;
    events.push_back(std::move(*e));
  }
  if (!payload.empty()) return damaged("bytes follow its last event");
  return events;
}

}  // namespace

std::string encode_record(std::uint64_t first_sequence, std::span<const event> events, record_kind kind) {
  AGENTS_ASSERT(events.size() <= UINT32_MAX);
  std::string out(header_bytes, '\0');
  run_id run;
  for (const auto& e : events) {
    encode_event(out, e, run);
    run = e.run;
  }
  AGENTS_ASSERT(out.size() <= UINT32_MAX);
  magic.copy(out.data(), magic.size());
  detail::put_big_endian(out.data() + at::version, format_version, 1);
  detail::put_big_endian(out.data() + at::kind, static_cast<std::uint8_t>(kind), 1);
  detail::put_big_endian(out.data() + at::payload_size, out.size() - header_bytes, 4);
  detail::put_big_endian(out.data() + at::first_sequence, first_sequence, 8);
  detail::put_big_endian(out.data() + at::count, events.size(), 4);
  detail::put_big_endian(out.data() + at::checksum, checksum_of(out), 4);
  return out;
}

expected<void> check_record_size(std::string_view encoded) {
  if (encoded.size() - header_bytes <= max_payload_bytes) return {};
  return unexpected{errc::bad_input, "a record of " + std::to_string(encoded.size()) + " bytes; at most " +
                                         std::to_string(max_payload_bytes) +
                                         " can be journaled at once: keep large data in files and journal their names"};
}

expected<record> decode_record(std::string_view& bytes) {
  const auto h = intact_header(bytes);
  if (!h) return h.propagate();
  if (auto readable = check_readable(*h); !readable) return readable.propagate();
  auto events = read_events(bytes.substr(header_bytes, h->payload_size), h->count);
  if (!events) return events.propagate();
  bytes.remove_prefix(header_bytes + h->payload_size);
  return record{static_cast<record_kind>(h->kind), h->first_sequence, std::move(*events)};
}

}  // namespace agents::journal
