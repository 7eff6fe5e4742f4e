// SPDX-License-Identifier: Apache-2.0
#include "libagents/journal/codec.hpp"

#include <limits>

#include "libagents/journal/limits.hpp"
#include "tests/catch.hpp"
#include "tests/unit/journal/samples.hpp"

using namespace agents;
using namespace agents::journal;
using namespace agents::journal::samples;

namespace {

std::string encoded(const event& e) {
  std::string out;
  encode_event(out, e);
  return out;
}

event decoded(std::string_view bytes) {
  auto e = decode_event(bytes);
  REQUIRE(e);
  return std::move(*e);
}

errc refusal(std::string_view hex) {
  const auto e = decode_event(from_hex(hex));
  return e ? errc::none : e.error().code;
}

}  // namespace

TEST_CASE("an event survives its encoding") {
  for (const auto& e : varied(run_number(1))) {
    CAPTURE(to_string(e.kind));
    CHECK(decoded(encoded(e)) == e);
  }
}

TEST_CASE("fields at their defaults take no bytes") {
  event e;
  e.kind = event_kind::run_cancelled;
  CHECK(to_hex(encoded(e)) == "81000d");
}

TEST_CASE("an event with every field has a three-byte map header") {
  const auto bytes = encoded(everything(run_number(1)));
  CHECK(to_hex(bytes.substr(0, 3)) == "de0012");
}

TEST_CASE("numbers survive at the borders of their encodings") {
  constexpr auto smallest = std::numeric_limits<std::int64_t>::min();
  constexpr auto largest = std::numeric_limits<std::int64_t>::max();
  for (const std::int64_t n : {std::int64_t{1},
                               std::int64_t{127},
                               std::int64_t{128},
                               std::int64_t{255},
                               std::int64_t{256},
                               std::int64_t{65'535},
                               std::int64_t{65'536},
                               std::int64_t{4'294'967'295},
                               std::int64_t{4'294'967'296},
                               largest,
                               std::int64_t{-1},
                               std::int64_t{-32},
                               std::int64_t{-33},
                               std::int64_t{-128},
                               std::int64_t{-129},
                               std::int64_t{-32'768},
                               std::int64_t{-32'769},
                               std::int64_t{-2'147'483'648},
                               std::int64_t{-2'147'483'649},
                               smallest}) {
    event e;
    e.kind = event_kind::verdict;
    e.tokens = n;
    CHECK(decoded(encoded(e)).tokens == n);
  }
}

TEST_CASE("texts survive at the borders of their encodings") {
  for (const std::size_t size : {1, 31, 32, 255, 256, 65'535, 65'536}) {
    event e;
    e.kind = event_kind::verdict;
    e.text = std::string(size, 'x');
    CHECK(decoded(encoded(e)) == e);
  }
}

TEST_CASE("data that is null is not data that is absent") {
  event e;
  e.kind = event_kind::step_finished;
  e.data = share(value{});
  CHECK(decoded(encoded(e)) == e);
  CHECK(decoded(encoded(e)).data);
}

TEST_CASE("a newer writer is understood") {
  SECTION("unknown keys of every type are skipped") {
    for (const std::string_view unknown : {"c0",
                                           "c3",
                                           "05",
                                           "e0",
                                           "ccff",
                                           "cdffff",
                                           "ceffffffff",
                                           "cf0000000000000000",
                                           "d0ff",
                                           "d1ffff",
                                           "d2ffffffff",
                                           "d3ffffffffffffffff",
                                           "ca00000000",
                                           "cb0000000000000000",
                                           "a161",
                                           "d90161",
                                           "da000161",
                                           "db0000000161",
                                           "c401ff",
                                           "c50001ff",
                                           "c600000001ff",
                                           "d4017f",
                                           "d5017f7f",
                                           "d6017f7f7f7f",
                                           "c70101ff",
                                           "c8000101ff",
                                           "c90000000101ff",
                                           "920102",
                                           "dc00020102",
                                           "dd000000020102",
                                           "8101a0",
                                           "de000101a0",
                                           "df0000000101a0",
                                           "93919190829100c09100c0c2"}) {
      CAPTURE(unknown);
      const auto e =
          decode_event(from_hex("8300"
                                "0d"
                                "cd03e8" +
                                std::string{unknown} + "09a3796573"));
      REQUIRE(e);
      CHECK(e->kind == event_kind::run_cancelled);
      CHECK(e->text == "yes");
    }
  }
  SECTION("unknown kinds are kept") { CHECK(static_cast<int>(decoded(from_hex("81003f")).kind) == 63); }
  SECTION("unknown outcomes become internal") { CHECK(decoded(from_hex("82000408ccc8")).outcome == errc::internal); }
  SECTION("entries may come in any order") {
    CHECK(decoded(from_hex("8209a17800"
                           "0d"))
              .text == "x");
  }
}

TEST_CASE("damaged events are refused") {
  CHECK(refusal("") == errc::corrupt);
  CHECK(refusal("80") == errc::corrupt);                          // no kind
  CHECK(refusal("c0") == errc::corrupt);                          // no map
  CHECK(refusal("8100") == errc::corrupt);                        // ends after a key
  CHECK(refusal("81000dff") == errc::corrupt);                    // bytes follow
  CHECK(refusal("82000d000d") == errc::corrupt);                  // the kind twice
  CHECK(refusal("8100cd0100") == errc::corrupt);                  // a kind of 256
  CHECK(refusal("82000da17801") == errc::corrupt);                // a text as key
  CHECK(refusal("82000d02c40101") == errc::corrupt);              // a run of one byte
  CHECK(refusal("82000d04cf0000000100000000") == errc::corrupt);  // an attempt beyond 32 bits
  CHECK(refusal("82000d01cf8000000000000000") == errc::corrupt);  // a time beyond 63 bits
  CHECK(refusal("82000d11c1") == errc::corrupt);                  // the type that is never used
  CHECK(refusal("82000d64dfffffffff") == errc::corrupt);          // more entries announced than there are bytes
}

TEST_CASE("every truncation of an event is refused") {
  const auto bytes = encoded(everything(run_number(1)));
  for (std::size_t size = 0; size < bytes.size(); ++size) CHECK(!decode_event(std::string_view{bytes}.substr(0, size)));
}

TEST_CASE("what could not be read again is not journaled") {
  CHECK(check_journalable(everything(run_number(1))));
  event e;
  e.kind = event_kind::chunk;
  CHECK(check_journalable(e).error().code == errc::bad_input);
  value nested;
  for (int i = 0; i < max_data_depth; ++i) nested = array{std::move(nested)};
  e.kind = event_kind::step_finished;
  e.data = share(nested);
  CHECK(check_journalable(e));
  CHECK(decoded(encoded(e)) == e);
  e.data = share(array{std::move(nested)});
  CHECK(check_journalable(e).error().code == errc::bad_input);
  CHECK(!decode_event(encoded(e)));
}
