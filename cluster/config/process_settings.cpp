// SPDX-License-Identifier: Apache-2.0
#include "cluster/config/process_settings.hpp"

namespace agents::config {
namespace {

setter command(std::vector<std::string>& out) {
  return [&out](const value& v) -> expected<void> {
    if (auto ok = texts(out)(v); !ok) return ok;
    if (out.empty() || out.front().empty())
      return wanted("the program and its arguments: [\"python3\", \"module.py\"]");
    return {};
  };
}

setter folder(std::filesystem::path& out) {
  return [&out](const value& v) -> expected<void> {
    if (!v.is_string()) return wanted("a text");
    out = v.as_string();
    return {};
  };
}

setter secrets(std::map<std::string, std::filesystem::path>& out) {
  return [&out](const value& v) -> expected<void> {
    if (!v.is_object()) return wanted("a table of files: { API_KEY = \"/path/to/file\" }");
    for (const auto& m : v.as_object()) {
      if (!m.value.is_string()) return wanted("the name of a file for " + m.name);
      out[m.name] = m.value.as_string();
    }
    return {};
  };
}

setter longer_than_zero(duration& out) {
  return [&out](const value& v) -> expected<void> {
    if (auto ok = time_span(out)(v); !ok) return ok;
    if (out <= duration::zero()) return wanted("a time longer than 0");
    return {};
  };
}

}  // namespace

setters process_keys(process_options& p) {
  return {{"command", command(p.command.arguments)},        {"folder", folder(p.command.folder)},
          {"environment", texts(p.command.environment)},    {"secrets", secrets(p.command.secrets)},
          {"start_limit", longer_than_zero(p.start_limit)}, {"heartbeat", longer_than_zero(p.heartbeat)},
          {"silence", longer_than_zero(p.silence)},         {"hang_grace", longer_than_zero(p.hang_grace)}};
}

expected<void> finish_process(const toml_document& d, const std::string& pointer, const value& table,
                              process_options& p) {
  if (p.command.arguments.empty()) {
    for (const auto& [key, set] : process_keys(p))
      if (table.find(key)) return d.at(pointer + "/" + key, "`" + key + "` has no effect without `command`");
    return {};
  }
  if (p.silence <= p.heartbeat) return d.at(pointer, "`silence` must be longer than `heartbeat`");
  const auto here = std::filesystem::absolute(d.file).parent_path();
  p.command.folder = (here / p.command.folder).lexically_normal();
  for (auto& [variable, file] : p.command.secrets) file = (here / file).lexically_normal();
  return {};
}

}  // namespace agents::config
