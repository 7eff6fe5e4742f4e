// SPDX-License-Identifier: Apache-2.0
#include "actors/classify/feature_space.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace agents::classify {
namespace {

constexpr float heading_weight = 0.3F;    // chosen by cross-validation on held-out contracts
constexpr float rarity_step = 1.0F / 16;  // a rarity is one byte in the model file

std::size_t spread(std::uint32_t key) noexcept { return key * 0x9E3779B9U; }

float round_rarity(double rarity) {
  return std::clamp(static_cast<float>(std::round(rarity / rarity_step)), 1.0F, 255.0F) * rarity_step;
}

}  // namespace

feature_space::feature_space(std::vector<entry> entries) : entries_(std::move(entries)) {
  const auto slots = std::bit_ceil(entries_.size() * 2 + 2);
  mask_ = static_cast<std::uint32_t>(slots - 1);
  table_.assign(slots, 0);
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    auto at = spread(entries_[i].key) & mask_;
    while (table_[at] != 0) at = (at + 1) & mask_;
    table_[at] = static_cast<std::uint32_t>(i + 1);
  }
}

std::uint32_t feature_space::find(std::uint32_t key) const noexcept {
  for (auto at = spread(key) & mask_; table_[at] != 0; at = (at + 1) & mask_)
    if (entries_[table_[at] - 1].key == key) return table_[at];
  return 0;
}

void feature_space::add_block(std::vector<std::uint32_t> ids, float length, sparse_vector& out) const {
  std::sort(ids.begin(), ids.end());
  const auto first = out.size();
  double squares = 0;
  for (std::size_t i = 0; i < ids.size();) {
    auto next = i;
    while (next < ids.size() && ids[next] == ids[i]) ++next;
    const auto value = (1 + std::log(static_cast<float>(next - i))) * entries_[ids[i]].rarity;
    out.push_back({ids[i], value});
    squares += static_cast<double>(value) * value;
    i = next;
  }
  const auto scale = squares > 0 ? static_cast<float>(length / std::sqrt(squares)) : 0.0F;
  for (auto i = first; i < out.size(); ++i) out[i].value *= scale;
}

sparse_vector feature_space::vectorise(const feature_keys& keys) const {
  sparse_vector out;
  if (entries_.empty()) return out;
  const auto known = [&](const std::vector<std::uint32_t>& block) {
    std::vector<std::uint32_t> ids;
    ids.reserve(block.size());
    for (const auto k : block)
      if (const auto at = find(k); at != 0) ids.push_back(at - 1);
    return ids;
  };
  out.reserve(keys.body.size() + keys.heading.size());
  add_block(known(keys.body), 1, out);
  add_block(known(keys.heading), heading_weight, out);
  return out;
}

std::size_t feature_counter::slot_of(std::uint32_t key) const noexcept {
  const auto mask = slots_.size() - 1;
  auto at = spread(key) & mask;
  while (slots_[at].texts != 0 && slots_[at].key != key) at = (at + 1) & mask;
  return at;
}

void feature_counter::grow() {
  auto old = std::move(slots_);
  slots_.assign(std::max<std::size_t>(old.size() * 2, 1U << 16U), count{});
  for (const auto& c : old)
    if (c.texts != 0) slots_[slot_of(c.key)] = c;
}

void feature_counter::add_key(std::uint32_t key, std::uint32_t group) {
  if (used_ * 2 >= slots_.size()) grow();
  auto& c = slots_[slot_of(key)];
  if (c.texts == 0) {
    c = {key, 0, 0, group + 1};
    ++used_;
  }
  ++c.texts;
  if (c.groups == 0 || c.last_group != group) ++c.groups;
  c.last_group = group;
}

void feature_counter::add(const feature_keys& keys, std::uint32_t group) {
  ++texts_;
  auto all = keys.body;
  all.insert(all.end(), keys.heading.begin(), keys.heading.end());
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  for (const auto k : all) add_key(k, group);
}

feature_space feature_counter::build(std::uint32_t least_groups) const {
  std::vector<feature_space::entry> entries;
  for (const auto& c : slots_)
    if (c.texts != 0 && c.groups >= least_groups)
      entries.push_back({c.key, round_rarity(std::log(1 + static_cast<double>(texts_) / c.texts))});
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
  return feature_space{std::move(entries)};
}

}  // namespace agents::classify
