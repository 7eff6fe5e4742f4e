// SPDX-License-Identifier: Apache-2.0
#include "libagents/contract/version.hpp"

#include "tests/catch.hpp"

using namespace agents;

namespace {

bool in_range(std::string_view range, std::string_view v) {
  const auto r = version_range::parse(range);
  INFO(range << " and " << v);
  REQUIRE(r);
  return r->matches(*parse_version(v));
}

/// Checks that the range holds exactly the versions of `inside` among all those listed.
void check_range(std::string_view range, const std::vector<std::string_view>& inside,
                 const std::vector<std::string_view>& outside) {
  for (const auto v : inside) {
    INFO(range << " should match " << v);
    CHECK(in_range(range, v));
  }
  for (const auto v : outside) {
    INFO(range << " should not match " << v);
    CHECK_FALSE(in_range(range, v));
  }
}

}  // namespace

TEST_CASE("versions parse with missing parts as zero, print in full and order by number") {
  CHECK(*parse_version("1") == version{1, 0, 0});
  CHECK(*parse_version("1.2.3") == version{1, 2, 3});
  CHECK(to_string(*parse_version("1.2")) == "1.2.0");
  CHECK(*parse_version("1.10") > *parse_version("1.9.99"));
}

TEST_CASE("what is no version is refused with what is allowed") {
  for (const auto* text : {"", "a", "1.", ".1", "1.2.3.4", "01", "1.x", "-1", "1 ", "1000000", "1.2-beta"}) {
    const auto v = parse_version(text);
    INFO(text);
    REQUIRE_FALSE(v);
    CHECK(v.error().code == errc::bad_input);
    CHECK(v.error().message.find("1.2.3") != std::string::npos);
  }
}

TEST_CASE("a plain version means compatible with it") {
  check_range("1", {"1.0.0", "1.9.9"}, {"0.9", "2.0.0"});
  check_range("1.2", {"1.2.0", "1.99.0"}, {"1.1.9", "2.0.0"});
  check_range("1.2.3", {"1.2.3", "1.3.0"}, {"1.2.2", "2.0.0"});
  check_range("^1.2", {"1.2.0", "1.99.0"}, {"1.1.9", "2.0.0"});
}

TEST_CASE("below 1.0 a minor number promises nothing") {
  check_range("0.3", {"0.3.0", "0.3.9"}, {"0.2.9", "0.4.0"});
  check_range("0.3.1", {"0.3.1", "0.3.9"}, {"0.3.0", "0.4.0"});
  check_range("0", {"0.0.0", "0.9.0"}, {"1.0.0"});
}

TEST_CASE("the other forms of a range") {
  check_range("~1.2", {"1.2.0", "1.2.9"}, {"1.1.9", "1.3.0"});
  check_range("~1.2.3", {"1.2.3", "1.2.9"}, {"1.2.2", "1.3.0"});
  check_range("~1", {"1.0.0", "1.9.0"}, {"2.0.0"});
  check_range(">=1.2 <3", {"1.2.0", "2.99.99"}, {"1.1.9", "3.0.0"});
  check_range(">= 1.2 < 3", {"1.2.0", "2.99.99"}, {"1.1.9", "3.0.0"});
  check_range(">1.2", {"1.3.0", "9.0.0"}, {"1.2.0", "1.2.5"});
  check_range("<=1.2", {"0.0.0", "1.2.9"}, {"1.3.0"});
  check_range("=1.2.3", {"1.2.3"}, {"1.2.2", "1.2.4"});
  check_range("1.x", {"1.0.0", "1.9.0"}, {"0.9.0", "2.0.0"});
  check_range("0.x", {"0.0.1", "0.9.0"}, {"1.0.0"});
  check_range("1.2.*", {"1.2.0", "1.2.9"}, {"1.3.0"});
  check_range("*", {"0.0.0", "99.0.0"}, {});
  check_range("", {"0.0.0", "99.0.0"}, {});
  check_range("1 || 3.1", {"1.5.0", "3.1.0"}, {"2.0.0", "3.0.0", "4.0.0"});
}

TEST_CASE("a range that is malformed or empty is refused with the part that is wrong") {
  for (const auto* text : {"a", "1 ||", "|| 1", ">", "=>1", "1..2", "1.x.2", ">=2 <1", "1 | 2", "^^1", "1.2.3.4"}) {
    const auto r = version_range::parse(text);
    INFO(text);
    REQUIRE_FALSE(r);
    CHECK(r.error().message.find("allowed are") != std::string::npos);
  }
  CHECK(version_range::parse(">=2 <1").error().message.find("no version satisfies") != std::string::npos);
}

TEST_CASE("the default range is any version, and ranges are equal when they hold the same spans") {
  CHECK(version_range{}.is_any());
  CHECK(version_range::parse("*")->is_any());
  CHECK_FALSE(version_range::parse("1")->is_any());
  CHECK(*version_range::parse("1.2") == *version_range::parse("^1.2"));
}

TEST_CASE("a reference asks for a capability, an id offers one") {
  const auto ref = capability_ref::parse("text.retrieve@1");
  REQUIRE(ref);
  CHECK(ref->name == "text.retrieve");
  CHECK(matches(*ref, *capability_id::parse("text.retrieve@1.2")));
  CHECK_FALSE(matches(*ref, *capability_id::parse("text.retrieve@2")));
  CHECK_FALSE(matches(*ref, *capability_id::parse("text.rank@1")));
  CHECK(capability_ref::parse("text.retrieve")->range.is_any());
  CHECK(to_string(*ref) == "text.retrieve@1");
  CHECK(to_string(*capability_ref::parse("a.b")) == "a.b");
  CHECK(to_string(*capability_id::parse("a.b@1.2")) == "a.b@1.2.0");
  CHECK(matches(*capability_ref::parse("a@>=1.2 <3"), *capability_id::parse("a@2.5")));
}

TEST_CASE("capability names are dotted lower-case identifiers; others are refused with the reason") {
  for (const auto* name : {"a", "text.retrieve", "text-2.re_trieve.x9"}) CHECK(check_capability_name(name));
  for (const auto* name : {"", ".", "a.", ".a", "a..b", "Text.a", "1a", "a b", "a/b", "ä", "_a"}) {
    INFO(name);
    CHECK_FALSE(check_capability_name(name));
  }
  CHECK_FALSE(check_capability_name(std::string(129, 'a')));
  CHECK(check_capability_name("a..b").error().message.find("empty") != std::string::npos);
  CHECK_FALSE(capability_ref::parse("a@"));
  CHECK_FALSE(capability_ref::parse("a@1@2"));
  CHECK_FALSE(capability_id::parse("a"));
  CHECK_FALSE(capability_id::parse("a@^1"));
}
