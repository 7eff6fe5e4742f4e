// SPDX-License-Identifier: Apache-2.0
#include "actors/licence/expression.hpp"

#include <algorithm>

#include "libagents/core/assert.hpp"

namespace agents::licence {
namespace {

void add_unique(conjunction& to, const std::string& id) {
  if (std::find(to.begin(), to.end(), id) == to.end()) to.push_back(id);
}

std::string join(const std::vector<std::string>& parts, std::string_view between) {
  std::string out;
  for (const auto& part : parts) {
    if (!out.empty()) out += between;
    out += part;
  }
  return out;
}

std::vector<std::string> split(std::string_view text, std::string_view between) {
  std::vector<std::string> out;
  for (auto at = text.find(between); at != std::string_view::npos; at = text.find(between)) {
    out.emplace_back(text.substr(0, at));
    text.remove_prefix(at + between.size());
  }
  out.emplace_back(text);
  return out;
}

/// Without alternatives that only add to another one: who may choose {A} never needs {A, B}.
expression simplify(const expression& e) {
  const auto includes = [](const conjunction& big, const conjunction& small) {
    return std::all_of(small.begin(), small.end(),
                       [&](const auto& id) { return std::find(big.begin(), big.end(), id) != big.end(); });
  };
  expression out;
  for (std::size_t i = 0; i < e.size(); ++i) {
    bool needless = false;
    for (std::size_t j = 0; j < e.size(); ++j)
      needless = needless || (i != j && includes(e[i], e[j]) && (e[j].size() < e[i].size() || j < i));
    if (!needless) out.push_back(e[i]);
  }
  return out;
}

}  // namespace

expression single(std::string id) { return {{std::move(id)}}; }

expression both(const expression& a, const expression& b) {
  if (a.empty()) return b;
  if (b.empty()) return a;
  expression out;
  for (const auto& left : a)
    for (const auto& right : b) {
      out.push_back(left);
      for (const auto& id : right) add_unique(out.back(), id);
    }
  return simplify(out);
}

expression either(expression a, const expression& b) {
  for (const auto& alternative : b)
    if (std::find(a.begin(), a.end(), alternative) == a.end()) a.push_back(alternative);
  return a;
}

std::string to_text(const expression& e) {
  std::vector<std::string> alternatives;
  for (const auto& all : e) {
    const auto text = join(all, " AND ");
    alternatives.push_back(all.size() > 1 && e.size() > 1 ? "(" + text + ")" : text);
  }
  return join(alternatives, " OR ");
}

expression from_text(std::string_view text) {
  if (text.empty()) return {};
  expression out;
  for (auto& alternative : split(text, " OR ")) {
    if (alternative.starts_with('(') && alternative.ends_with(')'))
      alternative = alternative.substr(1, alternative.size() - 2);
    out.push_back(split(alternative, " AND "));
  }
  return out;
}

burden burden_of(const conjunction& all) {
  auto out = burden::none;
  for (const auto& id : all) out = std::max(out, burden_of(std::string_view{id}));
  return out;
}

const conjunction& lightest(const expression& e) {
  AGENTS_ASSERT(!e.empty());
  return *std::min_element(e.begin(), e.end(),
                           [](const auto& a, const auto& b) { return burden_of(a) < burden_of(b); });
}

}  // namespace agents::licence
