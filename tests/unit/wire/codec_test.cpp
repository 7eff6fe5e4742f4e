// SPDX-License-Identifier: Apache-2.0
#include "libagents/wire/codec.hpp"

#include "libagents/wire/limits.hpp"
#include "tests/catch.hpp"
#include "tests/unit/wire/samples.hpp"

using namespace agents;
using namespace agents::wire;
using samples::every_kind;

namespace {

frames encoded(envelope e) {
  auto f = encode(std::move(e));
  REQUIRE(f);
  return std::move(*f);
}

/// Frames of an envelope that no writer of ours would write.
frames handmade(object fields, std::vector<packed> payloads = {}) {
  frames f{pack(fields)};
  for (auto& p : payloads) f.push_back(std::move(p));
  return f;
}

std::string problem_of(frames f) {
  const auto e = decode(std::move(f));
  REQUIRE_FALSE(e);
  return to_string(e.error());
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

}  // namespace

TEST_CASE("every kind survives the round trip, with all fields and with none") {
  for (const auto& e : every_kind()) {
    CAPTURE(kind_of(e.body));
    const auto read = decode(encoded(e));
    REQUIRE(read);
    CHECK(*read == e);
  }
}

TEST_CASE("the samples hold every kind") {
  std::vector<bool> seen(std::size(kind_names));
  for (const auto& e : every_kind()) seen.at(e.body.index()) = true;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    CAPTURE(kind_names[i]);
    CHECK(seen[i]);
  }
}

TEST_CASE("an envelope that ends too early is an error at every byte") {
  for (const auto& e : every_kind()) {
    const auto whole = encoded(e);
    for (std::size_t size = 0; size < whole[0].size(); ++size) {
      auto cut = whole;
      cut[0].resize(size);
      CHECK_FALSE(decode(std::move(cut)));
    }
  }
}

