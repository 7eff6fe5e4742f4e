// SPDX-License-Identifier: Apache-2.0
#include "monitoring/listen_address.hpp"

#include "tests/catch.hpp"

using namespace agents;
using agents::monitoring::parse_listen_address;

TEST_CASE("an address to listen on is a host and a port") {
  CHECK(parse_listen_address("127.0.0.1:9464")->to_string() == "127.0.0.1:9464");
  CHECK(parse_listen_address("[::1]:9464")->to_string() == "[::1]:9464");
  CHECK(parse_listen_address("localhost:1")->to_string() == "127.0.0.1:1");
  CHECK(parse_listen_address("0.0.0.0:0")->to_string() == "0.0.0.0:0");
}

TEST_CASE("without a host only this machine can connect") {
  CHECK(parse_listen_address(":9464")->to_string() == "127.0.0.1:9464");
}

TEST_CASE("what is no address is refused with an example of one") {
  const auto* text = GENERATE("", "9464", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:94x",
                              "example.org:80", "[::1:80", "1.2.3:80");
  const auto parsed = parse_listen_address(text);
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().code == errc::bad_input);
  CHECK(parsed.error().message.find("127.0.0.1:9464") != std::string::npos);
}
