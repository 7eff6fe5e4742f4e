// SPDX-License-Identifier: Apache-2.0
#include "cluster/config/listen_settings.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "cluster/transport/tcp_address.hpp"

namespace agents::config {
namespace {

/// Those keys of a process that a worker on another host has too.
constexpr std::array<std::string_view, 3> session_keys{"heartbeat", "silence", "hang_grace"};

setter keys_folder(listen_settings& out) {
  return [&out](const value& v) -> expected<void> {
    if (!v.is_string() || v.as_string().empty()) return wanted("a folder with keys, or \"none\"");
    out.encrypted = v.as_string() != "none";
    if (out.encrypted) out.keys = v.as_string();
    return {};
  };
}

}  // namespace

expected<listen_settings> read_listen(const toml_document& d, const std::string& pointer, const value& table) {
  listen_settings s;
  if (auto ok =
          read_table(d, pointer, table, {{"address", text(s.address)}, {"keys", keys_folder(s)}, {"key", text(s.key)}});
      !ok)
    return ok.propagate();
  const auto address = parse_tcp_address(s.address);
  if (!address) return d.at(pointer + "/address", "`address`: " + address.error().message);
  if (!s.encrypted && table.find("key")) return d.at(pointer + "/key", "`key` has no effect with keys = \"none\"");
  if (!s.encrypted && !address->is_loopback())
    return d.at(pointer + "/keys",
                "`keys`: without keys a node listens on a loopback address only (tcp://127.0.0.1:PORT), and " +
                    s.address + " is none; leave out keys = \"none\" and make a key: agents keys new node");
  if (!s.keys.empty()) s.keys = (std::filesystem::absolute(d.file).parent_path() / s.keys).lexically_normal();
  return s;
}

expected<void> check_remote(const toml_document& d, const std::string& pointer, const value& table,
                            const process_options& p, const setters& process_keys) {
  for (const auto& [key, set] : process_keys) {
    if (!table.find(key) || std::find(session_keys.begin(), session_keys.end(), key) != session_keys.end()) continue;
    return d.at(pointer + "/" + key, "`" + key + "` has no effect with `remote`: others start its processes");
  }
  if (p.silence <= p.heartbeat) return d.at(pointer, "`silence` must be longer than `heartbeat`");
  return {};
}

}  // namespace agents::config
