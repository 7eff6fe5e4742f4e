// SPDX-License-Identifier: Apache-2.0
#include "libagents/journal/msgpack_bytes.hpp"

#include <bit>
#include <cstring>

#include "libagents/journal/byte_order.hpp"

namespace agents::journal::detail {
namespace {

/// The type bytes that the journal writes or must recognise.
enum type : std::uint8_t {
  fixmap = 0x80,
  fixarray = 0x90,
  fixstr = 0xa0,
  nil = 0xc0,
  never_used = 0xc1,
  boolean_false = 0xc2,
  boolean_true = 0xc3,
  bin8 = 0xc4,
  bin16 = 0xc5,
  bin32 = 0xc6,
  ext8 = 0xc7,
  ext16 = 0xc8,
  ext32 = 0xc9,
  float32 = 0xca,
  float64 = 0xcb,
  uint8 = 0xcc,
  uint16 = 0xcd,
  uint32 = 0xce,
  uint64 = 0xcf,
  int8 = 0xd0,
  int16 = 0xd1,
  int32 = 0xd2,
  int64 = 0xd3,
  fixext1 = 0xd4,
  fixext16 = 0xd8,
  str8 = 0xd9,
  str16 = 0xda,
  str32 = 0xdb,
  array16 = 0xdc,
  array32 = 0xdd,
  map16 = 0xde,
  map32 = 0xdf,
  negative_fixint = 0xe0,
};

char* put_typed(char* to, std::uint8_t type, std::uint64_t v, int size) noexcept {
  *to++ = static_cast<char>(type);
  return put_big_endian(to, v, size);
}

}  // namespace

char* put_unsigned(char* to, std::uint64_t v) noexcept {
  if (v < 0x80) return put_big_endian(to, v, 1);
  if (v <= 0xff) return put_typed(to, uint8, v, 1);
  if (v <= 0xffff) return put_typed(to, uint16, v, 2);
  if (v <= 0xffff'ffff) return put_typed(to, uint32, v, 4);
  return put_typed(to, uint64, v, 8);
}

char* put_signed(char* to, std::int64_t v) noexcept {
  if (v >= 0) return put_unsigned(to, static_cast<std::uint64_t>(v));
  const auto bits = static_cast<std::uint64_t>(v);
  if (v >= -32) return put_big_endian(to, bits, 1);
  if (v >= INT8_MIN) return put_typed(to, int8, bits, 1);
  if (v >= INT16_MIN) return put_typed(to, int16, bits, 2);
  if (v >= INT32_MIN) return put_typed(to, int32, bits, 4);
  return put_typed(to, int64, bits, 8);
}

char* put_double(char* to, double v) noexcept { return put_typed(to, float64, std::bit_cast<std::uint64_t>(v), 8); }

char* put_string(char* to, std::string_view text) noexcept {
  if (text.size() < 32)
    to = put_big_endian(to, fixstr | text.size(), 1);
  else if (text.size() <= 0xff)
    to = put_typed(to, str8, text.size(), 1);
  else if (text.size() <= 0xffff)
    to = put_typed(to, str16, text.size(), 2);
  else
    to = put_typed(to, str32, text.size(), 4);
  std::memcpy(to, text.data(), text.size());
  return to + text.size();
}

char* put_run(char* to, const run_id& run) noexcept {
  to = put_typed(to, bin8, run.bytes.size(), 1);
  std::memcpy(to, run.bytes.data(), run.bytes.size());
  return to + run.bytes.size();
}

std::optional<std::string_view> byte_reader::take(std::uint64_t size) noexcept {
  if (size > rest_.size()) return std::nullopt;
  const auto taken = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return taken;
}

std::optional<std::uint64_t> byte_reader::big_endian(int size) noexcept {
  const auto bytes = take(static_cast<std::uint64_t>(size));
  if (!bytes) return std::nullopt;
  return get_big_endian(*bytes);
}

std::optional<std::uint32_t> byte_reader::map_header() noexcept {
  const auto type = big_endian(1);
  if (!type) return std::nullopt;
  if ((*type & 0xf0) == fixmap) return static_cast<std::uint32_t>(*type & 0x0f);
  if (*type != map16 && *type != map32) return std::nullopt;
  const auto size = big_endian(*type == map16 ? 2 : 4);
  if (!size) return std::nullopt;
  return static_cast<std::uint32_t>(*size);
}

std::optional<std::uint64_t> byte_reader::unsigned_integer() noexcept {
  const auto type = big_endian(1);
  if (!type) return std::nullopt;
  if (*type < 0x80) return *type;
  if (*type < uint8 || *type > uint64) return std::nullopt;
  return big_endian(1 << (*type - uint8));
}

std::optional<std::int64_t> byte_reader::signed_integer() noexcept {
  if (rest_.empty()) return std::nullopt;
  const auto type = static_cast<std::uint8_t>(rest_.front());
  if (type >= negative_fixint) return rest_.remove_prefix(1), static_cast<std::int8_t>(type);
  if (type < int8 || type > int64) {
    const auto v = unsigned_integer();
    if (!v || *v > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
    return static_cast<std::int64_t>(*v);
  }
  rest_.remove_prefix(1);
  const int size = 1 << (type - int8);
  const auto bits = big_endian(size);
  if (!bits) return std::nullopt;
  const int unused = 64 - 8 * size;
  return static_cast<std::int64_t>(*bits << unused) >> unused;  // extends the sign
}

std::optional<double> byte_reader::number() noexcept {
  if (big_endian(1) != float64) return std::nullopt;
  const auto bits = big_endian(8);
  if (!bits) return std::nullopt;
  return std::bit_cast<double>(*bits);
}

std::optional<std::string_view> byte_reader::string() noexcept {
  const auto type = big_endian(1);
  if (!type) return std::nullopt;
  if ((*type & 0xe0) == fixstr) return take(*type & 0x1f);
  if (*type < str8 || *type > str32) return std::nullopt;
  const auto size = big_endian(1 << (*type - str8));
  if (!size) return std::nullopt;
  return take(*size);
}

std::optional<run_id> byte_reader::run() noexcept {
  run_id run;
  if (big_endian(1) != bin8 || big_endian(1) != run.bytes.size()) return std::nullopt;
  const auto bytes = take(run.bytes.size());
  if (!bytes) return std::nullopt;
  std::memcpy(run.bytes.data(), bytes->data(), bytes->size());
  return run;
}

std::optional<byte_reader::extent> byte_reader::extent_of(std::uint8_t type) noexcept {
  const auto bytes = [](std::optional<std::uint64_t> n, std::uint64_t more = 0) -> std::optional<extent> {
    if (!n) return std::nullopt;
    return extent{*n + more, 0};
  };
  const auto values = [](std::optional<std::uint64_t> n, std::uint64_t each) -> std::optional<extent> {
    if (!n) return std::nullopt;
    return extent{0, *n * each};
  };
  if (type < fixmap || type >= negative_fixint) return extent{};
  if (type < fixarray) return extent{0, 2 * std::uint64_t{type & 0x0fU}};
  if (type < fixstr) return extent{0, type & 0x0fU};
  if (type < nil) return extent{type & 0x1fU, 0};
  if (type == nil || type == boolean_false || type == boolean_true) return extent{};
  if (type == never_used) return std::nullopt;
  if (type <= bin32) return bytes(big_endian(1 << (type - bin8)));
  if (type <= ext32) return bytes(big_endian(1 << (type - ext8)), 1);
  if (type <= float64) return extent{std::uint64_t{4} << (type - float32), 0};
  if (type <= uint64) return extent{std::uint64_t{1} << (type - uint8), 0};
  if (type <= int64) return extent{std::uint64_t{1} << (type - int8), 0};
  if (type <= fixext16) return extent{(std::uint64_t{1} << (type - fixext1)) + 1, 0};
  if (type <= str32) return bytes(big_endian(1 << (type - str8)));
  if (type <= array32) return values(big_endian(2 << (type - array16)), 1);
  return values(big_endian(2 << (type - map16)), 2);
}

std::optional<std::string_view> byte_reader::any() noexcept {
  const auto before = rest_;
  for (std::uint64_t open = 1; open > 0; --open) {
    const auto type = big_endian(1);
    if (!type) return std::nullopt;
    const auto size = extent_of(static_cast<std::uint8_t>(*type));
    if (!size || !take(size->bytes)) return std::nullopt;
    open += size->values;
    if (open > rest_.size() + 1) return std::nullopt;  // each needs at least one byte
  }
  return before.substr(0, before.size() - rest_.size());
}

}  // namespace agents::journal::detail
