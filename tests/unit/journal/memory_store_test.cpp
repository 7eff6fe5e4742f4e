// SPDX-License-Identifier: Apache-2.0
#include "libagents/journal/memory_store.hpp"

#include "libagents/core/clock.hpp"

namespace {

class fixture {
 public:
  agents::manual_clock clock;
  agents::journal::store& st() { return store_; }

 private:
  agents::journal::memory_store store_{clock};
};

}  // namespace

#include "tests/unit/journal/store_suite.hpp"
