// SPDX-License-Identifier: Apache-2.0
#include "libagents/core/value.hpp"

#include "tests/catch.hpp"

using namespace agents;

TEST_CASE("numbers are equal when they are the same number") {
  CHECK(value{1} == value{1.0});
  CHECK_FALSE(value{1} == value{1.5});
  CHECK_FALSE(value{1} == value{true});
  CHECK_FALSE(value{9007199254740993} == value{9007199254740992.0});
  CHECK_FALSE(value{INT64_MAX} == value{0x1p63});
}

TEST_CASE("objects ignore the order of their members; of equal names the last wins") {
  CHECK(object{{"a", 1}, {"b", 2}} == object{{"b", 2}, {"a", 1}});
  object::storage members;
  members.push_back({"b", 1});
  members.push_back({"a", 2});
  members.push_back({"b", 3});
  const object o{std::move(members)};
  CHECK(o.size() == 2);
  CHECK(*o.find("b") == value{3});
  CHECK(o.find("c") == nullptr);
}

TEST_CASE("tolerant getters give the fallback for what is missing or of another type") {
  const value v{object{{"n", 4}, {"s", "x"}}};
  CHECK(v.get_integer("n") == 4);
  CHECK(v.get_integer("s", -1) == -1);
  CHECK(v.get_string("n", "none") == "none");
  CHECK(v.get_number("n") == 4.0);
  CHECK(value{3}.find("n") == nullptr);
}

TEST_CASE("an integer beyond int64 becomes a double") {
  const value v{UINT64_MAX};
  CHECK(v.type() == value::kind::number);
  CHECK(v.as_number() == 0x1p64);
}
