// SPDX-License-Identifier: Apache-2.0
#include "monitoring/label_table.hpp"

#include <thread>

#include "tests/catch.hpp"

using namespace agents::monitoring;

namespace {

struct entry {
  std::string first;
  std::string second;
  std::atomic<int> hits{0};
};

struct fixture {
  explicit fixture(std::size_t limit)
      : table(
            limit,
            [](const std::string& a, const std::string& b) {
              auto made = std::make_unique<entry>();
              made->first = a;
              made->second = b;
              return made;
            },
            [this] { ++others; }) {}
  std::atomic<int> others{0};
  label_table<entry> table;
};

}  // namespace

TEST_CASE("a pair of labels keeps its entry") {
  fixture f{4};
  auto& a = f.table.at("retriever", "text.retrieve@1");
  CHECK(&f.table.at("retriever", "text.retrieve@1") == &a);
  CHECK(&f.table.at("retriever", "text.retrieve@2") != &a);
  CHECK(&f.table.at("text.retrieve@1", "retriever") != &a);
  CHECK(a.first == "retriever");
  CHECK(a.second == "text.retrieve@1");
}

TEST_CASE("pairs beyond the limit share one entry named other") {
  fixture f{2};
  auto& first = f.table.at("a", "x");
  (void)f.table.at("b", "x");
  CHECK(f.others == 0);
  auto& late = f.table.at("c", "x");
  CHECK(late.first == "other");
  CHECK(late.second == "other");
  CHECK(&f.table.at("d", "x") == &late);
  CHECK(&f.table.at("a", "x") == &first);
  CHECK(f.others == 2);
}

TEST_CASE("a limit of zero sends everything to other") {
  fixture f{0};
  CHECK(f.table.at("a").first == "other");
  CHECK(f.table.at("a").first == "other");
  CHECK(f.others == 2);
}

TEST_CASE("threads that meet a new pair at once agree on its entry") {
  constexpr int rounds = 200;
  fixture f{rounds};
  const auto work = [&] {
    for (int i = 0; i < rounds * 10; ++i) ++f.table.at("module" + std::to_string(i % rounds), "c").hits;
  };
  std::thread a{work};
  std::thread b{work};
  a.join();
  b.join();
  for (int i = 0; i < rounds; ++i) CHECK(f.table.at("module" + std::to_string(i), "c").hits == 20);
  CHECK(f.others == 0);
}

TEST_CASE("label values are short printable ASCII") {
  CHECK(label_value("") == "none");
  CHECK(label_value("text.retrieve@1") == "text.retrieve@1");
  CHECK(label_value("bad\n\xff\x01name") == "bad___name");
  CHECK(label_value(std::string(1000, 'x')).size() == 100);
}
