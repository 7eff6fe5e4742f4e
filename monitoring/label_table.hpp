// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace agents::monitoring {

/// `text` as a label value: printable ASCII of at most 100 bytes ("_" for every other byte), "none" when empty.
/// One odd module name must not make a whole scrape unreadable.
[[nodiscard]] std::string label_value(std::string_view text);

/// The metrics of at most `limit` distinct pairs of labels; all further pairs share one entry named "other".
///
/// Finding a known pair takes no lock. Entries are added, never removed, so references stay valid as long as the table.
///
/// Callers: any thread. `make` runs under the table's mutex, once per entry, with label values ready to be exported.
/// `on_other` runs each time a pair is answered with "other".
template <class Entry>
class label_table {
 public:
  using make_entry = std::function<std::unique_ptr<Entry>(const std::string& first, const std::string& second)>;

  label_table(std::size_t limit, make_entry make, std::function<void()> on_other)
      : limit_(limit), make_(std::move(make)), on_other_(std::move(on_other)), slots_(std::bit_ceil(2 * limit + 2)) {}

  [[nodiscard]] Entry& at(std::string_view first, std::string_view second = {}) {
    const auto hash = hash_of(first, second);
    if (auto* known = find(hash, first, second)) return *known;
    if (auto* other = other_.load(std::memory_order_acquire)) return on_other_(), *other;
    return add(hash, first, second);
  }

 private:
  struct node {
    std::size_t hash;
    std::string first;
    std::string second;
    std::unique_ptr<Entry> entry;
  };

  static std::size_t hash_of(std::string_view first, std::string_view second) noexcept {
    const std::hash<std::string_view> hash;
    return hash(first) ^ (hash(second) * 0x9e3779b97f4a7c15ULL);
  }

  Entry* find(std::size_t hash, std::string_view first, std::string_view second) const noexcept {
    for (auto i = hash;; ++i) {
      const node* n = slots_[i & (slots_.size() - 1)].load(std::memory_order_acquire);
      if (!n) return nullptr;
      if (n->hash == hash && n->first == first && n->second == second) return n->entry.get();
    }
  }

  Entry& add(std::size_t hash, std::string_view first, std::string_view second) {
    const std::lock_guard lock{mutex_};
    if (auto* known = find(hash, first, second)) return *known;
    if (nodes_.size() >= limit_) return on_other_(), make_other();
    nodes_.push_back(std::make_unique<node>(
        node{hash, std::string{first}, std::string{second}, make_(label_value(first), label_value(second))}));
    publish(nodes_.back().get());
    return *nodes_.back()->entry;
  }

  Entry& make_other() {
    if (!other_owner_) other_owner_ = make_("other", "other");
    other_.store(other_owner_.get(), std::memory_order_release);
    return *other_owner_;
  }

  void publish(node* n) noexcept {
    auto i = n->hash;
    while (slots_[i & (slots_.size() - 1)].load(std::memory_order_relaxed)) ++i;
    slots_[i & (slots_.size() - 1)].store(n, std::memory_order_release);
  }

  const std::size_t limit_;
  const make_entry make_;
  const std::function<void()> on_other_;
  std::vector<std::atomic<node*>> slots_;  // open addressing, at most half full
  std::mutex mutex_;                       // guards what follows, and the writing of slots_
  std::vector<std::unique_ptr<node>> nodes_;
  std::unique_ptr<Entry> other_owner_;
  std::atomic<Entry*> other_{nullptr};
};

}  // namespace agents::monitoring
