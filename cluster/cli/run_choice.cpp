// SPDX-License-Identifier: Apache-2.0
#include "cluster/cli/run_choice.hpp"

#include <cstdint>
#include <vector>

#include "cluster/cli/home.hpp"

namespace agents::cli {
namespace {

constexpr std::size_t shortest = 4;
constexpr std::size_t most_named = 5;

bool is_beginning(const std::string& text) {
  return text.size() >= shortest && text.find_first_not_of("0123456789abcdefABCDEF-") == std::string::npos;
}

std::string lower(std::string text) {
  for (auto& c : text)
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

unexpected ambiguous(const std::string& text, const std::vector<std::string>& found) {
  std::string names;
  for (std::size_t i = 0; i < found.size() && i < most_named; ++i) names += "\n  " + found[i];
  return {errc::bad_input, "\"" + text + "\" is the beginning of " + std::to_string(found.size()) +
                               " runs; give more of the id:" + names + (found.size() > most_named ? "\n  …" : "")};
}

}  // namespace

expected<run_id> choose_run(const std::string& text) {
  if (const auto whole = uuid::parse(text)) return run_id{*whole};
  if (!is_beginning(text))
    return unexpected{errc::bad_input, "\"" + text + "\" is no run id, nor the beginning of one (from " +
                                           std::to_string(shortest) + " characters on); `agents runs` lists them"};
  const system_clock clock;
  const auto store = open_home_store(journal::durability::normal, clock);
  if (!store) return store.propagate();
  const auto all = (*store)->runs(SIZE_MAX / 2);
  if (!all) return all.propagate();
  std::vector<std::string> found;
  for (const auto& r : *all)
    if (auto id = r.run.to_string(); id.starts_with(lower(text))) found.push_back(std::move(id));
  if (found.empty())
    return unexpected{errc::not_found, "no run's id begins with \"" + text + "\"; `agents runs` lists them"};
  if (found.size() > 1) return ambiguous(text, found);
  return run_id{*uuid::parse(found.front())};
}

}  // namespace agents::cli
