// SPDX-License-Identifier: Apache-2.0
#include "cluster/transport/router.hpp"

#include "cluster/transport/curve_router_impl.hpp"
#include "cluster/transport/stream_router.hpp"

namespace agents {

expected<std::unique_ptr<router>> router::open(const std::filesystem::path& file, router_listener& listener,
                                               const router_options& options) {
  auto r = stream_router::create(listener, options);
  if (!r) return r.propagate();
  if (const auto at = (*r)->open_door(file); !at) return at.propagate();
  return std::unique_ptr<router>{std::move(*r)};
}

expected<std::unique_ptr<router>> router::open(const tcp_options& tcp, router_listener& listener,
                                               const router_options& options) {
  if (tcp.secret_key) return open_curve_router(tcp, listener, options);
  const auto address = parse_tcp_address(tcp.address);
  if (!address) return address.propagate();
  auto r = stream_router::create(listener, options);
  if (!r) return r.propagate();
  if (const auto at = (*r)->open_door(*address); !at) return at.propagate();
  return std::unique_ptr<router>{std::move(*r)};
}

}  // namespace agents
