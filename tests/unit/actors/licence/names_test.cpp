// SPDX-License-Identifier: Apache-2.0
#include "actors/licence/expression.hpp"
#include "actors/licence/licences.hpp"
#include "actors/licence/short_name.hpp"
#include "tests/catch.hpp"

using namespace agents::licence;

TEST_CASE("short names mean SPDX licences") {
  CHECK(licence_named("LGPL-2.1+") == "LGPL-2.1-or-later");
  CHECK(licence_named("GPLv3") == "GPL-3.0-only");
  CHECK(licence_named("GPL-2.0-only") == "GPL-2.0-only");
  CHECK(licence_named("GPL") == "GPL-1.0-or-later");
  CHECK(licence_named("Expat") == "MIT");
  CHECK(licence_named("BSD-3-clause") == "BSD-3-Clause");
  CHECK(licence_named("GPL-2+ with Autoconf exception") == "GPL-2.0-or-later WITH Autoconf-exception-2.0");
  CHECK(licence_named("public-domain") == "LicenseRef-public-domain");
}

TEST_CASE("names without an agreed meaning mean nothing") {
  for (const auto* name : {"permissive", "other", "BSD-variant", "GPL-7", "GPL-2+ with magic exception", ""})
    CHECK(licence_named(name).empty());
}

TEST_CASE("and binds more strongly than or, unless a comma stands before it") {
  CHECK(to_text(parse_synopsis("GPL-1+ or Artistic and Expat")) == "GPL-1.0-or-later OR (Artistic-1.0-Perl AND MIT)");
  CHECK(to_text(parse_synopsis("GPL-1+ or Artistic, and Expat")) ==
        "(GPL-1.0-or-later AND MIT) OR (Artistic-1.0-Perl AND MIT)");
  CHECK(parse_synopsis("Expat or permissive").empty());
}

TEST_CASE("an expression survives its text form") {
  for (const auto* text : {"MIT", "MIT OR GPL-2.0-only", "MIT AND ISC", "(MIT AND ISC) OR Apache-2.0"})
    CHECK(to_text(from_text(text)) == text);
}

TEST_CASE("the lightest alternative is chosen") {
  CHECK(lightest(from_text("GPL-2.0-or-later OR Apache-2.0")) == conjunction{"Apache-2.0"});
  CHECK(lightest(from_text("MPL-1.1 OR GPL-2.0-or-later OR LGPL-2.1-or-later")) == conjunction{"MPL-1.1"});
  CHECK(lightest(from_text("LicenseRef-strange OR GPL-3.0-only")) == conjunction{"GPL-3.0-only"});
}

TEST_CASE("alternatives that only add to another one are dropped") {
  CHECK(both(from_text("MIT OR ISC"), single("MIT")) == from_text("MIT"));
}

TEST_CASE("an exception for linking lightens GPL, one for build scripts does not") {
  CHECK(burden_of(std::string_view{"GPL-3.0-or-later WITH GCC-exception-3.1"}) == burden::library_copyleft);
  CHECK(burden_of(std::string_view{"GPL-3.0-or-later WITH Autoconf-exception-2.0"}) == burden::strong_copyleft);
  CHECK(burden_of(std::string_view{"no such licence"}) == burden::unknown);
  CHECK(base_of("LGPL-2.1-or-later WITH x") == "LGPL-2.1");
}
