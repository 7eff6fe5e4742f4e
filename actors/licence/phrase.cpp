// SPDX-License-Identifier: Apache-2.0
#include "actors/licence/phrase.hpp"

#include <algorithm>

#include "libagents/core/assert.hpp"

namespace agents::licence {
namespace {

constexpr std::size_t short_gap = 6;
constexpr std::size_t long_gap = 40;

template <class Visit>
void for_each_part(std::string_view text, char separator, const Visit& visit) {
  while (!text.empty()) {
    const auto end = std::min(text.find(separator), text.size());
    if (end > 0) visit(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

bool is_one_of(const std::vector<std::uint64_t>& keys, std::uint64_t key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

}  // namespace

phrase::phrase(std::string_view pattern) {
  for_each_part(pattern, ' ', [&](std::string_view part) { items_.push_back(parse(part)); });
  AGENTS_ASSERT(!items_.empty() && !items_.front().keys.empty() && !items_.front().optional);
}

phrase::item phrase::parse(std::string_view part) {
  item out;
  if (part == "*" || part == "**") {
    out.gap = part.size() == 1 ? short_gap : long_gap;
    return out;
  }
  if (part.front() == '?') {
    out.optional = true;
    part.remove_prefix(1);
  }
  for_each_part(part, '|', [&](std::string_view alternative) { out.keys.push_back(key_of(alternative)); });
  return out;
}

std::optional<std::size_t> phrase::match(std::span<const word> words, std::size_t at) const {
  return match_from(words, at, 0);
}

std::optional<std::size_t> phrase::match_from(std::span<const word> words, std::size_t at, std::size_t index) const {
  for (; index < items_.size(); ++index) {
    const auto& wanted = items_[index];
    if (wanted.keys.empty()) {
      for (std::size_t skip = 0; skip <= wanted.gap && at + skip < words.size(); ++skip)
        if (const auto end = match_from(words, at + skip, index + 1)) return end;
      return std::nullopt;
    }
    const bool here = at < words.size() && is_one_of(wanted.keys, words[at].key);
    if (here)
      ++at;
    else if (!wanted.optional)
      return std::nullopt;
  }
  return at;
}

phrase_book::phrase_book(std::span<const std::string_view> patterns) {
  for (const auto pattern : patterns) {
    phrases_.emplace_back(pattern);
    for (const auto key : phrases_.back().first_keys()) by_first_[key].push_back(phrases_.size() - 1);
  }
}

std::vector<phrase_hit> phrase_book::find_all(std::span<const word> words) const {
  std::vector<phrase_hit> out;
  for (std::size_t at = 0; at < words.size(); ++at) {
    const auto candidates = by_first_.find(words[at].key);
    if (candidates == by_first_.end()) continue;
    for (const auto candidate : candidates->second)
      if (const auto end = phrases_[candidate].match(words, at)) out.push_back({candidate, at, *end});
  }
  return out;
}

std::optional<phrase_hit> find_first(const phrase& p, std::span<const word> words) {
  for (std::size_t at = 0; at < words.size(); ++at)
    if (const auto end = p.match(words, at)) return phrase_hit{0, at, *end};
  return std::nullopt;
}

}  // namespace agents::licence
