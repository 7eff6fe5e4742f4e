// SPDX-License-Identifier: Apache-2.0
#include "actors/verify/citations.hpp"

#include <unistd.h>
#include <filesystem>
#include <fstream>

#include "actors/text/citation.hpp"
#include "tests/catch.hpp"

using namespace agents;
using namespace agents::verify;

namespace {

/// A file in the temporary folder that goes away with the test.
struct temporary_file {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("agents_citations_" + std::to_string(::getpid()));
  explicit temporary_file(const std::string& text) { std::ofstream{path, std::ios::binary} << text; }
  temporary_file(const temporary_file&) = delete;
  temporary_file& operator=(const temporary_file&) = delete;
  ~temporary_file() { std::filesystem::remove(path); }
};

verification with(const std::vector<text::citation>& citations, const std::string& memo) {
  return {value{}, object{{"citations", to_value(citations)}, {"memo", memo}}};
}

}  // namespace

TEST_CASE("citations that are exact bytes of their file pass") {
  const temporary_file file{"The quick brown fox"};
  const text::citation good{file.path.string(), 4, 9, "quick"};
  CHECK(verify_citations(with({good}, "It says «quick».")).pass);
  CHECK(verify_citations(with({good}, "It says «quick».")).score == 1);
}

TEST_CASE("a planted wrong citation fails, whatever is wrong with it") {
  const temporary_file file{"The quick brown fox"};
  const auto path = file.path.string();
  const text::citation good{path, 4, 9, "quick"};
  const auto bad = GENERATE_COPY(values<text::citation>({
      {path, 4, 9, "quack"},            // other words
      {path, 5, 10, "quick"},           // moved by a byte
      {path, 4, 400, "quick"},          // beyond the end
      {path, 4, 4, ""},                 // empty
      {path, -1, 4, "The "},            // before the beginning
      {path + ".none", 4, 9, "quick"},  // no such file
      {"relative.txt", 4, 9, "quick"},  // no absolute path
  }));
  const auto v = verify_citations(with({good, bad}, ""));
  CHECK_FALSE(v.pass);
  CHECK(v.score == Approx(0.5));
  CHECK(v.critique.find("1 of 2") != std::string::npos);
}

TEST_CASE("a quotation without a citation fails") {
  const temporary_file file{"The quick brown fox"};
  const text::citation good{file.path.string(), 4, 9, "quick"};
  const auto v = verify_citations(with({good}, "«quick» and «slow»"));
  CHECK_FALSE(v.pass);
  CHECK(v.critique.find("slow") != std::string::npos);
  CHECK_FALSE(verify_citations(with({good}, "«quick")).score < 1);
  CHECK_FALSE(verify_citations(with({}, "«open")).pass);
}

TEST_CASE("an output without a list of citations fails") {
  CHECK_FALSE(verify_citations({value{}, object{{"memo", "x"}}}).pass);
  CHECK_FALSE(verify_citations({value{}, object{{"citations", "none"}}}).pass);
  CHECK_FALSE(verify_citations({value{}, value{}}).pass);
}
