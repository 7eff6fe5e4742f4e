// SPDX-License-Identifier: Apache-2.0
#include "actors/licence/recognise.hpp"

#include "tests/catch.hpp"
#include "tests/unit/actors/licence/fixture_machine.hpp"

using namespace agents::licence;
using namespace agents::licence::testing;

namespace {

/// Everything recognised in a text, as one line.
std::string read(std::string_view text) {
  std::string out;
  for (const auto& r : recognise(text))
    out += (out.empty() ? "" : "; ") + (r.licences.empty() ? "?" : to_text(r.licences));
  return out;
}

}  // namespace

TEST_CASE("permissive licences are told apart by their conditions") {
  CHECK(read(mit_text) == "MIT");
  CHECK(read(mit_text + " Except as contained in this notice, names shall not be used in advertising.") == "X11");
  CHECK(read(bsd3_text) == "BSD-3-Clause");
  const auto two = bsd3_text.substr(0, bsd3_text.find(" 3."));
  CHECK(read(two) == "BSD-2-Clause");
  CHECK(read(bsd3_text + " All advertising materials mentioning features or use must display this.") == "BSD-4-Clause");
  CHECK(
      read(
          "Permission to use, copy, modify, and distribute this software for any purpose with or without fee is hereby "
          "granted, provided that the above copyright notice and this permission notice appear in all copies.") ==
      "ISC");
}

TEST_CASE("GNU notices give version, or-later and exception") {
  CHECK(read(gnu_text("General Public License", "2")) == "GPL-2.0-or-later");
  CHECK(read(gnu_text("Lesser General Public License", "2.1")) == "LGPL-2.1-or-later");
  CHECK(read("under the terms of the GNU General Public License version 2 as published by the FSF") == "GPL-2.0-only");
  CHECK(read("licensed under version 3 or later of the GNU Affero General Public License") == "AGPL-3.0-or-later");
  CHECK(read("released under the LGPLv2.1+") == "LGPL-2.1-or-later");
  CHECK(read(gnu_text("General Public License", "3") + " with the GCC Runtime Library Exception") ==
        "GPL-3.0-or-later WITH GCC-exception-3.1");
}

TEST_CASE("a mere reference to a GNU licence is no grant") {
  CHECK(read("You should have received a copy of the GNU General Public License; see the GNU General Public License.")
            .empty());
  CHECK(read("an exception to the GNU General Public License").empty());
}

TEST_CASE("alternatives that a text offers are joined") {
  CHECK(read("under the terms of either the GNU General Public License version 2 or the Apache License, Version 2.0") ==
        "GPL-2.0-only OR Apache-2.0");
  CHECK(read(bsd3_text +
             " Alternatively, this may be distributed under the terms of the GNU General Public License version 2.") ==
        "BSD-3-Clause OR GPL-2.0-only");
}

TEST_CASE("words that promise something unknown are reported, not guessed") {
  CHECK(read("You may freely copy this poem if you sing it.") == "?");
  CHECK(read("Redistribution and use in source and binary forms is permitted on Sundays.") == "?");
  CHECK(read("This is a library for parsing dates.").empty());
}

TEST_CASE("words that may forbid the use are kept with their place") {
  const auto text = mit_text + " It is for non-commercial use only.";
  const auto found = recognise(text);
  REQUIRE(found.size() == 1);
  REQUIRE(found[0].restrictions.size() == 1);
  const auto place = found[0].restrictions[0];
  CHECK(text.substr(place.begin, place.end - place.begin) == "non-commercial use");
}

TEST_CASE("a pointer to common-licenses counts when nothing else is said") {
  const auto found = recognise("The full text is in /usr/share/common-licenses/Apache-2.0.");
  REQUIRE(found.size() == 1);
  CHECK(to_text(found[0].licences) == "Apache-2.0");
  CHECK(found[0].pointer);
}
