// SPDX-License-Identifier: Apache-2.0
#include "libagents/core/errc.hpp"

#include <set>
#include <string>

#include "libagents/core/expected.hpp"
#include "tests/catch.hpp"

using namespace agents;

TEST_CASE("every error code has its own name and sentence, and its name leads back to it") {
  std::set<std::string_view> names;
  std::set<std::string_view> sentences;
  for (int i = 0; i <= static_cast<int>(last_errc); ++i) {
    const auto code = static_cast<errc>(i);
    names.insert(to_string(code));
    sentences.insert(sentence(code));
    CHECK(errc_from_string(to_string(code)) == code);
  }
  CHECK(names.size() == static_cast<std::size_t>(last_errc) + 1);
  CHECK(sentences.size() == names.size());
}

TEST_CASE("an unknown code or name is an internal error, never undefined behaviour") {
  CHECK(to_string(static_cast<errc>(200)) == "internal");
  CHECK(errc_from_string("nonsense") == errc::internal);
}

TEST_CASE("expected holds a value or an error") {
  const expected<int> good = 4;
  const expected<int> bad = unexpected{errc::io, "disk full"};
  CHECK(good.value() == 4);
  CHECK(bad.value_or(7) == 7);
  CHECK(to_string(bad.error()) == "io: disk full");
  CHECK(expected<std::string>{bad.propagate()}.error() == bad.error());
  CHECK(to_string(error{errc::budget, ""}) == "budget: The budget does not cover the request.");
}
