// SPDX-License-Identifier: Apache-2.0
// The suite that every store passes, in memory.
#include "libagents/journal/memory_store.hpp"

#include "tests/unit/journal/store_fixture.hpp"

namespace agents::journal::testing {
namespace {

class memory_fixture final : public store_fixture {
 public:
  store& st() override { return store_; }

 private:
  memory_store store_{clock};
};

}  // namespace

std::unique_ptr<store_fixture> make_store_fixture() { return std::make_unique<memory_fixture>(); }

}  // namespace agents::journal::testing
