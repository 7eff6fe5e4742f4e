// SPDX-License-Identifier: Apache-2.0
#include "libagents/sandbox/shown_places.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace agents::sandbox {
namespace {

namespace fs = std::filesystem;

/// A path of the image with the key that names it, and where it leads to now.
struct shown {
  std::string key;
  fs::path named;
  fs::path real;

  [[nodiscard]] bool contains(const place_of_others& p) const { return is_within(real_path(p.where), real); }
  [[nodiscard]] bool lies_in(const place_of_others& p) const { return is_within(real, real_path(p.where)); }
  [[nodiscard]] bool is(const place_of_others& p) const { return real == real_path(p.where); }
};

shown look_at(std::string key, const fs::path& named) { return {std::move(key), named, real_path(named)}; }

std::vector<shown> grants_of(const permissions& may) {
  std::vector<shown> out;
  for (const auto& path : may.read) out.push_back(look_at("read", path));
  for (const auto& path : may.write) out.push_back(look_at("write", path));
  return out;
}

unexpected refuse(const shown& s, const std::string& why) {
  return {errc::rejected, "`" + s.key + "`: " + s.named.string() + " " + why};
}

std::string name_of(const place_of_others& p) { return p.what + " (" + p.where.string() + ")"; }

expected<void> check_link(const shown& s, const surroundings& around) {
  const auto before = around.led_to.find(s.named);
  if (before == around.led_to.end() || before->second == s.real) return {};
  return refuse(s, "led to " + before->second.string() + " when the configuration was read, and leads to " +
                       s.real.string() +
                       " now; undo that, or let the configuration be read anew: restart the node, or " +
                       "`agents upgrade` the module");
}

expected<void> check_grant(const shown& s, const surroundings& around) {
  for (const auto& p : around.node_folders) {
    if (s.contains(p))
      return refuse(s, "contains " + name_of(p) +
                           ", which no module may have; grant what it needs below, or put that "
                           "elsewhere");
    if (s.lies_in(p))
      return refuse(s, "lies in " + name_of(p) + ", of which no module may have anything; put it elsewhere");
  }
  for (const auto& p : around.secrets)
    if (s.contains(p))
      return refuse(s, "contains " + name_of(p) + "; grant what it needs below, or put the secret elsewhere");
  if (s.key == "write")
    for (const auto& p : around.own_secrets)
      if (s.contains(p))
        return refuse(s, "contains " + name_of(p) +
                             ", which the node reads at each start, and the module could replace by a link; put the "
                             "secret elsewhere");
  for (const auto& p : around.writable)
    if (s.lies_in(p) && !s.is(p))
      return refuse(s,
                    "lies within " + name_of(p) +
                        ", where that module could replace it by a link; grant the whole of it, or a place beside it");
  return {};
}

/// The folder is shown read-only: what of the node's lies in it is covered.
expected<void> check_folder(const shown& s, const surroundings& around) {
  for (const auto& p : around.node_folders)
    if (s.lies_in(p))
      return refuse(s, "lies in " + name_of(p) + ", of which no module may have anything; put it elsewhere");
  for (const auto& p : around.secrets)
    if (s.contains(p))
      return refuse(s, "contains " + name_of(p) +
                           "; put the module into a folder of its own (`folder`), or the secret elsewhere");
  return {};
}

/// What it runs must be what the operator meant.
expected<void> check_code(const shown& s, const surroundings& around) {
  for (const auto& p : around.writable)
    if (s.lies_in(p))
      return refuse(s, "lies within " + name_of(p) + ", where that module could replace it; put it elsewhere");
  return {};
}

expected<void> check_program(const shown& s, const surroundings& around) {
  for (const auto& p : around.node_folders)
    if (s.lies_in(p))
      return refuse(s, "lies in " + name_of(p) + ", of which no module may have anything; put it elsewhere");
  return check_code(s, around);
}

expected<void> check_system(const system_view& view, const surroundings& around) {
  for (const auto& folder : view.folders)
    for (const auto& p : around.secrets)
      if (is_within(real_path(p.where), folder))
        return unexpected{errc::rejected,
                          name_of(p) + " lies in " + folder + ", which every sandbox shows; put the secret elsewhere"};
  return {};
}

/// Without those that lie in another: they are covered with it.
std::vector<fs::path> outermost(std::vector<fs::path> folders) {
  std::sort(folders.begin(), folders.end());
  std::vector<fs::path> out;
  for (auto& f : folders)
    if (std::none_of(out.begin(), out.end(), [&](const auto& outer) { return is_within(f, outer); }))
      out.push_back(std::move(f));
  return out;
}

}  // namespace

expected<void> check_shown_places(const process_image& image, const system_view& view) {
  const auto& may = image.confined->may;
  const auto& around = may.around;
  for (const auto& grant : grants_of(may)) {
    if (auto ok = check_link(grant, around); !ok) return ok;
    if (auto ok = check_grant(grant, around); !ok) return ok;
  }
  if (!image.folder.empty()) {
    const auto folder = look_at("folder", image.folder);
    if (auto ok = check_link(folder, around); !ok) return ok;
    if (auto ok = check_folder(folder, around); !ok) return ok;
    if (auto ok = check_code(folder, around); !ok) return ok;
  }
  if (auto ok = check_program(look_at("command", image.program), around); !ok) return ok;
  return check_system(view, around);
}

std::vector<fs::path> covered_folders(const process_image& image, const system_view& view) {
  std::vector<fs::path> places{view.folders.begin(), view.folders.end()};
  if (!image.folder.empty()) places.emplace_back(image.folder);
  std::vector<fs::path> out;
  std::error_code ignored;
  for (const auto& p : image.confined->may.around.node_folders)
    for (const auto& place : places) {
      const auto inner = real_path(p.where);
      const auto outer = real_path(place);
      if (is_within(inner, outer) && inner != outer && fs::is_directory(inner, ignored))
        out.push_back(place / inner.lexically_relative(outer));
    }
  return outermost(std::move(out));
}

}  // namespace agents::sandbox
