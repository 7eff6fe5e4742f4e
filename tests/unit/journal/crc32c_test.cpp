// SPDX-License-Identifier: Apache-2.0
#include "libagents/journal/crc32c.hpp"

#include <string>

#include "tests/catch.hpp"

using namespace agents::journal;

TEST_CASE("CRC-32C has the values of RFC 3720") {
  CHECK(crc32c("") == 0);
  CHECK(crc32c("123456789") == 0xe3069283);
  CHECK(crc32c(std::string(32, '\0')) == 0x8a9136aa);
  CHECK(crc32c(std::string(32, '\xff')) == 0x62a8ab43);
}

TEST_CASE("both implementations of CRC-32C agree on every length and can be continued") {
  std::string text;
  for (int i = 0; i < 300; ++i) {
    const auto whole = crc32c(text);
    CHECK(detail::crc32c_portable(text, 0) == whole);
    const auto half = text.size() / 2;
    const std::string_view view = text;
    CHECK(crc32c(view.substr(half), crc32c(view.substr(0, half))) == whole);
    text += static_cast<char>(i * 37);
  }
}
