// SPDX-License-Identifier: Apache-2.0
#include "actors/plan/toml_document.hpp"

#include <filesystem>
#include <fstream>
#include <limits>

#include "tests/catch.hpp"

using namespace agents;

namespace {

toml_document parsed(std::string_view text) {
  auto d = parse_toml(text, "x.toml");
  INFO((d ? std::string{} : d.error().message));
  REQUIRE(d);
  return *d;
}

std::string problem(std::string_view text) {
  const auto d = parse_toml(text, "x.toml");
  REQUIRE_FALSE(d);
  CHECK(d.error().code == errc::bad_input);
  return d.error().message;
}

std::string repeated(std::string_view part, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += part;
  return out;
}

}  // namespace

TEST_CASE("TOML becomes a value, and every key knows its line") {
  const auto d = parsed("a = 1\n\n[b]\nc = [true, 2.5, \"x\"]\nd = 1979-05-27\n[[e]]\nf = 0\n[[e]]\nf = 1\n");
  CHECK(d.root == agents::value{object{{"a", 1},
                                       {"b", object{{"c", array{true, 2.5, "x"}}, {"d", "1979-05-27"}}},
                                       {"e", array{object{{"f", 0}}, object{{"f", 1}}}}}});
  CHECK(d.lines.at("/a") == 1);
  CHECK(d.lines.at("/b/c") == 4);
  CHECK(d.lines.at("/e/1/f") == 9);
}

TEST_CASE("a byte order mark is no part of the text, also alone") {
  CHECK(parsed("\xef\xbb\xbf").root == agents::value{object{}});
  CHECK(parsed("\xef\xbb\xbf"
               "a = 1")
            .root.get_integer("a") == 1);
}

TEST_CASE("an error names the line of the deepest known place") {
  const auto d = parsed("a = 1\n[b]\nc = 2\n");
  CHECK(d.at("/b/c", "no").what.message == "x.toml:3: no");
  CHECK(d.at("/b/unknown/deeper", "no").what.message == "x.toml:2: no");
  CHECK(d.at("nonsense", "no").what.message.starts_with("x.toml"));
}

TEST_CASE("a syntax error names file, line and column") {
  CHECK(problem("a = 1\nb = = 2\n").starts_with("x.toml:2:5: "));
  CHECK(problem("a = 1\na = 2\n").starts_with("x.toml:2:"));
  CHECK(problem("[[/a]]\n").starts_with("x.toml:"));
  CHECK(problem("a = \"unfinished\n").starts_with("x.toml:1:"));
}

TEST_CASE("letters beyond ASCII stand in quotes; elsewhere they are refused with the place and the remedy") {
  CHECK(parsed("\"größe\" = \"weiß\" # schön\n'größer' = 'ß'\n").root ==
        agents::value{object{{"größe", "weiß"}, {"größer", "ß"}}});
  const std::string remedy = "letters beyond ASCII must stand in quotes, for instance \"…\", or in a comment";
  CHECK(problem("a = 1\ngröße = 2\n") == "x.toml:2:3: " + remedy);
  CHECK(problem("\"ä\" = ß\n") == "x.toml:1:7: " + remedy);
}

TEST_CASE("a text without its closing quote is refused where it begins, with the remedy") {
  const std::string remedy =
      "a text in quotes does not end on its line; close the quote, or use three quotes for several lines";
  CHECK(problem("a = 1\nb = \"open\nc = \"\"\n") == "x.toml:2:5: " + remedy);
  CHECK(problem("\"ä\" = 'open") == "x.toml:1:7: " + remedy);
  CHECK(problem("b = \"escaped \\\"\n") == "x.toml:1:5: " + remedy);
  // A backslash at the end of a line continues no text of one line …
  CHECK(problem("b = \"open \\\n\"\n") == "x.toml:1:5: " + remedy);
  CHECK(problem("\"a\\") == "x.toml:1:1: " + remedy);
  CHECK(problem("\"") == "x.toml:1:1: " + remedy);
  // … but one of several lines, whose lines are counted.
  CHECK(parsed("b = \"\"\"a \\\n  b\"\"\"\n").root.get_string("b") == "a b");
  CHECK(problem("b = \"\"\"a \\\n  b\"\"\"\nc = ß\n").starts_with("x.toml:3:5: "));
}

TEST_CASE("what the parser would read on into after a malformed value is refused before") {
  // Each of these lets toml++ 3.3 look for the end of a number inside the text.
  for (const auto* text : {"a = 7+='ß'", "a = 7='ß'", "a = [7='ß']", "a = [1, 7='ß']", "a = 7['ß']", "a = 7{'ß'=1}",
                           "a = 7.'ß'", "a = {b = 7='ß'}", "a = [{b = 7.'ß'}]", "a = 1979-05-27='ß'"})
    CHECK(problem(text).find("x.toml:1:") == 0);
  CHECK(problem("a = 7='ß'").find("cannot stand inside a value") != std::string::npos);
  CHECK(problem("a = \"\\é\"").find("write two backslashes") != std::string::npos);
  CHECK(problem("a = \"\"\"\n\\é\"\"\"") ==
        "x.toml:2:1: a backslash before a letter beyond ASCII; write two backslashes, or use single quotes");
}

