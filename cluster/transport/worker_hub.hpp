// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "cluster/transport/router.hpp"
#include "libagents/core/clock.hpp"
#include "libagents/core/random.hpp"
#include "libagents/wire/worker_link.hpp"

namespace agents {

/// What a worker process is started with, and the node's end of its link.
struct worker_invitation {
  std::string endpoint;  ///< goes into its environment as AGENTS_ENDPOINT
  std::string token;     ///< goes into its environment as AGENTS_TOKEN; a secret of this user
  std::shared_ptr<wire::worker_link> link;
};

/// The links of a node to the worker processes of its own host: one thread, a socket for each worker. A worker that
/// crowds its socket disturbs no other.
///
/// Owner: the node. Callers: any thread. Links may outlive the hub; they are closed then.
class worker_hub {
 public:
  /// Listens in a private folder; `io` when that is not possible. Clock and random must outlive hub and links.
  [[nodiscard]] static expected<std::unique_ptr<worker_hub>> open(const clock& c, random& r);
  worker_hub(const worker_hub&) = delete;
  worker_hub& operator=(const worker_hub&) = delete;
  ~worker_hub();

  /// Expects one worker process. Its hello is reported to `listener` as `introduced`. The number of the session is
  /// drawn by the hub. `io` when no socket can be made. An invitation serves one session: for the next incarnation
  /// there is another one.
  [[nodiscard]] expected<worker_invitation> invite(std::weak_ptr<wire::worker_listener> listener,
                                                   wire::node_session_settings settings = {});

 private:
  class links;
  explicit worker_hub(std::unique_ptr<links> l);

  std::unique_ptr<links> links_;
};

}  // namespace agents
