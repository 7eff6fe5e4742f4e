// SPDX-License-Identifier: Apache-2.0
#include "libagents/journal/crc32c.hpp"

#include <array>
#include <cstring>

namespace agents::journal {
namespace {

constexpr std::uint32_t polynomial = 0x82f63b78;  // 0x1edc6f41 with its bits reversed
constexpr std::size_t slices = 8;
using slice_tables = std::array<std::array<std::uint32_t, 256>, slices>;

constexpr std::uint32_t byte_remainder(std::uint32_t byte) {
  for (int bit = 0; bit < 8; ++bit) byte = (byte & 1) != 0 ? (byte >> 1) ^ polynomial : byte >> 1;
  return byte;
}

constexpr slice_tables make_tables() {
  slice_tables t{};
  for (std::uint32_t i = 0; i < 256; ++i) t[0][i] = byte_remainder(i);
  for (std::size_t s = 1; s < slices; ++s)
    for (std::size_t i = 0; i < 256; ++i) t[s][i] = (t[s - 1][i] >> 8) ^ t[0][t[s - 1][i] & 0xff];
  return t;
}

constexpr slice_tables tables = make_tables();

std::uint32_t byte_at(std::string_view bytes, std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); }

std::uint32_t eight_bytes(std::string_view bytes, std::uint32_t crc) {
  std::uint32_t next = 0;
  for (std::size_t i = 0; i < slices; ++i) {
    const auto mixed = i < 4 ? byte_at(bytes, i) ^ ((crc >> (8 * i)) & 0xff) : byte_at(bytes, i);
    next ^= tables[slices - 1 - i][mixed];
  }
  return next;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t crc32c_instruction(std::string_view bytes, std::uint32_t crc) noexcept {
  std::uint64_t wide = ~crc;
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), 8);
    wide = __builtin_ia32_crc32di(wide, word);
  }
  auto narrow = static_cast<std::uint32_t>(wide);
  for (const char c : bytes) narrow = __builtin_ia32_crc32qi(narrow, static_cast<unsigned char>(c));
  return ~narrow;
}
#endif

using implementation = std::uint32_t (*)(std::string_view, std::uint32_t) noexcept;

implementation choose() noexcept {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2")) return crc32c_instruction;
#endif
  return detail::crc32c_portable;
}

}  // namespace

std::uint32_t detail::crc32c_portable(std::string_view bytes, std::uint32_t crc) noexcept {
  crc = ~crc;
  for (; bytes.size() >= slices; bytes.remove_prefix(slices)) crc = eight_bytes(bytes, crc);
  for (const char c : bytes) crc = (crc >> 8) ^ tables[0][(crc ^ static_cast<std::uint8_t>(c)) & 0xff];
  return ~crc;
}

std::uint32_t crc32c(std::string_view bytes, std::uint32_t crc) noexcept {
  static const implementation chosen = choose();
  return chosen(bytes, crc);
}

}  // namespace agents::journal
