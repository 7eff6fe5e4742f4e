// SPDX-License-Identifier: Apache-2.0
#include "cluster/control/control_message.hpp"

#include "libagents/contract/msgpack.hpp"
#include "tests/catch.hpp"

using namespace agents;
using namespace agents::control;

namespace {

std::string problem_of(const value& m) {
  const auto read = decode_request(pack(m));
  REQUIRE_FALSE(read.what);
  return read.what.error().message;
}

}  // namespace

TEST_CASE("a request survives being written and read") {
  const auto read = decode_request(encode(request{7, "call", object{{"capability", "a.b@1"}, {"input", 1}}}));
  REQUIRE(read.what);
  CHECK(read.id == 7);
  CHECK(read.what->id == 7);
  CHECK(read.what->command == "call");
  CHECK(read.what->arguments == value{object{{"capability", "a.b@1"}, {"input", 1}}});
}

TEST_CASE("a request without arguments has none, and unknown fields are skipped") {
  const auto read = decode_request(pack(object{{"v", 1}, {"id", 1}, {"command", "status"}, {"colour", "red"}}));
  REQUIRE(read.what);
  CHECK(read.what->arguments == value{object{}});
}

TEST_CASE("a wrong request is an error that names the field, and keeps the id if there is one") {
  CHECK(problem_of(object{{"v", 1}, {"command", "status"}}).starts_with("`id`"));
  CHECK(problem_of(object{{"v", 1}, {"id", 0}, {"command", "status"}}).starts_with("`id`"));
  CHECK(problem_of(object{{"v", 1}, {"id", 1}}).starts_with("`command`"));
  CHECK(problem_of(object{{"v", 1}, {"id", 1}, {"command", std::string(65, 'x')}}).starts_with("`command`"));
  CHECK(problem_of(object{{"v", 1}, {"id", 1}, {"command", "x"}, {"arguments", 3}}).starts_with("`arguments`"));
  CHECK(problem_of(array{1, 2}).starts_with("a request is a map"));
  const auto other = decode_request(pack(object{{"v", 2}, {"id", 5}, {"command", "status"}}));
  CHECK(other.id == 5);
  CHECK(other.what.error().code == errc::unsupported);
  CHECK(other.what.error().message.find("version 1") != std::string::npos);
  CHECK(decode_request("\xc1").what.error().code == errc::bad_input);
  CHECK(decode_request("").id == 0);
}

TEST_CASE("replies survive being written and read") {
  const auto again = [](const reply& r) {
    const auto read = decode_reply(encode(r));
    REQUIRE(read);
    CHECK(read->id == r.id);
    CHECK(read->what == r.what);
    return *read;
  };
  CHECK(again({1, reply::kind::ok, object{{"a", 1}}, {}}).content == value{object{{"a", 1}}});
  CHECK(again({2, reply::kind::item, "x", {}}).content == value{"x"});
  CHECK(again({3, reply::kind::error, {}, {errc::no_route, "nobody"}}).problem == error{errc::no_route, "nobody"});
  CHECK(again({4, reply::kind::working, {}, {}}).content.is_null());
}

TEST_CASE("an answer beyond the limit becomes an error") {
  const auto r = decode_reply(encode(reply{9, reply::kind::ok, std::string(max_reply_bytes, 'x'), {}}));
  REQUIRE(r);
  CHECK(r->what == reply::kind::error);
  CHECK(r->problem.code == errc::bad_output);
}

TEST_CASE("what is no reply is corrupt") {
  CHECK(decode_reply("x").error().code == errc::corrupt);
  CHECK(decode_reply(pack(object{{"v", 1}, {"id", 1}})).error().code == errc::corrupt);
  CHECK(decode_reply(pack(object{{"v", 9}, {"id", 1}, {"ok", 1}})).error().code == errc::corrupt);
}
