// SPDX-License-Identifier: Apache-2.0
// What the suite of all stores needs from the program that it is linked into, and the vocabulary of store tests.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "libagents/core/clock.hpp"
#include "libagents/journal/store.hpp"

namespace agents::journal::testing {

/// An empty store and its clock.
class store_fixture {
 public:
  virtual ~store_fixture() = default;
  [[nodiscard]] virtual store& st() = 0;

  manual_clock clock;
};

/// Defined by each program that links store_suite.cpp.
[[nodiscard]] std::unique_ptr<store_fixture> make_store_fixture();

template <class T>
errc code_of(const expected<T>& result) {
  return result ? errc::none : result.error().code;
}

inline expected<void> append(store& st, const run_id& run, std::uint64_t first, std::vector<event> events,
                             std::uint64_t epoch = 0, commit_by by = commit_by::caller_if_idle) {
  return st.append_and_wait(
      {.run = run, .epoch = epoch, .first_sequence = first, .events = std::move(events), .by = by});
}

}  // namespace agents::journal::testing