TEST_CASE("texts beyond ASCII stand wherever TOML allows a text") {
  const auto d = parsed(
      "a='ß'\n\"ä\".'ö'.c=[\"é\",'ß', [ 'ß' ],{'ß'='ß',\"b\".'ß'='ß', c={}}]\n"
      "m = \"\"\"é\n\\\n ß\"\"\"\nl = '''\né\\é'''\nn = [\n'ß' , # ß\n'ß'\n,]\n"
      "[\"ü\".'ß']\n'é' = 1\n[['ñ']]\n[['ñ']]\n");
  CHECK(d.root.get_string("a") == "ß");
  CHECK(d.root.get_string("m") == "é\nß");
  CHECK(d.root.get_string("l") == "é\\é");
  CHECK(*d.root.find("n") == agents::value{array{"ß", "ß"}});
  CHECK(*d.root.find("ä")->find("ö")->find("c") ==
        agents::value{array{"é", "ß", array{"ß"}, object{{"ß", "ß"}, {"b", object{{"ß", "ß"}}}, {"c", object{}}}}});
  CHECK(d.root.find("ü")->find("ß")->get_integer("é") == 1);
  CHECK(d.root.find("ñ")->as_array().size() == 2);
}

TEST_CASE("a line that is joined to the one before may begin with any letter") {
  const auto d = parsed("a = \"\"\"x\\\n  Übung\\  \r\n\n\t€ 𝄞\\\n𝄞\"\"\"\nb = \"\"\"\\\n\"\"\"\n");
  CHECK(d.root.get_string("a") == "xÜbung€ 𝄞𝄞");
  CHECK(d.root.get_string("b").empty());
  CHECK(d.lines.at("/b") == 6);
  CHECK(problem("a = \"\"\"\n\\ ß\"\"\"").find("x.toml:2:3: a backslash before a letter beyond ASCII") == 0);
  CHECK(problem("a = \"\"\"x\\\n\xfc\"\"\"").find("x.toml:") == 0);
}

TEST_CASE("hostile text ends in an error: depth, size, NUL, invalid UTF-8") {
  const auto deep = std::string{"nested deeper than 64 levels"};
  CHECK(problem("x = 1\na" + repeated(".a", 1'000'000) + " = 1\n") == "x.toml:2:129: " + deep + "; make it flatter");
  CHECK(problem("[a" + repeated(". a", 1'000'000) + "]\n").find(deep) != std::string::npos);
  CHECK(problem("a" + repeated(".\"a\"", 500'000) + " = 1\n").find(deep) != std::string::npos);
  CHECK(problem("a = " + repeated("{ a.a.a.a.a.a.a.a.a.a = ", 10) + "1" + repeated("}", 10)).find(deep) !=
        std::string::npos);
  CHECK(problem("a = " + repeated("[", 70) + repeated("]", 70)).find(deep) != std::string::npos);
  CHECK(problem("a = " + repeated("[", 1'000'000)).starts_with("x.toml:1:"));
  CHECK(problem("a = \"" + std::string(5u << 20, 'x') + "\"").find("larger than 4 MiB") != std::string::npos);
  CHECK(problem(std::string{"a = \"\0\"\n", 9}).starts_with("x.toml:1:"));
  CHECK(problem("a = 1\nb = \"\xff\xfe\"\n").starts_with("x.toml:2:"));
  CHECK(problem("a = \"\xed\xa0\x80\"\n").starts_with("x.toml:1:"));
}

TEST_CASE("dots in texts, comments and lists of numbers are no depth") {
  const auto dots = repeated(".", 200);
  const auto d =
      parsed("# " + dots + "\na = \"" + dots + "\"\nb = '" + dots + "'\nc = \"\"\"\n" + dots + "\n\"quoted\" " + dots +
             "\"\"\"\nd = [" + repeated("1.5, ", 100) + "]\ne = \"\\\"" + dots + "\"\nf = '''\n'" + dots + "'''\n");
  CHECK(d.root.get_string("a") == dots);
  CHECK(d.root.find("d")->as_array().size() == 100);
}

TEST_CASE("files that are missing, no files, or endless are errors with a remedy") {
  const auto missing = read_toml("/nonexistent/job.toml");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == errc::not_found);
  CHECK(missing.error().message.find("check the path") != std::string::npos);
  CHECK_FALSE(read_toml(std::filesystem::temp_directory_path()));
  const auto endless = read_toml("/dev/zero");
  REQUIRE_FALSE(endless);
  CHECK(endless.error().message.find("larger than 4 MiB") != std::string::npos);
}

TEST_CASE("durations are numbers of seconds or texts with a unit") {
  const auto seconds_of = [](const agents::value& v) { return parse_seconds(v).value_or(-1); };
  CHECK(seconds_of(5) == 5);
  CHECK(seconds_of(0.25) == 0.25);
  CHECK(seconds_of("250ms") == 0.25);
  CHECK(seconds_of("5s") == 5);
  CHECK(seconds_of("2m") == 120);
  CHECK(seconds_of("1.5h") == 5400);
  CHECK(seconds_of(0) == 0);
}

TEST_CASE("what is no duration is refused with the forms that are") {
  const auto infinite = std::numeric_limits<double>::infinity();
  const array all{-1,   "-5s",    "5",     "5 s",   "s",      "",
                  "5d", "1e400s", "nans",  "infs",  infinite, std::numeric_limits<double>::quiet_NaN(),
                  true, 1e12,     array{}, object{}};
  for (const auto& wrong : all) {
    const auto s = parse_seconds(wrong);
    REQUIRE_FALSE(s);
    CHECK(s.error().message.find("\"250ms\"") != std::string::npos);
  }
}
