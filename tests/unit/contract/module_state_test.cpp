// SPDX-License-Identifier: Apache-2.0
#include "libagents/contract/module_state.hpp"

#include <stdexcept>
#include <string>

#include "libagents/module.hpp"
#include "tests/catch.hpp"

using namespace agents;

namespace {

struct total {
  std::int64_t sum = 0;
  AGENTS_FIELDS(sum)
};
struct named_total {
  std::string name;
  std::int64_t sum = 0;
  AGENTS_FIELDS(name, sum)
};

/// Keeps a total with a name; version 1 had none, version 2 is a bare number.
module keeper(named_total& kept) {
  return module("keeper", "3.0.0")
      .keeps_state(
          3, [&] { return kept; }, [&](named_total s) { kept = std::move(s); })
      .migrates_state(1, 2, [](const total& old) { return value{old.sum}; })
      .migrates_state(2, 3, [](const value& old) -> expected<named_total> {
        if (!old.is_integer()) return unexpected{errc::corrupt, "a number is wanted"};
        return named_total{"migrated", old.as_integer()};
      });
}

expected<void> restore(const module& m, std::uint32_t version, value saved) {
  return restore_state(*m.state(), version, std::move(saved));
}

}  // namespace

TEST_CASE("state of the same version is restored as it was saved") {
  named_total kept{"a", 7};
  const auto saved = keeper(kept).state()->save();
  kept = {};
  REQUIRE(restore(keeper(kept), 3, saved));
  CHECK(kept.name == "a");
  CHECK(kept.sum == 7);
}

TEST_CASE("older state goes through every migration to the present version") {
  named_total kept;
  REQUIRE(restore(keeper(kept), 1, object{{"sum", 5}}));
  CHECK(kept.name == "migrated");
  CHECK(kept.sum == 5);
}

TEST_CASE("state that cannot be restored is an error that says why") {
  named_total kept;
  const auto m = keeper(kept);
  CHECK(restore(m, 2, "five").error().message == "a number is wanted");
  CHECK(restore(m, 3, object{{"sum", "five"}}).error().code == errc::bad_input);
  CHECK(restore(m, 4, object{}).error().code == errc::unsupported);
  CHECK(restore(m, 0, object{}).error().message.find("add a migration") != std::string::npos);
}

TEST_CASE("a migration that leads nowhere ends, and one that throws is an error") {
  const auto m = module("m", "1.0.0")
                     .keeps_state(
                         2, [] { return value{1}; }, [](const value&) {})
                     .migrates_state(0, 0, [](value v) { return v; })
                     .migrates_state(1, 2, [](value) -> value { throw std::runtime_error("no"); });
  CHECK(restore(m, 0, 1).error().code == errc::unsupported);
  const auto thrown = restore(m, 1, 1);
  CHECK(thrown.error().code == errc::internal);
  CHECK(thrown.error().message == "no");
}

TEST_CASE("a module that declares no state keeps none") { CHECK(module("m", "1.0.0").state() == nullptr); }
