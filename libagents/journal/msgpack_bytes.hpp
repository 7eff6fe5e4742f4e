// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "libagents/core/ids.hpp"

/// MessagePack's scalars, written and read without intermediate objects: the envelope of an event is on the hot path of
/// every step. Internal to the journal; everything else uses libagents/contract/msgpack.hpp.
/// Source: https://github.com/msgpack/msgpack/blob/master/spec.md
namespace agents::journal::detail {

/// The longest forms, in bytes: for reserving room before the put functions run.
inline constexpr std::size_t longest_number = 9;
inline constexpr std::size_t longest_string_header = 5;
inline constexpr std::size_t packed_run_bytes = 18;

/// Each writes at `to`, where there is room, and returns the end of what it wrote. Numbers take their shortest form.
char* put_unsigned(char* to, std::uint64_t v) noexcept;
char* put_signed(char* to, std::int64_t v) noexcept;
char* put_double(char* to, double v) noexcept;
char* put_string(char* to, std::string_view text) noexcept;
char* put_run(char* to, const run_id& run) noexcept;

/// Reads values off the front of `rest`. Every function returns nothing, and leaves `rest` anywhere, when the bytes end
/// or have another type.
class byte_reader {
 public:
  explicit byte_reader(std::string_view bytes) noexcept : rest_(bytes) {}

  [[nodiscard]] std::string_view rest() const noexcept { return rest_; }
  std::optional<std::uint32_t> map_header() noexcept;
  std::optional<std::uint64_t> unsigned_integer() noexcept;
  std::optional<std::int64_t> signed_integer() noexcept;
  std::optional<double> number() noexcept;
  std::optional<std::string_view> string() noexcept;
  std::optional<run_id> run() noexcept;
  /// The bytes of one value of any type. Constant memory, whatever the nesting.
  std::optional<std::string_view> any() noexcept;

 private:
  struct extent {
    std::uint64_t bytes = 0;   ///< after the type byte
    std::uint64_t values = 0;  ///< that follow and belong to it
  };

  std::optional<std::string_view> take(std::uint64_t size) noexcept;
  std::optional<std::uint64_t> big_endian(int size) noexcept;
  std::optional<extent> extent_of(std::uint8_t type) noexcept;

  std::string_view rest_;
};

}  // namespace agents::journal::detail
