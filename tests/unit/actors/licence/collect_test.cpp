// SPDX-License-Identifier: Apache-2.0
#include "actors/licence/collect.hpp"

#include "actors/licence/command.hpp"
#include "actors/licence/elf.hpp"
#include "tests/catch.hpp"
#include "tests/unit/actors/licence/fixture_machine.hpp"

using namespace agents;
using namespace agents::licence;
using namespace agents::licence::testing;

namespace {

fixture_machine program_with_two_libraries() {
  fixture_machine m;
  m.libraries["/usr/bin/agents"] = {"/lib/x/liba.so.1", "/opt/libown.so"};
  m.owner_of["/usr/lib/x/liba.so.1"] = "liba1";
  m.installed["liba1"] = "1.2-3";
  m.links["/usr/share/doc/liba1/copyright"] = "/usr/share/doc/a-base/copyright";
  m.texts["/usr/share/doc/a-base/copyright"] = "free";
  return m;
}

}  // namespace

TEST_CASE("a program's libraries lead to packages, across merged folders and linked documents") {
  const auto m = program_with_two_libraries();
  const auto c = collect(m, {});
  REQUIRE(c);
  REQUIRE(c->packages.size() == 1);
  CHECK(c->packages[0].name == "liba1");
  CHECK(c->packages[0].version == "1.2-3");
  CHECK(c->packages[0].documents == std::vector<std::string>{"/usr/share/doc/a-base/copyright"});
  REQUIRE(c->undecided.size() == 1);
  CHECK(c->undecided[0].package == "/opt/libown.so");
  CHECK(m.queries == 2);
}

TEST_CASE("without dpkg the error names the remedy") {
  auto m = program_with_two_libraries();
  m.has_dpkg = false;
  const auto c = collect(m, {});
  REQUIRE_FALSE(c);
  CHECK(c.error().code == errc::unsupported);
  CHECK(c.error().message.find("folder") != std::string::npos);
}

TEST_CASE("packages may be a list or a string; unknown ones are undecided, strange names refused") {
  auto m = program_with_two_libraries();
  collect_request request;
  request.packages = "liba1, nosuch";
  const auto c = collect(m, request);
  REQUIRE(c);
  CHECK(c->packages.size() == 1);
  CHECK(c->undecided.size() == 1);
  request.packages = array{"liba1"};
  CHECK(collect(m, request)->packages.size() == 1);
  request.packages = "--help";
  CHECK(collect(m, request).error().code == errc::bad_input);
  request.packages = 7;
  CHECK(collect(m, request).error().code == errc::bad_input);
}

TEST_CASE("a folder gives one entry per subfolder and per loose document, texts only") {
  fixture_machine m;
  m.texts["/f/foo/copyright"] = "text";
  m.texts["/f/foo/changelog"] = "text";
  m.texts["/f/LICENSE"] = "text";
  m.texts["/f/logo.png"] = std::string{"\0png", 4};
  collect_request request;
  request.folder = "/f";
  const auto c = collect(m, request);
  REQUIRE(c);
  REQUIRE(c->packages.size() == 2);
  CHECK(c->packages[1].documents == std::vector<std::string>{"/f/foo/copyright"});
  CHECK(c->undecided.size() == 1);
  request.max_packages = 1;
  CHECK(collect(m, request)->packages.size() == 1);
  CHECK(collect(m, request)->undecided.size() == 2);
  request.folder = "/nowhere";
  CHECK(collect(m, request).error().code == errc::not_found);
}

TEST_CASE("what is no dynamic ELF program has no linker") {
  CHECK(requested_linker("#!/bin/sh\n", "x").error().code == errc::unsupported);
  CHECK(requested_linker("\x7f"
                         "ELF",
                         "x")
            .error()
            .code == errc::unsupported);
  CHECK(requested_linker("", "x").error().code == errc::unsupported);
}

TEST_CASE("a command gives its output, and its failure when it has none") {
  CHECK(run_command({"/bin/echo", "a b"}).value_or("") == "a b\n");
  CHECK(run_command({"/bin/false"}).error().code == errc::not_found);
  CHECK(run_command({"/no/such/program"}).error().code == errc::io);
  CHECK(run_command({}).error().code == errc::bad_input);
}

TEST_CASE("the real dynamic linker names the C library of this very test") {
  const auto own = this_machine().own_program();
  REQUIRE(own);
  const auto libraries = this_machine().linked_libraries(*own);
  if (!libraries) {
    // Where the linker refuses to list (an emulator, another word size) the error must say what to do instead.
    CHECK(!libraries.error().message.empty());
    return;
  }
  CHECK(std::any_of(libraries->begin(), libraries->end(),
                    [](const auto& l) { return l.find("libc.so") != std::string::npos; }));
  CHECK(this_machine().linked_libraries("/no/such/program").error().code == errc::not_found);
}
