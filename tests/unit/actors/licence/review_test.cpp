// SPDX-License-Identifier: Apache-2.0
#include "actors/licence/classify.hpp"
#include "actors/licence/draft.hpp"
#include "actors/licence/obligations.hpp"
#include "actors/licence/retrieve.hpp"
#include "actors/licence/segment.hpp"
#include "tests/catch.hpp"
#include "tests/unit/actors/licence/fixture_machine.hpp"

using namespace agents::licence;
using namespace agents::licence::testing;

namespace {

const std::string dep5 = "Format: https://example/1.0/\n\n";

review review_of(const std::string& text, const std::string& package = "libfoo1") {
  fixture_machine m;
  m.texts["/doc"] = text;
  m.texts["/usr/share/common-licenses/LGPL-2.1"] = lgpl21;
  m.texts["/usr/share/common-licenses/GPL-2"] = gpl2;
  const auto r = decide_obligations(retrieve(m, classify(segment_package(m, {package, "1", {"/doc"}}))));
  // Whatever is claimed must be the exact bytes of a document.
  const auto check = [&](const citation& c) {
    CHECK(m.texts[c.source].substr(static_cast<std::size_t>(c.begin), static_cast<std::size_t>(c.end - c.begin)) ==
          c.text);
  };
  for (const auto& f : r.licences) check(f.evidence);
  for (const auto& o : r.obligations) {
    CHECK(!o.citations.empty());
    for (const auto& c : o.citations) check(c);
  }
  for (const auto& c : r.conflicts) {
    CHECK(!c.citations.empty());
    for (const auto& place : c.citations) check(place);
  }
  return r;
}

bool asks(const review& r, const std::string& rule) {
  return std::any_of(r.obligations.begin(), r.obligations.end(), [&](const obligation& o) { return o.rule == rule; });
}

bool leaves_open(const review& r, const std::string& words) {
  return std::any_of(r.undecided.begin(), r.undecided.end(),
                     [&](const open_point& p) { return p.reason.find(words) != std::string::npos; });
}

}  // namespace

TEST_CASE("a permissive library asks for its notice") {
  const auto r = review_of(dep5 + "Files: *\nLicense: Expat\n" + mit_text);
  CHECK(asks(r, "mit-notice"));
  CHECK(r.conflicts.empty());
  CHECK(r.undecided.empty());
}

TEST_CASE("LGPL may be linked, with its conditions from the common text") {
  const auto r = review_of(dep5 + "Files: *\nLicense: LGPL-2.1+\n" + gnu_text("Lesser General Public License", "2.1"));
  for (const auto* rule : {"lgpl21-notice", "lgpl21-text", "lgpl21-reverse", "lgpl21-shared", "lgpl21-source"})
    CHECK(asks(r, rule));
  CHECK(r.conflicts.empty());
  CHECK(r.undecided.empty());
}

TEST_CASE("GPL without exception is a conflict, proved by the grant and by the licence") {
  const auto r = review_of(dep5 + "Files: *\nLicense: GPL-2+\n" + gnu_text("General Public License", "2"));
  REQUIRE(r.conflicts.size() == 1);
  CHECK(r.conflicts[0].rule == "gpl2-whole");
  CHECK(r.conflicts[0].citations.size() == 2);
}

TEST_CASE("GPL on the packaging, the tests or the build concerns nobody") {
  const auto r = review_of(dep5 + "Files: *\nLicense: Expat\n" + mit_text +
                           "\nFiles: debian/* tests/*\nLicense: GPL-2+\n" + gnu_text("General Public License", "2"));
  CHECK(r.conflicts.empty());
  CHECK(r.undecided.empty());
}

TEST_CASE("GPL on some files is an open point, not a conflict and not nothing") {
  const auto r = review_of(dep5 + "Files: *\nLicense: Expat\n" + mit_text + "\nFiles: src/odd.c\nLicense: GPL-2+\n" +
                           gnu_text("General Public License", "2"));
  CHECK(r.conflicts.empty());
  CHECK(leaves_open(r, "possible conflict"));
}

