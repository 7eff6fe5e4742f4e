// SPDX-License-Identifier: Apache-2.0
#include "libagents/contract/schema/format.hpp"

#include <initializer_list>

#include "tests/catch.hpp"

using agents::json_schema::find_format;

namespace {

void check_format(std::string_view name, std::initializer_list<std::string_view> good,
                  std::initializer_list<std::string_view> bad) {
  const auto check = find_format(name);
  REQUIRE(check != nullptr);
  for (const auto text : good) {
    INFO(name << ": " << text);
    CHECK(check(text));
  }
  for (const auto text : bad) {
    INFO(name << ": " << text);
    CHECK_FALSE(check(text));
  }
}

}  // namespace

TEST_CASE("dates and times are those of RFC 3339") {
  check_format("date", {"2024-02-29", "1999-12-31"}, {"2023-02-29", "2024-13-01", "2024-1-1", "", "2024-01-00"});
  check_format("time", {"23:59:59Z", "08:30:06.283185Z", "01:02:03+01:30", "23:59:60Z", "22:59:60-01:00"},
               {"24:00:00Z", "08:30:06", "08:30:06.Z", "08:30:60Z", "08:30:06+24:00", "8:30:06Z"});
  check_format("date-time", {"2024-02-29T00:00:00Z", "1985-04-12t23:20:50.52z"},
               {"2024-02-29 00:00:00Z", "2024-02-29"});
  check_format("duration", {"P4DT12H30M5S", "P1Y", "PT1M", "P2W", "P1Y2M"},
               {"P", "PT", "4D", "P1D2Y", "P1", "P1W2D", "P1Y2D"});
}

TEST_CASE("names and addresses of the network") {
  check_format("hostname", {"a", "example.com", "xn--4gbwdl.xn--wgbh1c"}, {"", "-a.com", "a..b", "a_b", "a."});
  check_format("ipv4", {"0.0.0.0", "255.255.255.255"},
               {"256.1.1.1", "1.2.3", "1.2.3.4.5", "01.1.1.1", "1.2.3.4.", "1..2.3"});
  check_format(
      "ipv6", {"::", "::1", "1:2:3:4:5:6:7:8", "::ffff:1.2.3.4", "1::8"},
      {"", ":", "1:2:3:4:5:6:7", "1::2::3", "12345::", "1:2:3:4:5:6:7:8:9", "::1.2.3", ":1:2:3:4:5:6:7", "1:"});
  check_format("email", {"a@b.c", "joe.bloggs@example.com", "\"joe bloggs\"@example.com", "a@[127.0.0.1]"},
               {"a", "@b.c", ".a@b.c", "a.@b.c", "a..b@b.c", "a@", "a@-b"});
}

TEST_CASE("identifiers and pointers") {
  check_format("uri", {"http://a/b?c#d", "urn:x:y", "mailto:a@b.c", "http://[::1]:80/"},
               {"//a/b", "a", "http://a b", "http://a/%zz", "http://[1]/", "http://a/[b]", "http://a:x/"});
  check_format("uri-reference", {"", "#a", "/x", "//a/b", "a/b:c"}, {"a b", "\\", "1a:b", "#a#b"});
  check_format("uuid", {"2EB8AA08-aa98-11ea-b4aa-73b441d16380"},
               {"2eb8aa08-aa98-11ea-b4aa-73b441d1638", "2eb8aa08aa9811eab4aa73b441d16380"});
  check_format("json-pointer", {"", "/", "/a~0~1b"}, {"a", "/~", "/~2"});
  check_format("relative-json-pointer", {"0", "1/a", "2#"}, {"", "/a", "01/a", "1a"});
  check_format("regex", {"^a+$"}, {"(", "(?=a)"});
}

TEST_CASE("an unknown format has no check") { CHECK(find_format("colour") == nullptr); }
