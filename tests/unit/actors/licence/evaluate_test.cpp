// SPDX-License-Identifier: Apache-2.0
#include "actors/licence/evaluate.hpp"

#include "tests/catch.hpp"
#include "tests/unit/actors/licence/fixture_machine.hpp"

using namespace agents;
using namespace agents::licence;
using namespace agents::licence::testing;

TEST_CASE("the evaluation compares recognised families with declared names, each text once") {
  fixture_machine m;
  const std::string head = "Format: https://example/1.0/\n\n";
  m.texts["/d/a/copyright"] =
      head + "License: Expat\n" + mit_text + "\nLicense: GPL-2+\n" + gnu_text("General Public License", "2");
  m.texts["/d/b/copyright"] = head + "License: Expat\n" + mit_text + "\nLicense: BSD-2-clause\n" + bsd3_text;
  m.texts["/d/c/copyright"] = head + "License: permissive\n do what you like, please\n";
  m.texts["/d/d/copyright"] = "free form, therefore without ground truth";
  const auto s = evaluate_on_dep5(m, "/d");
  REQUIRE(s);
  CHECK(s->files == 3);
  CHECK(s->paragraphs == 4);
  CHECK(s->scored == 3);
  CHECK(s->accuracy == Approx(2.0 / 3));
  CHECK(s->wrong == Approx(1.0 / 3));
  CHECK(s->exact_gnu == Approx(1.0));
  REQUIRE(s->disagreements.size() == 1);
  CHECK(s->disagreements[0].declared == "BSD-2-clause");
  CHECK(s->disagreements[0].recognised == "BSD-3-Clause");
}

TEST_CASE("development and held-out texts are disjoint and together everything") {
  fixture_machine m;
  for (int i = 0; i < 20; ++i)
    m.texts["/d/p" + std::to_string(i) + "/copyright"] =
        "Format: https://example/1.0/\n\nLicense: Expat\n" + mit_text + " copy number " + std::to_string(i) + "\n";
  const auto all = evaluate_on_dep5(m, "/d");
  const auto development = evaluate_on_dep5(m, "/d", half::development);
  const auto held_out = evaluate_on_dep5(m, "/d", half::held_out);
  CHECK(all->scored == 20);
  CHECK(development->scored + held_out->scored == 20);
  CHECK(development->scored > 0);
  CHECK(held_out->scored > 0);
}

TEST_CASE("a folder without ground truth is an error, not a score") {
  fixture_machine m;
  CHECK(evaluate_on_dep5(m, "/empty").error().code == errc::not_found);
}
