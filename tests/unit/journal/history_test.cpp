// SPDX-License-Identifier: Apache-2.0
#include "libagents/journal/history.hpp"

#include "libagents/journal/limits.hpp"
#include "tests/catch.hpp"
#include "tests/unit/journal/samples.hpp"

using namespace agents;
using namespace agents::journal;
using namespace agents::journal::samples;

namespace {

/// A journal of 20 varied events in records of 1, 2, 3, 1, 2, … events, and where each record ends.
struct sample_journal {
  std::vector<event> events = varied(run_number(1));
  std::string bytes;
  std::vector<std::size_t> record_ends;
  std::vector<std::size_t> events_before_end;

  sample_journal() {
    std::size_t size = 1;
    for (std::size_t first = 0; first < events.size(); first += size, size = size % 3 + 1) {
      const auto part = std::span{events}.subspan(first, std::min(size, events.size() - first));
      bytes += encode_record(first, part);
      record_ends.push_back(bytes.size());
      events_before_end.push_back(first + part.size());
    }
  }

  /// The events of the records that end at or before a byte.
  [[nodiscard]] std::vector<event> intact_before(std::size_t byte) const {
    std::size_t count = 0;
    for (std::size_t i = 0; i < record_ends.size(); ++i)
      if (record_ends[i] <= byte) count = events_before_end[i];
    return {events.begin(), events.begin() + static_cast<std::ptrdiff_t>(count)};
  }

  [[nodiscard]] std::size_t record_begin(std::size_t byte) const {
    std::size_t begin = 0;
    for (const auto end : record_ends)
      if (end <= byte) begin = end;
    return begin;
  }
};

bool is_boundary(const sample_journal& j, std::size_t byte) { return j.record_begin(byte) == byte; }

}  // namespace

TEST_CASE("an intact journal is recovered whole") {
  const sample_journal j;
  REQUIRE(j.events.size() == 20);
  const auto found = recover(j.bytes);
  CHECK(found.intact.events == j.events);
  CHECK(found.intact.next_sequence == j.events.size());
  CHECK(!found.intact.damage);
  CHECK(found.intact_bytes == j.bytes.size());
  CHECK(recover("").intact.events.empty());
}

TEST_CASE("every flipped byte of a journal is detected, and the intact prefix recovered") {
  const sample_journal j;
  for (std::size_t i = 0; i < j.bytes.size(); ++i)
    for (const int mask : {0x01, 0x10, 0xff}) {
      auto damaged = j.bytes;
      damaged[i] = static_cast<char>(damaged[i] ^ mask);
      const auto found = recover(damaged);
      CAPTURE(i, mask);
      REQUIRE(found.intact.damage);
      CHECK(found.intact.damage->code == errc::corrupt);
      CHECK(found.intact_bytes == j.record_begin(i));
      CHECK(found.intact.events == j.intact_before(i));
    }
}

TEST_CASE("every truncation of a journal is detected, and the intact prefix recovered") {
  const sample_journal j;
  for (std::size_t size = 0; size < j.bytes.size(); ++size) {
    const auto found = recover(std::string_view{j.bytes}.substr(0, size));
    CAPTURE(size);
    CHECK(found.intact.damage.has_value() != is_boundary(j, size));
    CHECK(found.intact_bytes == j.record_begin(size));
    CHECK(found.intact.events == j.intact_before(size));
  }
}

TEST_CASE("a record that is missing, repeated or beyond the last number ends the history") {
  const std::vector one{run_started(run_number(1))};
  CHECK(recover(encode_record(1, one)).intact.damage->code == errc::corrupt);
  CHECK(recover(encode_record(0, one) + encode_record(0, one)).intact.damage->code == errc::corrupt);
  CHECK(recover(encode_record(0, one) + encode_record(2, one)).intact_bytes == encode_record(0, one).size());
  history last;
  CHECK(extend(last, {record_kind::snapshot, max_sequence, one}));
  CHECK(extend(last, {record_kind::events, max_sequence, one}));
  CHECK(!extend(last, {record_kind::events, max_sequence + 1, one}));
}

TEST_CASE("a snapshot stands for everything before it") {
  const auto events = varied(run_number(1));
  const std::vector snapshot{run_started(run_number(1))};
  const auto tail = std::span{events}.subspan(3, 2);
  SECTION("at the beginning of a journal") {
    const auto found = recover(encode_record(3, snapshot, record_kind::snapshot) + encode_record(3, tail));
    CHECK(found.intact.events == std::vector{snapshot[0], events[3], events[4]});
    CHECK(found.intact.snapshot_events == 1);
    CHECK(found.intact.next_sequence == 5);
    CHECK(first_tail_sequence(found.intact) == 3);
  }
  SECTION("in the middle of a journal") {
    const auto found = recover(encode_record(0, std::span{events}.first(3)) +
                               encode_record(3, snapshot, record_kind::snapshot) + encode_record(3, tail));
    CHECK(found.intact.events == std::vector{snapshot[0], events[3], events[4]});
    CHECK(!found.intact.damage);
  }
  SECTION("but not with a gap before it") {
    const auto found =
        recover(encode_record(0, std::span{events}.first(2)) + encode_record(3, snapshot, record_kind::snapshot));
    CHECK(found.intact.damage);
    CHECK(found.intact.events.size() == 2);
  }
}
