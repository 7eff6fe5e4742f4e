// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "libagents/contract/manifest.hpp"
#include "libagents/core/expected.hpp"
#include "libagents/wire/worker_link.hpp"

namespace agents {

/// A place that a worker from elsewhere was given: who hears of it, and under which settings its session begins.
struct worker_place {
  std::shared_ptr<wire::worker_listener> listener;
  wire::node_session_settings session;
  /// The session's link exists: called once, soon after. What the link reports before is kept.
  std::function<void(std::shared_ptr<wire::worker_link>)> begin;
};

/// Where workers that the node has not started register: a seam between the node, which supervises, and whoever
/// listens for them.
///
/// Callers: any thread; nothing blocks. May be used after the node has gone: then nobody is admitted.
class worker_admission {
 public:
  virtual ~worker_admission() = default;
  /// Gives a worker with this manifest a place. `who` names it for people: "gpu-1 (10.0.0.7)". Errors, whose texts are
  /// sent to the worker: `rejected` when the module is not expected, `conflict` when another version of it is
  /// registered, `overloaded` when no place is free now, `bad_input` when the manifest cannot be registered.
  [[nodiscard]] virtual expected<worker_place> admit(const manifest& of, const std::string& who) = 0;
};

}  // namespace agents
