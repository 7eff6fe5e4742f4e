// SPDX-License-Identifier: Apache-2.0
#include "libagents/journal/record.hpp"

#include "libagents/journal/byte_order.hpp"
#include "libagents/journal/crc32c.hpp"
#include "tests/catch.hpp"
#include "tests/unit/journal/samples.hpp"

using namespace agents;
using namespace agents::journal;
using namespace agents::journal::samples;

namespace {

/// Version 1, written once and never again: a run_started and a step_finished of one run, then a snapshot.
/// These bytes must stay readable for ever.
constexpr std::string_view golden_events =
    "61676a010000000206000000000000000000000002503699d684000101cf17979cfe362a000002c4100193b3c40000700080"
    "000000000000071182a4676f616cae4d6179204920736869702069743fa36a6f62ae6c6963656e63655f726576696577de00"
    "11000501cf17979cfead5f940003ab636c6173736966795b335d040105af746578742e636c617373696679403106a66c696e"
    "65617207a5312e322e30080609da012c74747474747474747474747474747474747474747474747474747474747474747474"
    "7474747474747474747474747474747474747474747474747474747474747474747474747474747474747474747474747474"
    "7474747474747474747474747474747474747474747474747474747474747474747474747474747474747474747474747474"
    "7474747474747474747474747474747474747474747474747474747474747474747474747474747474747474747474747474"
    "7474747474747474747474747474747474747474747474747474747474747474747474747474747474747474747474747474"
    "7474747474747474747474747474747474747474747474747474747474747474747474747474747474747474747474747474"
    "747474747474747474747474747474740acb3fd00000000000000bcd2ee00cce002dc6c00dff0ed1ff380fcc8010ceee6b28"
    "001184a56c6162656ca367706ca46e6f6e65c0a3726177c40300ff0aa573636f7265cb3fe8000000000000";
constexpr std::string_view golden_snapshot =
    "61676a0101000000490000000000000002000000017714878e84000101cf17979cfe362a000002c4100193b3c40000700080"
    "000000000000071182a4676f616cae4d6179204920736869702069743fa36a6f62ae6c6963656e63655f726576696577";

/// A record whose header was changed on purpose, with the right checksum.
std::string forged(std::string bytes, std::size_t at, char byte) {
  bytes[at] = byte;
  const auto sum = crc32c(std::string_view{bytes}.substr(header_bytes), crc32c(std::string_view{bytes}.substr(0, 21)));
  agents::journal::detail::put_big_endian(bytes.data() + 21, sum, 4);
  return bytes;
}

errc refusal(std::string_view bytes) {
  const auto r = decode_record(bytes);
  return r ? errc::none : r.error().code;
}

}  // namespace

TEST_CASE("a record survives its encoding and is consumed alone") {
  const auto events = varied(run_number(1));
  const auto bytes = encode_record(7, events) + "rest";
  std::string_view rest = bytes;
  const auto r = decode_record(rest);
  REQUIRE(r);
  CHECK(r->first_sequence == 7);
  CHECK(r->next_sequence() == 7 + events.size());
  CHECK(r->events == events);
  CHECK(rest == "rest");
}

TEST_CASE("the run is written once per record, and again where it changes") {
  const std::vector one_run{step_finished(run_number(1), 1), step_finished(run_number(1), 1)};
  const std::vector two_runs{step_finished(run_number(1), 1), step_finished(run_number(2), 1)};
  const std::vector then_none{step_finished(run_number(1), 1), step_finished({}, 1)};
  CHECK(encode_record(0, two_runs).size() == encode_record(0, one_run).size() + 19);
  for (const auto& events : {one_run, two_runs, then_none}) {
    const auto bytes = encode_record(0, events);
    std::string_view rest = bytes;
    CHECK(decode_record(rest)->events == events);
  }
}

TEST_CASE("records of format version 1 are readable for ever") {
  const auto bytes = from_hex(golden_events) + from_hex(golden_snapshot);
  std::string_view rest = bytes;
  const auto first = decode_record(rest);
  REQUIRE(first);
  CHECK(first->kind == record_kind::events);
  CHECK(first->events == std::vector{run_started(run_number(7)), everything(run_number(7))});
  const auto second = decode_record(rest);
  REQUIRE(second);
  CHECK(second->kind == record_kind::snapshot);
  CHECK(second->first_sequence == 2);
  CHECK(second->next_sequence() == 2);
  CHECK(second->events == std::vector{run_started(run_number(7))});
  CHECK(rest.empty());
}

TEST_CASE("this version still writes format version 1") {
  CHECK(to_hex(encode_record(0, std::vector{run_started(run_number(7)), everything(run_number(7))})) == golden_events);
  CHECK(to_hex(encode_record(2, std::vector{run_started(run_number(7))}, record_kind::snapshot)) == golden_snapshot);
}

TEST_CASE("every flipped byte of a record is detected") {
  const auto bytes = encode_record(3, varied(run_number(1)));
  for (std::size_t i = 0; i < bytes.size(); ++i)
    for (const int mask : {0x01, 0x80, 0xff}) {
      auto damaged = bytes;
      damaged[i] = static_cast<char>(damaged[i] ^ mask);
      CHECK(refusal(damaged) == errc::corrupt);
    }
}

TEST_CASE("every truncation of a record is detected") {
  const auto bytes = encode_record(3, varied(run_number(1)));
  for (std::size_t size = 0; size < bytes.size(); ++size)
    CHECK(refusal(std::string_view{bytes}.substr(0, size)) == errc::corrupt);
}

TEST_CASE("an intact record of a newer version is unsupported, not damaged") {
  const auto bytes = encode_record(0, std::vector{run_started(run_number(1))});
  CHECK(refusal(forged(bytes, 3, 2)) == errc::unsupported);
  CHECK(refusal(forged(bytes, 3, 0)) == errc::unsupported);
  CHECK(refusal(forged(bytes, 4, 2)) == errc::unsupported);
}

TEST_CASE("a record that lies about its count is damaged") {
  const auto bytes = encode_record(0, std::vector{run_started(run_number(1))});
  CHECK(refusal(forged(bytes, 20, 0)) == errc::corrupt);
  CHECK(refusal(forged(bytes, 20, 2)) == errc::corrupt);
  CHECK(refusal(forged(bytes, 17, 127)) == errc::corrupt);
}
