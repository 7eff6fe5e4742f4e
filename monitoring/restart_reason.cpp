// SPDX-License-Identifier: Apache-2.0
#include "monitoring/restart_reason.hpp"

#include <algorithm>
#include <cctype>
#include <string>

namespace agents::monitoring {
namespace {

struct clue {
  std::string_view word;
  restart_reason reason;
};

// The first clue that occurs decides: "node n2 lost: connection crashed" is a lost node.
constexpr std::array clues{
    clue{"upgrade", restart_reason::upgrade}, clue{"new version", restart_reason::upgrade},
    clue{"node", restart_reason::node_lost},  clue{"hang", restart_reason::hang},
    clue{"hung", restart_reason::hang},       clue{"deadline", restart_reason::hang},
    clue{"timeout", restart_reason::hang},    clue{"unresponsive", restart_reason::hang},
    clue{"heartbeat", restart_reason::hang},  clue{"silent", restart_reason::hang},
    clue{"crash", restart_reason::crash},     clue{"exception", restart_reason::crash},
    clue{"signal", restart_reason::crash},    clue{"exit", restart_reason::crash},
    clue{"threw", restart_reason::crash},     clue{"abort", restart_reason::crash},
    clue{"error", restart_reason::crash},
};

std::string lower(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

}  // namespace

std::string_view to_string(restart_reason reason) noexcept {
  switch (reason) {
    case restart_reason::crash: return "crash";
    case restart_reason::hang: return "hang";
    case restart_reason::node_lost: return "node_lost";
    case restart_reason::upgrade: return "upgrade";
    case restart_reason::other: break;
  }
  return "other";
}

restart_reason classify_restart(std::string_view text) {
  const auto words = lower(text);
  for (const auto reason : restart_reasons)
    if (words.substr(0, words.find(':')) == to_string(reason)) return reason;
  const auto found =
      std::find_if(clues.begin(), clues.end(), [&](const clue& c) { return words.find(c.word) != std::string::npos; });
  return found == clues.end() ? restart_reason::other : found->reason;
}

}  // namespace agents::monitoring
