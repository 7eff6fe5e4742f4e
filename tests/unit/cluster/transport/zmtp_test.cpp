// SPDX-License-Identifier: Apache-2.0
#include "cluster/transport/zmtp.hpp"

#include "tests/catch.hpp"

using namespace agents;
using namespace std::string_literals;

namespace {

constexpr zmtp::limits small{2, 10, 20};

std::string frame(std::string_view body, bool more = false) {
  std::string out;
  zmtp::append_frame_head(out, body.size(), more);
  return out.append(body);
}
std::string command(const std::string& body) { return "\x04"s + static_cast<char>(body.size()) + body; }
std::string ready(const std::string& type, const std::string& identity = {}) {
  std::string body = "\x05READY\x0bSocket-Type"s + "\0\0\0"s + static_cast<char>(type.size()) + type;
  body += "\x08Identity"s + "\0\0\0"s + static_cast<char>(identity.size()) + identity;
  return command(body);
}
std::string beginning() { return zmtp::greeting() + ready("DEALER"); }

/// What a router makes of these bytes, given in pieces of this size.
struct result {
  zmtp::heard heard;
  expected<void> end;
};
result read(std::string_view bytes, std::size_t piece, zmtp::limits l = small) {
  zmtp::reader r{zmtp::role::router, l};
  result out;
  for (; out.end && !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size())))
    out.end = r.take(bytes.substr(0, piece), out.heard);
  return out;
}
bool is_refused(const std::string& bytes) {
  const auto whole = read(bytes, bytes.size());
  const auto single = read(bytes, 1);
  CHECK(whole.end.has_value() == single.end.has_value());
  return !whole.end && whole.end.error().code == errc::corrupt;
}

}  // namespace

TEST_CASE("ZMTP: messages arrive whole, however their bytes come") {
  const auto piece = GENERATE(std::size_t{1}, std::size_t{7}, std::size_t{1000});
  const auto bytes = beginning() + frame("one") + frame("two", true) + frame("") + frame("three");
  const auto r = read(bytes, piece);
  REQUIRE(r.end);
  CHECK(r.heard.messages == std::vector<wire::frames>{{"one"}, {"two", ""}, {"three"}});
}

TEST_CASE("ZMTP: a long frame has its length in eight bytes") {
  const std::string body(300, 'x');
  const auto bytes = frame(body);
  CHECK(bytes.substr(0, 9) == "\x02\0\0\0\0\0\0\x01\x2c"s);
  const auto r = read(beginning() + bytes, 100, {1, 300, 300});
  REQUIRE(r.end);
  CHECK(r.heard.messages == std::vector<wire::frames>{{body}});
}

TEST_CASE("ZMTP: a router and a dealer understand each other") {
  zmtp::reader router{zmtp::role::router, small};
  zmtp::reader dealer{zmtp::role::dealer, small};
  zmtp::heard to_router;
  zmtp::heard to_dealer;
  REQUIRE(router.take(zmtp::greeting(), to_router));
  REQUIRE(dealer.take(zmtp::greeting(), to_dealer));
  CHECK_FALSE(router.is_ready());
  REQUIRE(router.take(to_dealer.replies, to_router));
  REQUIRE(dealer.take(to_router.replies, to_dealer));
  CHECK(router.is_ready());
  CHECK(dealer.is_ready());
  zmtp::reader second{zmtp::role::dealer, small};
  REQUIRE(second.take(zmtp::greeting(), to_dealer));
  CHECK_FALSE(second.take(ready("DEALER"), to_dealer));  // two dealers
}

TEST_CASE("ZMTP: a ping is answered with its context") {
  const auto r = read(beginning() + command("\x04PING\0\x0a"
                                            "abc"s),
                      5);
  REQUIRE(r.end);
  CHECK(
      r.heard.replies.ends_with(command("\x04PONG"
                                        "abc")));
}

TEST_CASE("ZMTP: what breaks the rules is refused") {
  CHECK(is_refused("GET / HTTP/1.1\r\n"));
  CHECK(is_refused(zmtp::greeting() + ready("REQ")));
  CHECK(is_refused(zmtp::greeting() + ready("DEALER", "\x01me")));
  CHECK(is_refused(zmtp::greeting() + frame("before READY")));
  CHECK(is_refused(zmtp::greeting() + command("\x05READY\x20")));
  CHECK(is_refused(zmtp::greeting() + command("\x05"
                                              "ERROR\x02no")));
  CHECK(is_refused(beginning() + "\x08\x01x"));  // an unknown flag
  CHECK(is_refused(beginning() + "\x05\x01x"));  // a command in parts
  CHECK(is_refused(beginning() + "\x04\0"s));    // an empty command
  auto curve = zmtp::greeting();
  curve.replace(12, 5, "CURVE");
  CHECK(is_refused(curve));
  auto old = zmtp::greeting();
  old[10] = 1;
  CHECK(is_refused(old));
}

TEST_CASE("ZMTP: a message has a limit of frames and of bytes, the first one its own") {
  CHECK(is_refused(beginning() + frame("a", true) + frame("b", true) + frame("c")));
  CHECK(is_refused(beginning() + frame("12345678901")));
  CHECK(is_refused(beginning() + frame("123456", true) + frame("12345")));
  CHECK_FALSE(is_refused(beginning() + frame("1234567890") + frame("12345678901234567890")));
  CHECK(is_refused(beginning() + frame("1") + frame("123456789012345678901")));
  // What is announced is refused before it comes.
  CHECK(is_refused(beginning() + "\x02\x7f\xff\xff\xff\xff\xff\xff\xff"s));
}