TEST_CASE("an exception for linking removes the conflict and is cited itself") {
  const auto r = review_of(
      dep5 + "Files: *\nLicense: GPL-2+ with exception\n" + gnu_text("General Public License", "2") +
      " .\n As a special exception, linking this library statically or dynamically with other modules is allowed.\n");
  CHECK(r.conflicts.empty());
  REQUIRE(asks(r, "linking-exception"));
  for (const auto& o : r.obligations)
    if (o.rule == "linking-exception") CHECK(o.citations[0].text.starts_with("linking this library"));
}

TEST_CASE("of alternatives the permissive one is chosen") {
  const auto r = review_of(dep5 + "Files: *\nLicense: GPL-2+ or Expat\n\nLicense: GPL-2+\n" +
                           gnu_text("General Public License", "2") + "\nLicense: Expat\n" + mit_text);
  REQUIRE(r.licences.size() == 1);
  CHECK(r.licences[0].licences == "GPL-2.0-or-later OR MIT");
  CHECK(r.licences[0].chosen == "MIT");
  CHECK(r.conflicts.empty());
}

TEST_CASE("the text counts more than the name, and the difference is said") {
  const auto r = review_of(dep5 + "Files: *\nLicense: Expat\n" + gnu_text("General Public License", "2"));
  CHECK(r.conflicts.size() == 1);
  CHECK(leaves_open(r, "name and text differ"));
}

TEST_CASE("an unknown text is undecided with its place") {
  const auto r = review_of(dep5 + "Files: *\nLicense: house-rules\n Do as you please on Sundays.\n");
  CHECK(r.licences.empty());
  CHECK(r.obligations.empty());
  CHECK(leaves_open(r, "house-rules"));
}

TEST_CASE("an obligation whose text is missing is not asserted but left open") {
  const auto r = review_of(dep5 + "Files: *\nLicense: BSD-3-clause\n");
  CHECK(r.obligations.empty());
  CHECK(leaves_open(r, "cannot be cited"));
}

TEST_CASE("a free-form document names the library of its package") {
  const auto text =
      gnu_text("General Public License", "2") +
      "\n==========\nThese run-time libraries are under the terms of the GNU General Public License version 3 or later"
      " with the GCC Runtime Library Exception:\n - libfoo\n";
  const auto r = review_of(text);
  CHECK(r.conflicts.empty());
  REQUIRE(r.licences.size() == 2);
  CHECK(r.licences[1].scope == "named");
  CHECK(r.licences[1].chosen == "GPL-3.0-or-later WITH GCC-exception-3.1");
  CHECK(review_of(text, "libother2").conflicts.size() == 1);
}

TEST_CASE("the memo gives the verdict, quotes its citations exactly and lists what is open") {
  draft_request request;
  request.subject = "two packages";
  request.reviews = {
      review_of(dep5 + "Files: *\nLicense: Expat\n" + mit_text),
      review_of(dep5 + "Files: *\nLicense: GPL-2+\n" + gnu_text("General Public License", "2"), "libbar1")};
  request.undecided = {{"libbaz1", "it has no document", {}}};
  const auto m = draft(request);
  CHECK(m.verdict == "no");
  CHECK(m.memo.find("### libbar1 1 — CONFLICT") != std::string::npos);
  CHECK(m.memo.find("libbaz1: it has no document") != std::string::npos);
  CHECK(m.packages.size() == 2);
  CHECK(m.citations.size() >= 4);
  request.reviews.pop_back();
  CHECK(draft(request).verdict == "open");
  request.undecided.clear();
  CHECK(draft(request).verdict == "conditions");
}

TEST_CASE("retrieval ranks the paragraph that answers the question first") {
  const auto best = best_paragraphs("/l", lgpl21, 0, lgpl21.size(), "suitable shared library mechanism", 2);
  REQUIRE(!best.empty());
  CHECK(best[0].text.starts_with("b) Use a suitable"));
  CHECK(lgpl21.substr(static_cast<std::size_t>(best[0].begin), best[0].text.size()) == best[0].text);
  CHECK(best_paragraphs("/l", lgpl21, 0, lgpl21.size(), "zebra", 2).empty());
}
