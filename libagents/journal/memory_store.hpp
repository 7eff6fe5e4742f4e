// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "libagents/core/clock.hpp"
#include "libagents/journal/store.hpp"

namespace agents::journal {

/// A store that ends with the process: for tests, simulation and runs that need no durability.
///
/// `done` is called by the appending thread before `append` returns; two threads that append at once can be in their
/// `done`s at once. Retention counts the events' memory, estimated, where a durable store counts bytes on disk.
///
/// Owner: whoever creates it; `clock` must outlive it.
class memory_store final : public store {
 public:
  explicit memory_store(const clock& clock) : clock_(clock) {}

  void append(append_request request) override;
  expected<history> read(const run_id& run) override;
  expected<std::vector<run_summary>> runs(std::size_t limit) override;
  expected<void> compact(const run_id& run, std::uint64_t epoch, std::uint64_t up_to_sequence,
                         const std::vector<event>& snapshot) override;
  expected<void> truncate(const run_id& run, std::uint64_t epoch, std::uint64_t from_sequence) override;
  expected<std::uint64_t> retain(const retention_policy& policy, time_point now) override;
  expected<void> flush() override;
  expected<lease> claim(const run_id& run, std::string_view owner, duration ttl) override;
  expected<lease> renew(const lease& held, duration ttl) override;
  expected<void> release(const lease& held) override;
  expected<std::vector<run_id>> claimable(std::size_t limit) override;
  expected<void> put(std::string_view bucket, std::string_view key, std::string_view bytes) override;
  expected<std::string> get(std::string_view bucket, std::string_view key) override;
  expected<std::vector<std::pair<std::string, std::string>>> list(std::string_view bucket) override;
  expected<void> erase(std::string_view bucket, std::string_view key) override;

 private:
  struct run_entry {
    run_summary summary;
    std::string owner;
    std::uint64_t epoch = 0;
    time_point expires{};
    history journal;
  };
  using entries = std::map<std::uint64_t, run_entry>;

  run_entry* find(const run_id& run);
  run_entry& find_or_create(const run_id& run);
  expected<run_entry*> held_entry(const lease& held);
  expected<void> append_now(append_request& request);

  const clock& clock_;
  std::mutex mutex_;
  entries runs_;  ///< by the order in which they came
  std::unordered_map<run_id, std::uint64_t> numbers_;
  std::uint64_t next_number_ = 1;
  std::map<std::string, std::map<std::string, std::string, std::less<>>, std::less<>> buckets_;
  std::optional<error> untold_;
};

}  // namespace agents::journal
