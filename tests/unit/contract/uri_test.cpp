// SPDX-License-Identifier: Apache-2.0
#include "libagents/contract/schema/uri.hpp"

#include "tests/catch.hpp"

using namespace agents::json_schema;

namespace {

std::string resolved(std::string_view base, std::string_view reference) {
  return resolve(uri::parse(base), uri::parse(reference)).to_string();
}

}  // namespace

TEST_CASE("references resolve as in the examples of RFC 3986") {
  constexpr auto base = "http://a/b/c/d;p?q";
  const std::pair<const char*, const char*> examples[] = {{"g:h", "g:h"},
                                                          {"g", "http://a/b/c/g"},
                                                          {"./g", "http://a/b/c/g"},
                                                          {"g/", "http://a/b/c/g/"},
                                                          {"/g", "http://a/g"},
                                                          {"//g", "http://g"},
                                                          {"?y", "http://a/b/c/d;p?y"},
                                                          {"g?y", "http://a/b/c/g?y"},
                                                          {"#s", "http://a/b/c/d;p?q#s"},
                                                          {"g#s", "http://a/b/c/g#s"},
                                                          {"", "http://a/b/c/d;p?q"},
                                                          {".", "http://a/b/c/"},
                                                          {"..", "http://a/b/"},
                                                          {"../g", "http://a/b/g"},
                                                          {"../..", "http://a/"},
                                                          {"../../../g", "http://a/g"},
                                                          {"/./g", "http://a/g"},
                                                          {"g.", "http://a/b/c/g."},
                                                          {"./g/.", "http://a/b/c/g/"},
                                                          {"g/../h", "http://a/b/c/h"},
                                                          {"g?y/./x", "http://a/b/c/g?y/./x"}};
  for (const auto& [reference, expected] : examples) CHECK(resolved(base, reference) == expected);
}

TEST_CASE("URNs, empty bases and relative bases resolve") {
  CHECK(resolved("urn:uuid:1", "#a") == "urn:uuid:1#a");
  CHECK(resolved("", "a.json#/x") == "a.json#/x");
  CHECK(resolved("dir/a.json", "b.json") == "dir/b.json");
  CHECK(resolved("http://host", "x") == "http://host/x");
}

TEST_CASE("a URI prints as it was written") {
  for (const auto* text : {"http://u@h:1/p?q#f", "urn:a:b", "//h/p", "?q", "#", "", "a:b#?"})
    CHECK(uri::parse(text).to_string() == text);
}

TEST_CASE("percent escapes are undone, malformed ones stay") {
  CHECK(percent_decoded("a%20b%2Fc") == "a b/c");
  CHECK(percent_decoded("100%") == "100%");
  CHECK(percent_decoded("%zz%4") == "%zz%4");
}
