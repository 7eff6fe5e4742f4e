// SPDX-License-Identifier: Apache-2.0
#include "actors/licence/dep5.hpp"
#include "actors/licence/scope.hpp"
#include "actors/licence/segment.hpp"
#include "tests/catch.hpp"
#include "tests/unit/actors/licence/fixture_machine.hpp"

using namespace agents::licence;
using namespace agents::licence::testing;

TEST_CASE("DEP-5 segments carry the exact bytes of their License field") {
  const std::string text =
      "Format: https://example/1.0/\n\nFiles: * src/x.c\nLicense: Expat\n" + mit_text + "\nLicense: Zlib\n none\n";
  const auto segments = segments_of("/d", text);
  REQUIRE(segments.size() == 2);
  CHECK(segments[0].kind == "files");
  CHECK(segments[0].declared == "Expat");
  CHECK(segments[0].files == std::vector<std::string>{"*", "src/x.c"});
  CHECK(segments[1].kind == "licence");
  for (const auto& s : segments) {
    CHECK(text.substr(static_cast<std::size_t>(s.begin), static_cast<std::size_t>(s.end - s.begin)) == s.text);
    CHECK(text.substr(static_cast<std::size_t>(s.declared_begin), s.declared.size()) == s.declared);
  }
}

TEST_CASE("free-form text is cut at rules and headings, and no byte of text is lost") {
  const std::string text = "First part.\n\n==========\nSecond part.\n\nThe tools are under:\n\nThird.\n";
  const auto segments = segments_of("/d", text);
  REQUIRE(segments.size() == 3);
  CHECK(segments[1].text == "Second part.\n\n");
  CHECK(segments[2].text == "The tools are under:\n\nThird.\n");
}

TEST_CASE("a damaged DEP-5 file is read as far as it goes") {
  CHECK(is_dep5("Format: x\n\n"));
  CHECK_FALSE(is_dep5("This is the Debian package of x.\n"));
  CHECK(parse_dep5("").empty());
  const auto stanzas = parse_dep5("License: A\n text\n\nlost line\nLicense: B");
  REQUIRE(stanzas.size() == 2);
  CHECK(stanzas[1].find("license")->first == "B");
}

TEST_CASE("file patterns say whether they can be in the library") {
  CHECK(scope_of_files({"debian/*"}, "libfoo1") == scope::packaging);
  CHECK(scope_of_files({"*"}, "libfoo1") == scope::main);
  CHECK(scope_of_files({"tests/*", "examples/a.c"}, "libfoo1") == scope::tests);
  CHECK(scope_of_files({"m4/libtool.m4", "configure"}, "libfoo1") == scope::build);
  CHECK(scope_of_files({"keyutils.*"}, "libkeyutils1") == scope::named);
  CHECK(scope_of_files({"lib/x.c"}, "libfoo1") == scope::library);
  CHECK(scope_of_files({"src/x.c", "tests/*"}, "libfoo1") == scope::part);
  CHECK(may_be_shipped(scope::part));
  CHECK_FALSE(may_be_shipped(scope::packaging));
}

TEST_CASE("the words before a grant say what it is about") {
  CHECK(scope_of_context("The Debian packaging is", "", "libfoo1") == scope::packaging);
  CHECK(scope_of_context("Copyright (test-suite and command-line tools):\n (C) Me", "", "libfoo1") == scope::tests);
  CHECK(scope_of_context("These libraries:", " - libfoo\n - libbar", "libfoo1") == scope::named);
  CHECK(scope_of_context("Copyright (C) Me", "", "libfoo1") == scope::part);
}

TEST_CASE("a package's library is known by its names without version") {
  const auto names = library_names("libgcc-s1");
  CHECK(std::find(names.begin(), names.end(), "libgcc") != names.end());
  CHECK(library_names("libstdc++6") == std::vector<std::string>{"libstdc++", "libstdc++6"});
}