TEST_CASE("a damaged byte gives an error or another valid message, never a crash") {
  std::size_t errors = 0;
  for (const auto& e : every_kind()) {
    const auto whole = encoded(e);
    for (std::size_t at = 0; at < whole[0].size(); ++at)
      for (int bit = 1; bit < 256; ++bit) {
        auto damaged = whole;
        damaged[0][at] = static_cast<char>(damaged[0][at] ^ bit);
        const auto read = decode(std::move(damaged));
        if (!read)
          ++errors;
        else if (!std::holds_alternative<unknown>(read->body))
          CHECK(encode(*read).has_value());
      }
  }
  CHECK(errors > 10'000);
}

TEST_CASE("a message without a frame that its kind needs is refused with the frame's number") {
  for (const auto& e : every_kind()) {
    auto f = encoded(e);
    if (f.size() == 1) continue;
    f.resize(1);
    const auto problem = problem_of(std::move(f));
    CAPTURE(problem);
    CHECK((contains(problem, "frame 2") || contains(problem, "either an output or a code") ||
           contains(problem, "come together")));
  }
}

TEST_CASE("a frame too many is refused") {
  for (const auto& e : every_kind()) {
    if (std::holds_alternative<call>(e.body)) continue;
    auto f = encoded(e);
    f.resize(3, "\x01");
    CHECK(contains(problem_of(std::move(f)), "corrupt"));
  }
  CHECK(contains(problem_of(frames(4, "\x01")), "4 frames"));
  CHECK(contains(problem_of({}), "0 frames"));
}

TEST_CASE("a manifest has limits of its own, which hold before it is looked into") {
  hello h{{1}, 5, "token", "", 1, {}, {}, packed(max_manifest_bytes + 1, '\x90')};
  CHECK_FALSE(encode({0, h}));
  h.manifest.pop_back();
  auto f = encoded({0, h});
  f[1] += '\x90';
  CHECK(contains(problem_of(std::move(f)), "the manifest has 1048577 bytes; at most 1048576 are allowed"));
  h.manifest = packed("\xdd\x00\x0f\x00\x00", 5) + packed(0xf0000, '\x90');  // nearly a million of empty arrays
  REQUIRE(decode(encoded({0, h})));
  const auto v = decode_manifest(h);
  REQUIRE_FALSE(v);
  CHECK(contains(to_string(v.error()), "the manifest"));
  CHECK(decode_payload(h.manifest, "it"));
}

TEST_CASE("an empty payload is refused") {
  auto f = encoded({1, chunk{1, 0, samples::payload("x")}});
  f[1].clear();
  CHECK(contains(problem_of(std::move(f)), "frame 2, the part of the output, is empty"));
}

TEST_CASE("an unknown kind is read as such, whatever its fields and frames") {
  const auto read = decode(handmade({{"v", 1}, {"kind", "dance"}, {"id", "x"}}, {"a", "b"}));
  REQUIRE(read);
  CHECK(read->body == message{unknown{"dance"}});
}

TEST_CASE("unknown fields are skipped") {
  const auto read = decode(handmade({{"v", 1},
                                     {"kind", "saved"},
                                     {"session", 3},
                                     {"number", 4},
                                     {"colour", object{{"r", array{1, 2}}}},
                                     {"zebra", nullptr}}));
  REQUIRE(read);
  CHECK(*read == envelope{3, saved{4}});
}

TEST_CASE("another version is told apart from damage") {
  const auto read = decode(handmade({{"v", 2}, {"kind", "saved"}}));
  REQUIRE_FALSE(read);
  CHECK(read.error().code == errc::unsupported);
  CHECK(contains(read.error().message, "version 2"));
  CHECK(contains(problem_of(handmade({{"kind", "saved"}})), "\"v\""));
  CHECK(contains(problem_of(handmade({{"v", "1"}, {"kind", "saved"}})), "\"v\""));
}

TEST_CASE("an error names the kind, the field and the remedy, and does not quote the value") {
  CHECK(problem_of(handmade({{"v", 1}, {"kind", "saved"}, {"session", 3}})) ==
        "corrupt: \"saved\": the field \"number\" is missing from the envelope");
  CHECK(problem_of(handmade({{"v", 1}, {"kind", "saved"}, {"number", 4}})) ==
        "corrupt: \"saved\": the field \"session\" is missing from the envelope");
  CHECK(problem_of(handmade({{"v", 1}, {"kind", "saved"}, {"session", 3}, {"number", "secret"}})) ==
        "corrupt: \"saved\": the field \"number\" of the envelope is string or out of range; send an integer from 0 to "
        "9007199254740991");
  CHECK(
      problem_of(handmade({{"v", 1}, {"kind", "saved"}, {"session", 0}, {"number", 1}})) ==
      "corrupt: \"saved\": the field \"session\" of the envelope is integer or out of range; send an integer from 1 to "
      "9007199254740991");
}

TEST_CASE("numbers beyond 2^53 - 1 are refused, because not every language has them") {
  CHECK(contains(problem_of(handmade({{"v", 1}, {"kind", "saved"}, {"session", 3}, {"number", max_number + 1}})),
                 "out of range"));
}

TEST_CASE("texts must be UTF-8 and within their limit") {
  const auto goodbye_with = [](std::string text) {
    return handmade({{"v", 1}, {"kind", "goodbye"}, {"session", 3}, {"text", std::move(text)}});
  };
  CHECK(decode(goodbye_with(std::string(max_text_bytes, 'a'))));
  CHECK(contains(problem_of(goodbye_with(std::string(max_text_bytes + 1, 'a'))), "\"text\""));
  CHECK(contains(problem_of(goodbye_with("\xff")), "\"text\""));
}

TEST_CASE("the writer cuts long texts and replaces what is not UTF-8, so that an error always arrives") {
  std::string text(max_text_bytes - 1, 'a');
  text += "\xC3\xA4 and more";
  const auto read = decode(encoded({1, failure{1, errc::crashed, text, true, {}, {}}}));
  REQUIRE(read);
  CHECK(std::get<failure>(read->body).text == std::string(max_text_bytes - 1, 'a'));
  const auto broken = decode(encoded({1, failure{1, errc::crashed, "a\xff z", true, {}, {}}}));
  REQUIRE(broken);
  CHECK(std::get<failure>(broken->body).text == "a\xEF\xBF\xBD z");
}

TEST_CASE("names and lists that are too long are errors of the writer") {
  call c{1, std::string(max_name_bytes + 1, 'x'), {}, {}, "", 0, "", "", {}, "", {}, "\x01", ""};
  const auto long_name = encode({1, c});
  REQUIRE_FALSE(long_name);
  CHECK(contains(long_name.error().message, "\"capability\" has 513 bytes; send at most 512"));
  const auto long_list = encode({0, refuse{errc::rejected, "", std::vector<std::int64_t>(33, 1)}});
  REQUIRE_FALSE(long_list);
  CHECK(long_list.error().code == errc::bad_input);
}

TEST_CASE("payloads beyond the limit are refused on both sides") {
  packed large(max_payload_bytes + 1, '\xC0');
  const auto written = encode({1, chunk{1, 0, large}});
  REQUIRE_FALSE(written);
  CHECK(contains(written.error().message, "67108865 bytes"));
  auto f = encoded({1, chunk{1, 0, "\xC0"}});
  f[1] = std::move(large);
  CHECK(contains(problem_of(std::move(f)), "frame 2 has 67108865 bytes"));
}

TEST_CASE("an envelope beyond its limits is refused before it is built") {
  value deep;
  for (int i = 0; i < max_envelope_depth; ++i) deep = array{std::move(deep)};
  CHECK(contains(problem_of(handmade({{"v", 1}, {"kind", "heartbeat"}, {"x", deep}})), "deeper"));
  CHECK(contains(problem_of(handmade({{"v", 1}, {"kind", "heartbeat"}, {"x", std::string(max_envelope_bytes, 'x')}})),
                 "max_bytes"));
  CHECK(contains(problem_of(handmade({{"v", 1}, {"kind", "heartbeat"}, {"x", array(max_envelope_values)}})),
                 "max_nodes"));
}

TEST_CASE("a code that this version does not know is internal") {
  const auto read = decode(handmade({{"v", 1}, {"kind", "goodbye"}, {"session", 3}, {"code", "melted"}}));
  REQUIRE(read);
  CHECK(std::get<goodbye>(read->body).code == errc::internal);
}

TEST_CASE("a payload is decoded when it is asked for, within its limits") {
  CHECK(*decode_payload(pack(object{{"a", 1}}), "the output") == value{object{{"a", 1}}});
  const auto damaged = decode_payload("\x81", "the output of text.shout@1");
  REQUIRE_FALSE(damaged);
  CHECK(contains(damaged.error().message, "the output of text.shout@1: "));
  value deep;
  for (int i = 0; i <= max_payload_depth; ++i) deep = array{std::move(deep)};
  CHECK_FALSE(decode_payload(pack(deep), "the output"));
}

TEST_CASE("durations are rounded up, so that a deadline is never early") {
  using namespace std::chrono_literals;
  CHECK(to_wire(1ns) == 1us);
  CHECK(to_wire(1000ns) == 1us);
  CHECK(to_wire(-5s) == 0us);
  CHECK(to_wire(std::chrono::nanoseconds::max()) == microseconds{max_number});
}
