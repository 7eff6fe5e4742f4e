// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "libagents/core/expected.hpp"
#include "libagents/core/value.hpp"

namespace agents::control {

/// One request of a client, until its end, as a command sees it.
///
/// Callers: any thread; nothing blocks. Whoever drops it without an end leaves the client waiting: end it.
class exchange {
 public:
  virtual ~exchange() = default;
  [[nodiscard]] virtual const value& arguments() const = 0;
  /// The first end counts.
  virtual void end(expected<value> result) = 0;
  /// One of many, before the end. False: the client reads too slowly, or nobody is there; the item is lost.
  [[nodiscard]] virtual bool send_item(const value& item) = 0;
  /// `f` is called once when nobody waits any more, at once when that is so already. Not called after `end`.
  virtual void on_abandoned(std::function<void()> f) = 0;
  [[nodiscard]] virtual bool is_over() const = 0;
};

}  // namespace agents::control
