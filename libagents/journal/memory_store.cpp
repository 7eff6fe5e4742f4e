// SPDX-License-Identifier: Apache-2.0
#include "libagents/journal/memory_store.hpp"

#include <algorithm>
#include <iterator>

namespace agents::journal {
namespace {

std::uint64_t memory_of(const history& h) {
  std::uint64_t bytes = 0;
  for (const auto& e : h.events)
    bytes += sizeof(event) + e.step.size() + e.capability.size() + e.module.size() + e.text.size() +
             (e.data ? footprint_bytes(*e.data) : 0);
  return bytes;
}

}  // namespace

memory_store::run_entry* memory_store::find(const run_id& run) {
  const auto number = numbers_.find(run);
  return number == numbers_.end() ? nullptr : &runs_.at(number->second);
}

memory_store::run_entry& memory_store::find_or_create(const run_id& run) {
  if (auto* known = find(run)) return *known;
  auto& created = runs_[next_number_];
  created.summary.run = run;
  created.summary.started = clock_.now();
  numbers_[run] = next_number_++;
  return created;
}

void memory_store::append(append_request request) {
  auto outcome = check_request(request);
  if (outcome) outcome = append_now(request);
  if (request.done) return request.done(std::move(outcome));
  const std::lock_guard lock{mutex_};
  if (!outcome && !untold_) untold_ = outcome.error();
}

expected<void> memory_store::append_now(append_request& request) {
  const std::lock_guard lock{mutex_};
  const auto* known = find(request.run);
  const auto position = known ? run_position{known->epoch, known->journal.next_sequence} : run_position{};
  if (auto ok = admit(position, request.epoch, request.first_sequence); !ok) return ok;
  auto& entry = find_or_create(request.run);
  apply(entry.summary, change_of(request.events));
  entry.summary.updated = request.events.back().at;
  return extend(entry.journal, {record_kind::events, request.first_sequence, std::move(request.events)});
}

expected<history> memory_store::read(const run_id& run) {
  const std::lock_guard lock{mutex_};
  const auto* entry = find(run);
  if (!entry) return unknown_run(run);
  return entry->journal;
}

expected<std::vector<run_summary>> memory_store::runs(std::size_t limit) {
  const std::lock_guard lock{mutex_};
  std::vector<run_summary> found;
  for (auto it = runs_.rbegin(); it != runs_.rend() && found.size() < limit; ++it) {
    found.push_back(it->second.summary);
    found.back().events = it->second.journal.next_sequence;
  }
  return found;
}

expected<void> memory_store::compact(const run_id& run, std::uint64_t epoch, std::uint64_t up_to_sequence,
                                     const std::vector<event>& snapshot) {
  if (auto ok = check_snapshot(run, snapshot); !ok) return ok;
  const std::lock_guard lock{mutex_};
  auto* entry = find(run);
  if (!entry) return unknown_run(run);
  if (auto ok = check_epoch(entry->epoch, epoch); !ok) return ok;
  if (auto ok = check_compaction(entry->journal, up_to_sequence); !ok) return ok;
  replace_prefix(entry->journal, up_to_sequence, snapshot);
  return {};
}

expected<void> memory_store::truncate(const run_id& run, std::uint64_t epoch, std::uint64_t from_sequence) {
  const std::lock_guard lock{mutex_};
  auto* entry = find(run);
  if (!entry) return unknown_run(run);
  if (auto ok = check_epoch(entry->epoch, epoch); !ok) return ok;
  if (auto ok = check_truncation(entry->journal, from_sequence); !ok) return ok;
  cut_tail(entry->journal, from_sequence);
  entry->summary.status = "running";
  apply(entry->summary, change_of(entry->journal.events));
  return {};
}

expected<std::uint64_t> memory_store::retain(const retention_policy& policy, time_point now) {
  const std::lock_guard lock{mutex_};
  std::vector<std::uint64_t> removed;
  std::uint64_t kept = 0;
  std::uint64_t bytes = 0;
  for (auto it = runs_.rbegin(); it != runs_.rend(); ++it) {
    const auto& [number, entry] = *it;
    if (is_open(entry.summary.status)) continue;
    bytes += memory_of(entry.journal);
    const bool stays =
        kept < policy.max_runs && bytes <= policy.max_bytes && now - entry.summary.updated <= policy.max_age;
    if (stays)
      ++kept;
    else
      removed.push_back(number);
  }
  for (const auto number : removed) {
    numbers_.erase(runs_.at(number).summary.run);
    runs_.erase(number);
  }
  return removed.size();
}

expected<void> memory_store::flush() {
  const std::lock_guard lock{mutex_};
  if (!untold_) return {};
  return unexpected{*std::exchange(untold_, std::nullopt)};
}

expected<lease> memory_store::claim(const run_id& run, std::string_view owner, duration ttl) {
  const std::lock_guard lock{mutex_};
  auto& entry = find_or_create(run);
  const auto now = clock_.now();
  if (entry.expires > now && entry.owner != owner) return owned_by_other(run, entry.owner, entry.expires);
  entry.owner = owner;
  entry.expires = now + ttl;
  return lease{run, entry.owner, ++entry.epoch, entry.expires};
}

expected<memory_store::run_entry*> memory_store::held_entry(const lease& held) {
  auto* entry = find(held.run);
  if (!entry) return unknown_run(held.run);
  if (auto ok = check_epoch(entry->epoch, held.epoch); !ok) return ok.propagate();
  return entry;
}

expected<lease> memory_store::renew(const lease& held, duration ttl) {
  const std::lock_guard lock{mutex_};
  const auto entry = held_entry(held);
  if (!entry) return entry.propagate();
  (*entry)->expires = clock_.now() + ttl;
  return lease{held.run, held.owner, held.epoch, (*entry)->expires};
}

expected<void> memory_store::release(const lease& held) {
  const std::lock_guard lock{mutex_};
  const auto entry = held_entry(held);
  if (!entry) return entry.propagate();
  (*entry)->expires = {};
  return {};
}

expected<std::vector<run_id>> memory_store::claimable(std::size_t limit) {
  const std::lock_guard lock{mutex_};
  std::vector<run_id> found;
  const auto now = clock_.now();
  for (auto it = runs_.begin(); it != runs_.end() && found.size() < limit; ++it)
    if (is_open(it->second.summary.status) && it->second.expires <= now) found.push_back(it->second.summary.run);
  return found;
}

expected<void> memory_store::put(std::string_view bucket, std::string_view key, std::string_view bytes) {
  const std::lock_guard lock{mutex_};
  buckets_[std::string{bucket}][std::string{key}] = bytes;
  return {};
}

expected<std::string> memory_store::get(std::string_view bucket, std::string_view key) {
  const std::lock_guard lock{mutex_};
  const auto entries = buckets_.find(bucket);
  if (entries != buckets_.end())
    if (const auto found = entries->second.find(key); found != entries->second.end()) return found->second;
  return unknown_key(bucket, key);
}

expected<std::vector<std::pair<std::string, std::string>>> memory_store::list(std::string_view bucket) {
  const std::lock_guard lock{mutex_};
  std::vector<std::pair<std::string, std::string>> found;
  if (const auto entries = buckets_.find(bucket); entries != buckets_.end())
    found.assign(entries->second.begin(), entries->second.end());
  return found;
}

expected<void> memory_store::erase(std::string_view bucket, std::string_view key) {
  const std::lock_guard lock{mutex_};
  const auto entries = buckets_.find(bucket);
  if (entries == buckets_.end()) return {};
  if (const auto found = entries->second.find(key); found != entries->second.end()) entries->second.erase(found);
  return {};
}

}  // namespace agents::journal
