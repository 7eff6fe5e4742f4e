// SPDX-License-Identifier: Apache-2.0
#include "cluster/store/sqlite_store.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "cluster/store/checkpointer.hpp"
#include "cluster/store/group_commit.hpp"
#include "cluster/store/journal_reader.hpp"
#include "cluster/store/journal_writer.hpp"
#include "cluster/store/sqlite_open.hpp"

namespace agents::journal {
namespace {

/// Runs removed in one transaction: bounds how long appends wait for retention.
constexpr std::size_t removed_at_once = 100;

/// Those of `newest_first` that the policy does not keep.
std::vector<sqlite::finished_run> beyond(const retention_policy& policy, time_point now,
                                         const std::vector<sqlite::finished_run>& newest_first) {
  std::vector<sqlite::finished_run> removed;
  std::uint64_t kept = 0;
  std::uint64_t bytes = 0;
  for (const auto& run : newest_first) {
    bytes += run.bytes;
    const bool stays = kept < policy.max_runs && bytes <= policy.max_bytes && now - run.updated <= policy.max_age;
    if (stays)
      ++kept;
    else
      removed.push_back(run);
  }
  return removed;
}

/// Moves the events into their encoded form; the record is empty when they cannot be journaled.
expected<pending_append> encode(append_request& request) {
  if (auto ok = check_request(request); !ok) return ok.propagate();
  pending_append p{.run = request.run,
                   .epoch = request.epoch,
                   .first_sequence = request.first_sequence,
                   .count = request.events.size(),
                   .last_at = request.events.back().at,
                   .change = change_of(request.events),
                   .record = encode_record(request.first_sequence, request.events)};
  if (auto ok = check_record_size(p.record); !ok) return ok.propagate();
  return p;
}

class sqlite_store final : public store {
 public:
  sqlite_store(durability level, const clock& clock, std::unique_ptr<sqlite::journal_writer> writer,
               std::unique_ptr<sqlite::journal_reader> reader, std::unique_ptr<sqlite::database> checkpoints,
               std::size_t max_queued_bytes)
      : level_(level),
        clock_(clock),
        writer_(std::move(writer)),
        reader_(std::move(reader)),
        commits_(max_queued_bytes, [this](auto& batch, patience p) { return writer_->commit(batch, p); }),
        checkpointer_(std::move(checkpoints), [this](const auto& work) { commits_.exclusively(work); }) {
    writer_->on_commit([this](int log_pages) { checkpointer_.on_commit(log_pages); });
  }

  /// What is still queued is committed by the destructor of `commits_`, when the checkpointer is gone.
  ~sqlite_store() override {
    commits_.exclusively([this] { writer_->on_commit([](int) {}); });
  }

  void append(append_request request) override {
    auto encoded = encode(request);
    if (!encoded) return refuse(request, encoded.error());
    encoded->done = std::move(request.done);
    commits_.push(std::move(*encoded), level_ == durability::full ? commit_by::store_thread : request.by);
  }

  expected<history> read(const run_id& run) override { return reader_->read(run); }
  expected<std::vector<run_summary>> runs(std::size_t limit) override { return reader_->newest(limit); }
  expected<std::vector<run_id>> claimable(std::size_t limit) override { return reader_->unowned(clock_.now(), limit); }
  expected<std::string> get(std::string_view bucket, std::string_view key) override {
    return reader_->get(bucket, key);
  }
  expected<std::vector<std::pair<std::string, std::string>>> list(std::string_view bucket) override {
    return reader_->list(bucket);
  }

  expected<void> compact(const run_id& run, std::uint64_t epoch, std::uint64_t up_to_sequence,
                         const std::vector<event>& snapshot) override {
    if (auto ok = check_snapshot(run, snapshot); !ok) return ok;
    return commits_.exclusively([&] { return writer_->compact(run, epoch, up_to_sequence, snapshot); });
  }

  expected<void> truncate(const run_id& run, std::uint64_t epoch, std::uint64_t from_sequence) override {
    return commits_.exclusively([&] { return writer_->truncate(run, epoch, from_sequence); });
  }

  expected<std::uint64_t> retain(const retention_policy& policy, time_point now) override {
    const auto finished = reader_->finished();
    if (!finished) return finished.propagate();
    const auto doomed = beyond(policy, now, *finished);
    std::uint64_t removed = 0;
    for (std::size_t i = 0; i < doomed.size(); i += removed_at_once) {
      const auto part = std::span{doomed}.subspan(i, std::min(removed_at_once, doomed.size() - i));
      const auto erased = commits_.exclusively([&] { return writer_->erase_finished(part); });
      if (!erased) return erased.propagate();
      removed += *erased;
    }
    return removed;
  }

  expected<void> flush() override {
    commits_.exclusively([] {});
    return commits_.take_untold();
  }

  expected<lease> claim(const run_id& run, std::string_view owner, duration ttl) override {
    return commits_.exclusively([&] { return writer_->claim(run, owner, ttl, clock_.now()); });
  }

  expected<lease> renew(const lease& held, duration ttl) override {
    auto renewed = held;
    renewed.expires = clock_.now() + ttl;
    if (auto ok = set_expiry(held, renewed.expires); !ok) return ok.propagate();
    return renewed;
  }

  expected<void> release(const lease& held) override { return set_expiry(held, {}); }

  expected<void> put(std::string_view bucket, std::string_view key, std::string_view bytes) override {
    return commits_.exclusively([&] { return writer_->put(bucket, key, bytes); });
  }

  expected<void> erase(std::string_view bucket, std::string_view key) override {
    return commits_.exclusively([&] { return writer_->erase(bucket, key); });
  }

 private:
  void refuse(append_request& request, const error& why) {
    pending_append refused;
    refused.done = std::move(request.done);
    commits_.tell(refused, unexpected{why});
  }

  expected<void> set_expiry(const lease& held, time_point expires) {
    return commits_.exclusively([&] { return writer_->set_expiry(held, expires); });
  }

  const durability level_;
  const clock& clock_;
  std::unique_ptr<sqlite::journal_writer> writer_;
  std::unique_ptr<sqlite::journal_reader> reader_;
  group_commit commits_;
  sqlite::checkpointer checkpointer_;
};

}  // namespace

expected<std::unique_ptr<store>> open_sqlite_store(const sqlite_options& options, const clock& clock) {
  auto writing = sqlite::open_connection(options, sqlite::role::writer);
  if (!writing) return writing.propagate();
  auto reading = sqlite::open_connection(options, sqlite::role::reader);
  if (!reading) return reading.propagate();
  auto checkpoints = sqlite::open_connection(options, sqlite::role::checkpointer);
  if (!checkpoints) return checkpoints.propagate();
  auto writer = sqlite::journal_writer::open(std::move(*writing), options.busy_timeout);
  if (!writer) return writer.propagate();
  auto reader = sqlite::journal_reader::open(std::move(*reading));
  if (!reader) return reader.propagate();
  return std::unique_ptr<store>{std::make_unique<sqlite_store>(
      options.level, clock, std::move(*writer), std::move(*reader), std::move(*checkpoints), options.max_queued_bytes)};
}

}  // namespace agents::journal
