// SPDX-License-Identifier: Apache-2.0
#include "actors/classify/model_file.hpp"

#include <filesystem>

#include "libagents/core/random.hpp"
#include "tests/catch.hpp"
#include "tests/unit/actors/classify/sample.hpp"

using namespace agents;
using namespace agents::classify;

namespace {

const std::string& sample_bytes() {
  static const std::string bytes = encode_model(*train_clause_model(sample::documents()));
  return bytes;
}

}  // namespace

TEST_CASE("a model is the same after a journey through a file") {
  const auto path =
      std::filesystem::temp_directory_path() / ("agents_model_" + std::to_string(system_random()->next()));
  const auto model = decode_model(sample_bytes());
  REQUIRE(model);
  REQUIRE(save(*model, path));
  const auto loaded = load_clause_model(path);
  std::filesystem::remove(path);
  REQUIRE(loaded);
  CHECK(encode_model(*loaded) == sample_bytes());
  const std::string text = sample::documents()[0].text;
  const auto a = model->review(text, {}, 5);
  const auto b = loaded->review(text, {}, 5);
  REQUIRE(a.hits.size() == b.hits.size());
  for (std::size_t i = 0; i < a.hits.size(); ++i) CHECK(a.hits[i].score == b.hits[i].score);
}

TEST_CASE("a missing file is not found") {
  CHECK(load_clause_model("/nonexistent/model").error().code == errc::not_found);
}

TEST_CASE("every truncation is noticed") {
  const auto& bytes = sample_bytes();
  for (std::size_t size = 0; size < bytes.size(); size += size < 400 ? 1 : 97)
    REQUIRE(decode_model(std::string_view{bytes}.substr(0, size)).error().code == errc::corrupt);
  CHECK(decode_model(bytes + "x").error().code == errc::corrupt);
}

TEST_CASE("every flipped byte is noticed") {
  auto bytes = sample_bytes();
  for (std::size_t at = 0; at < bytes.size(); at += at < 400 ? 1 : 89) {
    bytes[at] = static_cast<char>(bytes[at] ^ 0x41);
    REQUIRE(decode_model(bytes).error().code == errc::corrupt);
    bytes[at] = static_cast<char>(bytes[at] ^ 0x41);
  }
}

TEST_CASE("a wrong body with a right checksum is refused without reading beyond it") {
  seeded_random source{11};
  const auto& good = sample_bytes();
  for (int round = 0; round < 200; ++round) {
    auto bytes = good.substr(0, good.size() - 4);
    for (int i = 0; i < 3; ++i) bytes[20 + source.below(200)] = static_cast<char>(source.next());
    const auto sum = crc32(bytes);
    for (int shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<char>(sum >> shift));
    const auto model = decode_model(bytes);
    if (model) CHECK(model->review("The Agreement shall be governed by law.", {}, 3).hits.size() < 100);
    CHECK((model || model.error().code == errc::corrupt));
  }
}

TEST_CASE("a later version is unsupported, not corrupt") {
  auto bytes = sample_bytes().substr(0, sample_bytes().size() - 4);
  bytes[8] = static_cast<char>(model_format + 1);
  const auto sum = crc32(bytes);
  for (int shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<char>(sum >> shift));
  CHECK(decode_model(bytes).error().code == errc::unsupported);
}

TEST_CASE("the checksum is that of zip") { CHECK(crc32("123456789") == 0xCBF43926U); }
