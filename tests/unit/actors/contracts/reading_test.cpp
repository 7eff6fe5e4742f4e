// SPDX-License-Identifier: Apache-2.0
#include "actors/contracts/reading.hpp"

#include "tests/catch.hpp"
#include "tests/unit/actors/contracts/temp_folder.hpp"

using namespace agents;
using namespace agents::contracts;

TEST_CASE("a contract is read unchanged, with its absolute path") {
  const temp_folder folder;
  const auto path = folder.write("c.txt", "\r\n1. Term \xE2\x80\x93 five years.\n");
  const auto c = read_contract({path});
  REQUIRE(c);
  CHECK(c->text == "\r\n1. Term \xE2\x80\x93 five years.\n");
  CHECK(c->bytes == static_cast<std::int64_t>(c->text.size()));
  CHECK(c->source == path);
}

TEST_CASE("what cannot be reviewed is refused with the reason and the remedy") {
  const temp_folder folder;
  struct bad {
    std::string path;
    errc code;
    std::string says;
  };
  const std::vector<bad> all = {
      {"", errc::bad_input, "--input"},
      {folder.path() + "/none.txt", errc::not_found, "no file"},
      {folder.path(), errc::bad_input, "folder"},
      {folder.write("empty.txt", " \n\t\n"), errc::bad_input, "empty"},
      {folder.write("a.pdf", "%PDF-1.7 ..."), errc::bad_input, "pdftotext"},
      {folder.write("a.docx", std::string{"PK\x03\x04\0\0x", 7}), errc::bad_input, "plain text"},
      {folder.write("latin1.txt", "Licence fee: \xA3 5"), errc::bad_input, "byte 13"},
  };
  for (const auto& b : all) {
    INFO(b.path);
    const auto c = read_contract({b.path});
    REQUIRE_FALSE(c);
    CHECK(c.error().code == b.code);
    CHECK(c.error().message.find(b.says) != std::string::npos);
  }
}

TEST_CASE("a contract over the limit is refused without being read") {
  const temp_folder folder;
  const auto c =
      read_contract({folder.write("big.txt", std::string(static_cast<std::size_t>(contract_limit_bytes) + 1, 'x'))});
  REQUIRE_FALSE(c);
  CHECK(c.error().message.find("limit") != std::string::npos);
}

TEST_CASE("the first byte that is not UTF-8 is found") {
  CHECK(first_bad_utf8("plain") == -1);
  CHECK(first_bad_utf8("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80") == -1);
  CHECK(first_bad_utf8("ab\xC0\xAF") == 2);         // overlong
  CHECK(first_bad_utf8("a\xED\xA0\x80") == 1);      // surrogate
  CHECK(first_bad_utf8("a\xF4\x90\x80\x80") == 1);  // above U+10FFFF
  CHECK(first_bad_utf8("abc\xE2\x82") == 3);        // cut off
}
