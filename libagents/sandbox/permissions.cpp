// SPDX-License-Identifier: Apache-2.0
#include "libagents/sandbox/permissions.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>

namespace agents::sandbox {
namespace {

namespace fs = std::filesystem;

/// The sandbox has its own of these.
constexpr std::string_view own_places[] = {"/", "/proc", "/dev", "/sys", "/tmp"};

expected<void> check_path(const std::string& kind, const fs::path& p) {
  if (!p.is_absolute())
    return unexpected{errc::bad_input, "`" + kind + "`: " + p.string() + " is no absolute path; begin it with /"};
  const auto real = real_path(p);
  for (const auto place : own_places)
    if (real == place)
      return unexpected{errc::bad_input,
                        "`" + kind + "`: " + p.string() +
                            " cannot be granted, because a sandbox has its own; grant what it needs below"};
  std::error_code ignored;
  if (!fs::exists(real, ignored))
    return unexpected{errc::not_found,
                      "`" + kind + "`: there is no " + p.string() + "; create it, or correct the path"};
  return {};
}

/// What a module can write below, it can replace by a link before its next start.
expected<void> check_nesting(const permissions& p, const std::string& kind, const fs::path& inner) {
  for (const auto& outer : p.write)
    if (real_path(inner) != real_path(outer) && is_within(real_path(inner), real_path(outer)))
      return unexpected{errc::bad_input, "`" + kind + "`: " + inner.string() + " lies within the writable " +
                                             outer.string() +
                                             ", where the module could replace it by a link; take a place beside it"};
  return {};
}

std::vector<fs::path> places_of_others() {
  std::vector<fs::path> out{"/", "/etc", "/home", "/root", "/tmp", "/var", "/run", "/proc", "/dev", "/sys"};
  if (const auto* home = std::getenv("HOME"); home && *home) out.emplace_back(real_path(home));
  return out;
}

}  // namespace

fs::path real_path(const fs::path& p) {
  std::error_code ignored;
  auto real = fs::weakly_canonical(p, ignored);
  return ignored ? p.lexically_normal() : real;
}

bool is_within(const fs::path& path, const fs::path& parent) {
  const auto inner = path.lexically_normal();
  const auto outer = parent.lexically_normal();
  const auto [o, i] = std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end());
  return o == outer.end() || (o->empty() && std::next(o) == outer.end());
}

expected<void> check(const permissions& p) {
  for (const auto& path : p.read) {
    if (auto ok = check_path("read", path); !ok) return ok;
    if (auto ok = check_nesting(p, "read", path); !ok) return ok;
  }
  for (const auto& path : p.write) {
    if (auto ok = check_path("write", path); !ok) return ok;
    if (auto ok = check_nesting(p, "write", path); !ok) return ok;
  }
  const auto& l = p.at_most;
  if (l.tmp_bytes < 4096 || l.open_files < 16)
    return unexpected{errc::bad_input, "`tmp` is at least 4096 bytes, `files` at least 16"};
  if (l.memory_bytes != unlimited && l.memory_bytes < least_memory_bytes)
    return unexpected{errc::bad_input, "`memory` is at least \"4MB\": with less no program begins"};
  return {};
}

expected<void> check_own_folder(const fs::path& folder, const permissions& p) {
  const auto real = real_path(folder);
  for (const auto& place : places_of_others())
    if (is_within(place, real))
      return unexpected{errc::rejected,
                        "its folder " + folder.string() + " contains more than the module, " +
                            (place == real ? "among others what belongs to other users" : "such as " + place.string()) +
                            ", and is not shown in a sandbox; put the module into a folder of its own"};
  return check_nesting(p, "folder", folder);
}

}  // namespace agents::sandbox
