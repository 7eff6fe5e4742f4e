// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "libagents/contract/fields.hpp"
#include "libagents/contract/grant.hpp"
#include "libagents/core/clock.hpp"
#include "libagents/core/expected.hpp"
#include "libagents/core/value.hpp"

namespace agents {

/// What repeating a request does to the world.
enum class effect : std::uint8_t {
  pure,        ///< nothing: same input, same kind of answer
  idempotent,  ///< the same as doing it once; may be retried and, after a crash, repeated
  effectful,   ///< something each time; carries an idempotency key and is never repeated silently
};

/// Where a module's handlers run.
enum class execution_mode : std::uint8_t {
  cooperative,  ///< on the shared scheduler; must not block
  dedicated,    ///< in a thread of its own; may block
  process,      ///< in a process of its own, in any language: `node::add_process`
};

[[nodiscard]] std::string_view to_string(effect e) noexcept;
[[nodiscard]] std::string_view to_string(execution_mode m) noexcept;

/// One capability of a module.
struct capability_contract {
  std::string id;  ///< name and version: "text.retrieve@1.2"
  std::string description;
  agents::effect effect = effect::idempotent;
  value input;   ///< JSON Schema
  value output;  ///< JSON Schema
  duration timeout = std::chrono::seconds{30};
  std::int64_t micro_money = 0;
  std::int64_t tokens = 0;
};

/// What a module says about itself.
struct manifest {
  std::string name;     ///< lowercase words joined by '.', '-' or '_'
  std::string version;  ///< "1.4.2"
  std::string description;
  std::string author;
  execution_mode mode = execution_mode::cooperative;
  std::uint32_t mailbox_capacity = 1024;
  std::uint32_t concurrency = 64;
  std::vector<capability_contract> capabilities;
  std::vector<grant_request> grants;  ///< what it needs beyond computing when it runs in a process of its own
};

/// The manifest as shown by `agents modules --json`.
[[nodiscard]] value to_value(const manifest& m);

/// Checks names, versions and schemas: `bad_input` names the module, the field and the remedy.
[[nodiscard]] expected<void> check(const manifest& m);

}  // namespace agents
