// SPDX-License-Identifier: Apache-2.0
#include "libagents/core/clock.hpp"

#include <array>
#include <cstdio>
#include <ctime>

namespace agents {
namespace {

template <class Clock>
std::int64_t ns_of() {
  return std::chrono::duration_cast<duration>(Clock::now().time_since_epoch()).count();
}

}  // namespace

system_clock::system_clock() : offset_ns_(ns_of<std::chrono::system_clock>() - ns_of<std::chrono::steady_clock>()) {}

time_point system_clock::now() const { return {ns_of<std::chrono::steady_clock>() + offset_ns_}; }

std::string to_iso8601(time_point t) {
  const auto whole = static_cast<std::time_t>(t.ns / 1'000'000'000);
  std::tm parts{};
  gmtime_r(&whole, &parts);
  std::array<char, 40> text{};
  const auto n = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text.data() + n, text.size() - n, ".%03dZ", static_cast<int>(t.ns / 1'000'000 % 1000));
  return text.data();
}

}  // namespace agents
