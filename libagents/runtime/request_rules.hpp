// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "libagents/runtime/replica.hpp"

namespace agents {

/// What holds for every request, whoever serves it: an actor of this process (`worker`) or another process
/// (`remote_worker`).

/// What is to be answered instead of handling the request: it was cancelled, it is too late, or its input breaks the
/// contract.
[[nodiscard]] std::optional<reply> refusal_of(const shared_call& c, time_point now);

/// Puts the output into the reply if the contract holds; else the reply becomes `bad_output`.
void accept_output(reply& r, value output);

/// The costs of a request, while it is handled.
struct running_costs {
  std::int64_t asked_money = 0;  ///< of the modules that it asked
  std::int64_t asked_tokens = 0;

  void add(const reply& from_asked) {
    asked_money += from_asked.micro_money;
    asked_tokens += from_asked.tokens;
  }
  /// What it may still spend on asking others; without limit when the run has no budget.
  [[nodiscard]] std::int64_t money_left(const request& what) const;
  [[nodiscard]] std::int64_t tokens_left(const request& what) const;
  /// Writes the bill: its own costs and those of whom it asked. More than was reserved is billed as what was reserved;
  /// a result that was bought with it is dropped: `budget`.
  void bill(reply& r, std::int64_t own_money, std::int64_t own_tokens) const;
};

/// Publishes how full a mailbox is: a changing depth now and then, an emptied mailbox at once.
class depth_reporter {
 public:
  void report(services& s, const replica& of, const std::string& module);

 private:
  time_point published_at_{};
  std::uint32_t published_ = 0;
};

}  // namespace agents
