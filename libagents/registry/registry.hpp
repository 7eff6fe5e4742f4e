// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "libagents/contract/manifest.hpp"
#include "libagents/contract/schema.hpp"
#include "libagents/contract/version.hpp"
#include "libagents/core/expected.hpp"
#include "libagents/registry/circuit_breaker.hpp"
#include "libagents/registry/reliability.hpp"

namespace agents {

/// What the router sees of a replica. The runtime derives from it and keeps the counters true.
///
/// Callers: any thread; the counters are estimates that may be a few requests old.
class replica_handle {
 public:
  virtual ~replica_handle() = default;

  std::atomic<std::uint32_t> waiting{0};    ///< requests in the mailbox
  std::atomic<std::uint32_t> in_flight{0};  ///< requests being handled
  std::atomic<bool> up{true};               ///< false while it is down, quarantined or draining
  std::uint32_t capacity = 1024;            ///< of the mailbox
};

/// How much of a module's traffic one of its versions gets while another one is eligible as well, and how it fares.
///
/// Callers: any thread.
struct version_traffic {
  std::atomic<double> share{1};  ///< weight among the versions; 0: only when no other one is eligible
  std::atomic<std::uint64_t> good{0};
  std::atomic<std::uint64_t> failed{0};  ///< by the judgement of the circuit breaker, and refused by verifiers
};

/// One capability of one module version, as registered: the contract compiled, the quality measured, the replicas
/// alive. Immutable but for the counters.
struct offer {
  std::shared_ptr<const agents::manifest> from;
  const capability_contract* contract = nullptr;  ///< inside `from`
  std::size_t number = 0;                         ///< position in the manifest
  capability_id id;
  schema input;
  schema output;
  std::shared_ptr<agents::reliability> quality;
  std::vector<std::shared_ptr<replica_handle>> replicas;
  std::shared_ptr<circuit_breaker> circuit = std::make_shared<circuit_breaker>();
  std::shared_ptr<version_traffic> traffic = std::make_shared<version_traffic>();  ///< of all its capabilities
};

using shared_offer = std::shared_ptr<const offer>;
using offers = std::shared_ptr<const std::vector<shared_offer>>;

/// Who offers what, in which version, how well.
///
/// Callers: any thread; `resolve` takes a shared lock and no allocation once a reference has been seen.
/// View: this node.
class registry {
 public:
  /// Registers all capabilities of a module version. `bad_input` when the manifest is wrong, `conflict` when this
  /// version is already registered. `share`: see `version_traffic`.
  expected<void> add(std::shared_ptr<const manifest> m, const std::vector<std::shared_ptr<replica_handle>>& replicas,
                     const circuit_options& circuit = {}, double share = 1);
  void remove(std::string_view module, std::string_view version);

  /// The offers that satisfy a reference like "text.retrieve@1", in order of registration; empty when there are none.
  /// `bad_input` when the reference itself is malformed.
  [[nodiscard]] expected<offers> resolve(std::string_view reference) const;

  /// Everything, in order of registration.
  [[nodiscard]] std::vector<shared_offer> all() const;
  /// All capabilities of one version of a module.
  [[nodiscard]] std::vector<shared_offer> of(std::string_view module, std::string_view version) const;
  /// What a version of a module offers for a reference, or null. Without a version: the first that is registered.
  [[nodiscard]] shared_offer find(std::string_view module, std::string_view version, std::string_view reference) const;

 private:
  mutable std::shared_mutex mutex_;
  std::vector<shared_offer> offers_;
  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };
  /// Cache, emptied by every change.
  mutable std::unordered_map<std::string, offers, text_hash, std::equal_to<>> resolved_;
};

/// The registry as a value: what planners get to choose from. `reliability` and `latency_seconds` are measured, the
/// rest declared.
[[nodiscard]] value catalog(const registry& r);

}  // namespace agents
