// SPDX-License-Identifier: Apache-2.0
#include "cluster/config/surrounding_settings.hpp"

#include <string>
#include <utility>

#include "libagents/home/home_folder.hpp"

namespace agents::config {
namespace {

using sandbox::place_of_others;

bool is_sandboxed(const module_settings& m) { return m.is_process() && !m.process.command.may.trusted; }

/// Without a home there is nothing in it.
std::vector<place_of_others> node_folders(const node_settings& s) {
  std::vector<place_of_others> out;
  if (const auto home = home_folder()) out.push_back({*home, "the data of the node, AGENTS_HOME"});
  if (!s.listen.keys.empty()) out.push_back({s.listen.keys, "the keys of the node"});
  return out;
}

void add_secrets(const module_settings& m, const std::string& whose, std::vector<place_of_others>& out) {
  for (const auto& [variable, file] : m.process.command.secrets)
    out.push_back({file, "the secret " + variable + " of " + whose});
}

sandbox::surroundings surroundings_of(const module_settings& m, const node_settings& s) {
  sandbox::surroundings out;
  out.node_folders = node_folders(s);
  add_secrets(m, "this module", out.own_secrets);
  for (const auto& other : s.supervision.modules) {
    if (other.name == m.name || !other.is_process()) continue;
    add_secrets(other, "module `" + other.name + "`", out.secrets);
    if (is_sandboxed(other))
      for (const auto& path : other.process.command.may.write)
        out.writable.push_back({path, "what module `" + other.name + "` may write"});
  }
  const auto& command = m.process.command;
  out.led_to.emplace(command.folder, sandbox::real_path(command.folder));
  for (const auto* list : {&command.may.read, &command.may.write})
    for (const auto& path : *list) out.led_to.emplace(path, sandbox::real_path(path));
  return out;
}

}  // namespace

void note_surroundings(node_settings& s) {
  for (auto& m : s.supervision.modules) {
    if (!is_sandboxed(m)) continue;
    auto around = surroundings_of(m, s);
    m.process.command.may.around = std::move(around);
  }
}

}  // namespace agents::config
