// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>

#include "libagents/journal/store.hpp"

namespace agents::testing {

/// A store that passes everything on to another one; tests override what is to go differently.
class forwarding_store : public journal::store {
 public:
  explicit forwarding_store(std::shared_ptr<journal::store> inner) : inner_(std::move(inner)) {}

  void append(journal::append_request r) override { inner_->append(std::move(r)); }
  expected<journal::history> read(const run_id& run) override { return inner_->read(run); }
  expected<std::vector<journal::run_summary>> runs(std::size_t limit) override { return inner_->runs(limit); }
  expected<void> compact(const run_id& run, std::uint64_t epoch, std::uint64_t up_to,
                         const std::vector<event>& s) override {
    return inner_->compact(run, epoch, up_to, s);
  }
  expected<void> truncate(const run_id& run, std::uint64_t epoch, std::uint64_t from) override {
    return inner_->truncate(run, epoch, from);
  }
  expected<std::uint64_t> retain(const journal::retention_policy& p, time_point now) override {
    return inner_->retain(p, now);
  }
  expected<void> flush() override { return inner_->flush(); }
  expected<journal::lease> claim(const run_id& run, std::string_view owner, duration ttl) override {
    return inner_->claim(run, owner, ttl);
  }
  expected<journal::lease> renew(const journal::lease& held, duration ttl) override { return inner_->renew(held, ttl); }
  expected<void> release(const journal::lease& held) override { return inner_->release(held); }
  expected<std::vector<run_id>> claimable(std::size_t limit) override { return inner_->claimable(limit); }
  expected<void> put(std::string_view bucket, std::string_view key, std::string_view bytes) override {
    return inner_->put(bucket, key, bytes);
  }
  expected<std::string> get(std::string_view bucket, std::string_view key) override { return inner_->get(bucket, key); }
  expected<std::vector<std::pair<std::string, std::string>>> list(std::string_view bucket) override {
    return inner_->list(bucket);
  }
  expected<void> erase(std::string_view bucket, std::string_view key) override { return inner_->erase(bucket, key); }

 protected:
  std::shared_ptr<journal::store> inner_;
};

}  // namespace agents::testing
