// SPDX-License-Identifier: Apache-2.0
#include "cluster/keys/public_key.hpp"

#include "tests/catch.hpp"

using namespace agents;

TEST_CASE("a public key is written in Z85, and its fingerprint is its first ten bytes") {
  std::array<std::uint8_t, 32> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(0xa0 + i);
  const auto key = public_key::of_bytes(bytes);
  CHECK(key.text().size() == 40);
  CHECK(key.fingerprint() == "a0a1-a2a3-a4a5-a6a7-a8a9");
  const auto again = public_key::parse(key.text());
  REQUIRE(again);
  CHECK(*again == key);
}

TEST_CASE("the key of ZeroMQ's documentation is read") {
  const auto key = public_key::parse("Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID");
  REQUIRE(key);
  CHECK(key->fingerprint() == "bb88-471d-65e2-659b-30c5");
}

TEST_CASE("what is no key is refused, and an empty one has no fingerprint") {
  for (const auto* text : {"", "short", "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID ",
                           "\"\"\"\"\"w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID", "#####w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"})
    CHECK(public_key::parse(text).has_value() == false);
  CHECK(public_key{}.fingerprint() == "none");
}
