// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "cluster/keys/key_file.hpp"
#include "cluster/transport/tcp_address.hpp"
#include "cluster/transport/worker_identity_impl.hpp"

namespace agents {
namespace {

/// A name may be anybody's address.
bool is_loopback(const std::string& endpoint) {
  const auto a = parse_tcp_address(endpoint);
  return a && (a->is_loopback() || a->host == "localhost");
}

}  // namespace

bool is_remote(const worker_settings& s) { return s.endpoint.starts_with("tcp://"); }

expected<std::optional<curve_identity>> identity_of(const worker_settings& s) {
  if (!is_remote(s)) return std::optional<curve_identity>{};
  if (s.node_key.empty() && s.key_file.empty()) {
    if (is_loopback(s.endpoint)) return std::optional<curve_identity>{};
    return unexpected{errc::bad_input,
                      s.endpoint +
                          " is another host, and without keys only loopback addresses are taken; set AGENTS_NODE_KEY "
                          "to the node's public key and AGENTS_KEY_FILE to a file made by `agents keys new`"};
  }
  const auto server = public_key::parse(s.node_key);
  if (!server) return unexpected{errc::bad_input, "AGENTS_NODE_KEY: " + server.error().message};
  if (s.key_file.empty())
    return unexpected{
        errc::bad_input,
        "AGENTS_KEY_FILE is not set: the node must know who connects; make a key with `agents keys new NAME`"};
  auto own = read_secret_key(s.key_file);
  if (!own) return own.propagate();
  return std::optional<curve_identity>{{server->text(), own->open.text(), std::move(own->secret)}};
}

}  // namespace agents
