// SPDX-License-Identifier: Apache-2.0
#include "cluster/config/process_settings.hpp"

#include <charconv>
#include <map>
#include <optional>
#include <string_view>

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

/// "512MB" in bytes.
std::optional<std::int64_t> bytes_of(const std::string& text) {
  std::int64_t number = 0;
  const auto* end = text.data() + text.size();
  const auto [rest, problem] = std::from_chars(text.data(), end, number);
  if (problem != std::errc{} || number < 0 || number > (1LL << 32)) return std::nullopt;
  const std::map<std::string_view, int> units{{"B", 0}, {"kB", 10}, {"MB", 20}, {"GB", 30}};
  const auto unit = units.find(std::string_view{rest, static_cast<std::size_t>(end - rest)});
  return unit == units.end() ? std::nullopt : std::optional{number << unit->second};
}

setter longer_than_zero(duration& out) {
  return [&out](const value& v) -> expected<void> {
    if (auto ok = time_span(out)(v); !ok) return ok;
    if (out <= duration::zero()) return wanted("a time longer than 0");
    return {};
  };
}

/// A size in bytes: a whole number, or a text such as "64MB" (2^20 bytes each), "2GB", "unlimited".
setter size(std::int64_t& out, std::int64_t least, bool may_be_unlimited) {
  return [&out, least, may_be_unlimited](const value& v) -> expected<void> {
    const auto bytes = v.is_integer() ? std::optional{v.as_integer()} : bytes_of(v.is_string() ? v.as_string() : "");
    const bool none = v.is_string() && v.as_string() == "unlimited";
    if (none && may_be_unlimited) return out = sandbox::unlimited, expected<void>{};
    if (none || !bytes || *bytes <= 0)
      return wanted(std::string{"a size like 1048576, \"64kB\", \"512MB\" or \"2GB\""} +
                    (may_be_unlimited ? "; or \"unlimited\"" : ""));
    if (*bytes < least) return wanted("at least " + std::to_string(least) + " bytes");
    out = *bytes;
    return {};
  };
}

setter processors(double& out) {
  return [&out](const value& v) -> expected<void> {
    if (!v.is_number() || !(v.as_number() >= 0) || v.as_number() > 4096 || (v.as_number() > 0 && v.as_number() < 0.01))
      return wanted("a number of processors from 0.01 to 4096, such as 1.5; or 0 for no limit");
    out = v.as_number();
    return {};
  };
}

setter paths(std::vector<std::filesystem::path>& out) {
  return [&out](const value& v) -> expected<void> {
    std::vector<std::string> names;
    if (auto ok = texts(names)(v); !ok) return ok;
    out.assign(names.begin(), names.end());
    return {};
  };
}

setters grant_keys(sandbox::permissions& p) {
  auto& l = p.at_most;
  return {{"network", flag(p.network)},
          {"read", paths(p.read)},
          {"write", paths(p.write)},
          {"memory", size(l.memory_bytes, sandbox::least_memory_bytes, true)},
          {"tmp", size(l.tmp_bytes, 4096, false)},
          {"file_size", size(l.file_bytes, 1, true)},
          {"processes", whole(l.processes, 0, 1'000'000)},
          {"files", whole(l.open_files, 16, 1'000'000)},
          {"cores", processors(l.cores)},
          {"cpu", time_span(l.cpu)},
          {"wall", time_span(l.wall)}};
}

/// [module.NAME.grants] is read when the table is finished, where its place in the file is known.
setter some_table() {
  return [](const value& v) -> expected<void> {
    if (!v.is_object()) return wanted("a table: { network = true, read = [\"/path\"] }");
    return {};
  };
}

expected<void> read_grants(const toml_document& d, const std::string& pointer, const value& table, process_options& p) {
  const auto* grants = table.find("grants");
  if (!grants) return {};
  auto& may = p.command.may;
  if (may.trusted) return d.at(pointer + "/grants", "`grants` has no effect: the module is trusted and has no sandbox");
  if (auto ok = read_table(d, pointer + "/grants", *grants, grant_keys(may)); !ok) return ok;
  const auto here = std::filesystem::absolute(d.file).parent_path();
  for (auto* list : {&may.read, &may.write})
    for (auto& path : *list) path = (here / path).lexically_normal();
  return {};
}

}  // namespace

setters process_keys(process_options& p) {
  return {{"command", command(p.command.arguments)},        {"folder", folder(p.command.folder)},
          {"environment", texts(p.command.environment)},    {"secrets", secrets(p.command.secrets)},
          {"start_limit", longer_than_zero(p.start_limit)}, {"heartbeat", longer_than_zero(p.heartbeat)},
          {"silence", longer_than_zero(p.silence)},         {"hang_grace", longer_than_zero(p.hang_grace)},
          {"trusted", flag(p.command.may.trusted)},         {"grants", some_table()}};
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
  return read_grants(d, pointer, table, p);
}

}  // namespace agents::config
