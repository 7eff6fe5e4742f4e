// SPDX-License-Identifier: Apache-2.0
#include "monitoring/run_table.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace agents::monitoring {
namespace {

std::uint64_t key_of(std::string_view step, std::uint32_t attempt) noexcept {
  return std::hash<std::string_view>{}(step) ^ (attempt * 0x9e3779b97f4a7c15ULL);
}

}  // namespace

run_arrival run_table::start(const run_id& run, time_point at) {
  auto& [mutex, runs] = shard_of(run);
  const std::lock_guard lock{mutex};
  if (const auto known = runs.find(run); known != runs.end()) {
    const auto was = std::exchange(known->second.state, run_state::running);
    return was == run_state::waiting ? run_arrival::was_waiting : run_arrival::was_running;
  }
  if (runs.size() >= max_runs / shard_count) return run_arrival::refused;
  runs.emplace(run, live_run{at, run_state::running, {}});
  return run_arrival::is_new;
}

bool run_table::change(const run_id& run, run_state state) {
  auto& [mutex, runs] = shard_of(run);
  const std::lock_guard lock{mutex};
  const auto known = runs.find(run);
  return known != runs.end() && std::exchange(known->second.state, state) != state;
}

std::optional<run_table::ended> run_table::wait(const run_id& run, time_point at) {
  auto& [mutex, runs] = shard_of(run);
  const std::lock_guard lock{mutex};
  const auto known = runs.find(run);
  if (known == runs.end()) return std::nullopt;
  auto result = leave(known->second, at);
  known->second.state = run_state::waiting;
  return result;
}

std::optional<run_table::ended> run_table::finish(const run_id& run, time_point at) {
  auto& [mutex, runs] = shard_of(run);
  const std::lock_guard lock{mutex};
  const auto known = runs.find(run);
  if (known == runs.end()) return std::nullopt;
  auto result = leave(known->second, at);
  runs.erase(known);
  return result;
}

bool run_table::open(const run_id& run, std::string_view step, std::uint32_t attempt, request_entry& entry) {
  auto& [mutex, runs] = shard_of(run);
  const std::lock_guard lock{mutex};
  const auto known = runs.find(run);
  return known != runs.end() && known->second.open.emplace(key_of(step, attempt), &entry).second;
}

request_entry* run_table::close(const run_id& run, std::string_view step, std::uint32_t attempt) {
  auto& [mutex, runs] = shard_of(run);
  const std::lock_guard lock{mutex};
  const auto known = runs.find(run);
  if (known == runs.end()) return nullptr;
  const auto found = known->second.open.extract(key_of(step, attempt));
  return found.empty() ? nullptr : found.mapped();
}

run_table::shard& run_table::shard_of(const run_id& run) noexcept {
  return shards_[run.bytes.back() % shard_count];  // the last bytes of a UUIDv7 are random
}

run_table::ended run_table::leave(live_run& run, time_point at) {
  ended result{std::max(at - run.began, duration{0}), run.state, {}};
  for (const auto& [key, entry] : run.open) result.open.push_back(entry);
  run.open.clear();
  return result;
}

}  // namespace agents::monitoring
