// SPDX-License-Identifier: Apache-2.0
// Any bytes: as a journal, as a record behind a right checksum, and as an event. What is accepted must survive being
// written and read again.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "libagents/core/assert.hpp"
#include "libagents/journal/byte_order.hpp"
#include "libagents/journal/codec.hpp"
#include "libagents/journal/crc32c.hpp"
#include "libagents/journal/history.hpp"
#include "libagents/journal/limits.hpp"

using namespace agents::journal;

namespace {

/// Encoded again, events are equal byte by byte: NaN, which equals nothing, has bytes too.
void check_record(const record& r) {
  const auto bytes = encode_record(r.first_sequence, r.events, r.kind);
  std::string_view rest = bytes;
  const auto again = decode_record(rest);
  AGENTS_ASSERT(again && rest.empty());
  AGENTS_ASSERT(encode_record(again->first_sequence, again->events, again->kind) == bytes);
}

/// The fuzzer cannot guess a checksum, so its bytes are put into a record that has the right one.
std::string with_header(std::string_view payload) {
  const auto count = payload.empty() ? 0 : static_cast<std::uint8_t>(payload.front()) % 4;
  auto bytes = encode_record(0, {});
  bytes.append(payload.substr(payload.empty() ? 0 : 1));
  agents::journal::detail::put_big_endian(bytes.data() + 5, bytes.size() - header_bytes, 4);
  agents::journal::detail::put_big_endian(bytes.data() + 17, static_cast<std::uint64_t>(count), 4);
  const std::string_view view = bytes;
  const auto sum = crc32c(view.substr(header_bytes), crc32c(view.substr(0, header_bytes - 4)));
  agents::journal::detail::put_big_endian(bytes.data() + header_bytes - 4, sum, 4);
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  const auto found = recover(bytes);
  AGENTS_ASSERT(found.intact_bytes <= size);
  AGENTS_ASSERT(found.intact.damage.has_value() == (found.intact_bytes < size));
  if (const auto e = decode_event(bytes)) check_record({record_kind::events, 0, {*e}});
  const auto forged = with_header(bytes);
  std::string_view rest = forged;
  if (const auto r = decode_record(rest)) check_record(*r);
  return 0;
}
