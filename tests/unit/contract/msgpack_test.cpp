// SPDX-License-Identifier: Apache-2.0
#include "libagents/contract/msgpack.hpp"

#include "tests/catch.hpp"

using namespace agents;

namespace {

value sample() {
  return object{{"array", array{1, -1, 127, 128, -32, -33, 65536, INT64_MAX, INT64_MIN}},
                {"blob", bytes{0, 255, 7}},
                {"float", 0.1},
                {"long", std::string(300, 'x')},
                {"nested", object{{"null", nullptr}, {"true", true}, {"false", false}, {"empty", object{}}}},
                {"text", "ü"}};
}

errc refusal(std::string_view bytes, const parse_limits& limits = {}) {
  const auto v = unpack(bytes, limits);
  REQUIRE_FALSE(v);
  CHECK_FALSE(v.error().message.empty());
  return v.error().code;
}

std::string_view raw(const char* data, std::size_t size) { return {data, size}; }

}  // namespace

TEST_CASE("a packed value unpacks to the same value of the same kinds") {
  const auto back = unpack(pack(sample()));
  REQUIRE(back);
  CHECK(*back == sample());
  CHECK(back->find("blob")->is_bytes());
  CHECK(back->find("float")->type() == value::kind::number);
  CHECK(unpack(pack(value{1.0}))->type() == value::kind::number);
}

TEST_CASE("equal values give equal bytes and pack_into appends") {
  CHECK(pack(object{{"a", 1}, {"b", 2}}) == pack(object{{"b", 2}, {"a", 1}}));
  std::string out = "head";
  pack_into(out, array{1});
  CHECK(out == "head\x91\x01");
}

TEST_CASE("strings and blobs larger than the writer's buffer survive") {
  for (const std::size_t size : {2040UL, 2047UL, 2048UL, 2049UL, 70'000UL}) {
    const value v{array{std::string(size, 'a'), bytes(size, 9), 1}};
    REQUIRE(unpack(pack(v)));
    CHECK(*unpack(pack(v)) == v);
  }
}

TEST_CASE("empty strings, blobs and containers survive") {
  const value v{array{"", bytes{}, array{}, object{}, object{{"", bytes{}}}}};
  REQUIRE(unpack(pack(v)));
  CHECK(*unpack(pack(v)) == v);
}

TEST_CASE("an unsigned integer beyond int64 becomes a double") {
  const auto v = unpack("\xCF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF");
  REQUIRE(v);
  CHECK(v->type() == value::kind::number);
  CHECK(v->as_number() == 0x1p64);
}

TEST_CASE("of map members with the same name the last wins") {
  const auto v =
      unpack(raw("\x82\xA1"
                 "a"
                 "\x01\xA1"
                 "a"
                 "\x02",
                 7));
  REQUIRE(v);
  CHECK(*v == value{object{{"a", 2}}});
}

namespace {

value text(std::string v) { return value{std::move(v)}; }
/// What the strict reader makes of the bytes: the value, or null for `corrupt`.
value strictly(std::string_view bytes) {
  const auto v = unpack(bytes, {}, msgpack_reading::strict);
  if (v) return *v;
  CHECK(v.error().code == errc::corrupt);
  return {};
}

}  // namespace

TEST_CASE("a strict reader refuses a key that occurs twice, next to its first or not, at any depth") {
  const std::string one{
      "\xA1"
      "a"
      "\x01"};
  const std::string other{
      "\xA1"
      "b"
      "\x02"};
  CHECK(strictly("\x82" + other + one) == value{object{{"a", 1}, {"b", 2}}});
  for (const auto& twice : {"\x82" + one + one, "\x83" + one + other + one, "\x91\x82" + one + one}) {
    CHECK(unpack(twice));
    CHECK(strictly(twice).is_null());
  }
}

TEST_CASE("a strict reader refuses a str that is not UTF-8, as a value and as a key; bin may hold anything") {
  for (const auto& broken : {"twelve bytes\xFF", "\xFF", "an unfinished one: \xC3", "ASCII \xED\xA0\x80 a surrogate"}) {
    CHECK(unpack(pack(text(broken))));
    CHECK(strictly(pack(text(broken))).is_null());
    CHECK(strictly(pack(object{{broken, 1}})).is_null());
  }
  const value fine{object{{"über", array{"zwölf Bytes und mehr: 漢字 🙂", bytes{0xFF, 0xFE}}}}};
  CHECK(strictly(pack(fine)) == fine);
}

TEST_CASE("trailing bytes, keys that are no strings, and extension types are refused") {
  CHECK(refusal(raw("\x01\x01", 2)) == errc::corrupt);
  CHECK(refusal(raw("\x81\x01\x01", 3)) == errc::corrupt);
  CHECK(refusal(raw("\x81\x90\x01", 3)) == errc::corrupt);
  CHECK(refusal(raw("\x81\xC4\x00\x01", 4)) == errc::corrupt);
  CHECK(refusal(raw("\xD4\x01\x00", 3)) == errc::unsupported);
  CHECK(refusal(raw("\xC1", 1)) == errc::corrupt);
  CHECK(refusal("") == errc::corrupt);
}

TEST_CASE("a header that announces more than the bytes can hold is refused before anything is allocated") {
  CHECK(refusal("\xDD\xFF\xFF\xFF\xFF") == errc::corrupt);
  CHECK(refusal("\xDF\xFF\xFF\xFF\xFF") == errc::corrupt);
  CHECK(refusal("\xDB\xFF\xFF\xFF\xFF") == errc::corrupt);
  CHECK(refusal("\xC6\xFF\xFF\xFF\xFF") == errc::corrupt);
  // Each level announces nearly everything: the sum counts, not the single header.
  std::string nested;
  for (int i = 0; i < 100; ++i) nested += std::string("\xDC\x01\x00", 3);
  nested.resize(300, '\x01');
  CHECK(refusal(nested) == errc::corrupt);
}

TEST_CASE("MessagePack depth, size and number of values are limited exactly") {
  const auto three_deep = raw("\x91\x91\x90", 3);
  CHECK(unpack(three_deep, {.max_depth = 3}));
  CHECK(refusal(three_deep, {.max_depth = 2}) == errc::corrupt);
  CHECK(unpack(three_deep, {.max_bytes = 3}));
  CHECK(refusal(three_deep, {.max_bytes = 2}) == errc::corrupt);
  CHECK(unpack(three_deep, {.max_nodes = 2}));
  CHECK(refusal(three_deep, {.max_nodes = 1}) == errc::corrupt);
  CHECK(refusal(std::string(100'000, '\x91')) == errc::corrupt);
}

TEST_CASE("every truncation is refused and every flipped byte gives a value or an error") {
  const auto whole = pack(sample());
  for (std::size_t size = 0; size < whole.size(); ++size) refusal(std::string_view{whole}.substr(0, size));
  std::size_t values = 0;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    for (int flip = 1; flip < 256; ++flip) {
      auto damaged = whole;
      damaged[i] = static_cast<char>(static_cast<std::uint8_t>(damaged[i]) ^ static_cast<std::uint8_t>(flip));
      if (const auto v = unpack(damaged)) {
        ++values;
        // What was accepted is a proper value: it survives a round trip.
        const auto again = unpack(pack(*v));
        if (!again || pack(*again) != pack(*v)) FAIL("byte " << i << " xor " << flip);
      }
    }
  }
  CHECK(values > 0);
}
