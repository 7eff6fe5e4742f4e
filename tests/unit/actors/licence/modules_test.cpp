// SPDX-License-Identifier: Apache-2.0
#include "actors/licence/modules.hpp"

#include <string>
#include <variant>

#include "actors/licence/draft.hpp"
#include "actors/verify/module.hpp"
#include "tests/catch.hpp"
#include "tests/unit/actors/licence/fixture_machine.hpp"

using namespace agents;
using namespace agents::licence;
using namespace agents::licence::testing;

namespace {

/// A backend for handlers that use nothing of it.
class no_backend final : public call_backend {
 public:
  const request& current() const override { return request_; }
  time_point now() const override { return {}; }
  bool cancelled() const override { return false; }
  std::optional<expected<shared_value>> ask(std::string_view, shared_value, duration, continuation) override {
    return expected<shared_value>{unexpected{errc::no_route, "no other module here"}};
  }
  void sleep(duration, continuation) override {}
  void emit(value) override {}
  void progress(std::string) override {}
  void charge(std::int64_t, std::int64_t) override {}
  agents::random& randomness() override { return random_; }
  void save_state() override {}

 private:
  request request_;
  seeded_random random_{1};
};

/// Asks the module that offers a capability, through its erased handler: as the runtime does.
value ask(const std::vector<module_factory>& all, const std::string& capability, const value& input) {
  for (const auto& factory : all) {
    const auto m = factory();
    for (std::size_t i = 0; i < m.handlers().size(); ++i) {
      if (m.manifest().capabilities[i].id != capability) continue;
      CHECK(check(m.manifest()));
      no_backend backend;
      call c{backend};
      auto handle = std::get<plain_handler>(m.handlers()[i]);
      const auto out = handle(input, c);
      REQUIRE(out);
      return *out;
    }
  }
  FAIL("nobody offers " << capability);
  return {};
}

}  // namespace

TEST_CASE("the modules hand on to each other what the plan of the job says") {
  fixture_machine machine;
  machine.texts["/f/foo/copyright"] = "Format: https://example/1.0/\n\nFiles: *\nLicense: Expat\n" + mit_text;
  const auto all = licence::modules(machine);
  const auto collected = ask(all, "licence.collect@1", object{{"program", ""}, {"packages", ""}, {"folder", "/f"}});
  const auto& package = collected.find("packages")->as_array().at(0);
  const auto segments = ask(all, "licence.segment@1", object{{"package", package}});
  const auto classified = ask(all, "licence.classify@1", object{{"segments", segments}});
  const auto retrieved = ask(all, "licence.retrieve@1", object{{"classified", classified}});
  const auto decided = ask(all, "licence.obligations@1", object{{"retrieved", retrieved}});
  const auto drafted = ask(all, "licence.draft@1",
                           object{{"subject", *collected.find("subject")},
                                  {"reviews", array{decided}},
                                  {"undecided", *collected.find("undecided")}});
  CHECK(drafted.get_string("verdict") == "conditions");
  CHECK(drafted.get_string("memo").find("### foo") != std::string_view::npos);
  for (const auto* field : {"name", "licences", "obligations", "conflicts", "undecided"})
    CHECK(drafted.find("packages")->as_array().at(0).find(field) != nullptr);
}

TEST_CASE("the verifier judges an output with its citations") {
  const auto verdict =
      ask({verify::citation_verifier}, "verify.citations@1",
          object{{"input", value{}}, {"output", object{{"citations", array{}}, {"memo", "«made up»"}}}});
  CHECK_FALSE(verdict.get_bool("pass", true));
}
