// SPDX-License-Identifier: Apache-2.0
#include "actors/licence/collect.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

namespace agents::licence {
namespace {

constexpr auto doc_root = "/usr/share/doc/";

std::vector<std::string> split_names(const std::string& text) {
  std::vector<std::string> out{""};
  for (const char c : text) {
    if (c == ',' || std::isspace(static_cast<unsigned char>(c)))
      out.emplace_back();
    else
      out.back() += c;
  }
  std::erase(out, "");
  return out;
}

expected<std::vector<std::string>> names_of(const value& packages) {
  if (packages.is_null()) return std::vector<std::string>{};
  if (packages.is_string()) return split_names(packages.as_string());
  if (!packages.is_array()) return unexpected{errc::bad_input, "packages must be a list of names or a string of names"};
  std::vector<std::string> out;
  for (const auto& name : packages.as_array()) {
    if (!name.is_string()) return unexpected{errc::bad_input, "packages must be a list of names"};
    out.push_back(name.as_string());
  }
  return out;
}

/// Names that dpkg-query would read as patterns or options are not names of packages.
bool is_package_name(const std::string& name) {
  const auto ok = [](unsigned char c) {
    return std::islower(c) || std::isdigit(c) || c == '+' || c == '-' || c == '.';
  };
  return name.size() >= 2 && std::isalnum(static_cast<unsigned char>(name.front())) &&
         std::all_of(name.begin(), name.end(), ok);
}

void add_package(const machine& m, const std::string& name, const std::string& version, collection& to) {
  const auto path = m.resolve(doc_root + name + "/copyright");
  if (path)
    to.packages.push_back({name, version, {*path}});
  else
    to.undecided.push_back({name, "the package has no " + (doc_root + name) + "/copyright", {}});
}

expected<collection> collect_packages(const machine& m, const std::vector<std::string>& names, collection out) {
  for (const auto& name : names)
    if (!is_package_name(name)) return unexpected{errc::bad_input, "\"" + name + "\" is no name of a Debian package"};
  const auto versions = m.versions(names);
  if (!versions) return versions.propagate();
  std::map<std::string, std::string> known;
  for (const auto& v : *versions) known.emplace(v.name, v.version);
  for (const auto& name : names) {
    const auto version = known.find(name);
    if (version == known.end())
      out.undecided.push_back(
          {name, "no package of this name is installed; install it, or review its documents as a folder", {}});
    else
      add_package(m, name, version->second, out);
  }
  return out;
}

/// "/lib/x" and "/usr/lib/x" are the same file where /lib is a link; dpkg knows only one of the names.
std::vector<std::string> names_of_file(const machine& m, const std::string& path) {
  std::set<std::string> out{path};
  if (const auto real = m.resolve(path)) out.insert(*real);
  for (const auto& name : std::set<std::string>{out}) {
    if (name.starts_with("/usr/lib")) out.insert(name.substr(4));
    if (name.starts_with("/lib")) out.insert("/usr" + name);
  }
  return {out.begin(), out.end()};
}

expected<collection> collect_program(const machine& m, const std::string& program) {
  const auto libraries = m.linked_libraries(program);
  if (!libraries) return libraries.propagate();
  std::vector<std::string> paths;
  for (const auto& library : *libraries)
    for (auto& name : names_of_file(m, library)) paths.push_back(std::move(name));
  const auto owners = m.owners(paths);
  if (!owners) return owners.propagate();
  std::map<std::string, std::string> owner_of;
  for (const auto& o : *owners) owner_of.emplace(o.path, o.package);

  collection out{"the shared libraries of " + program, {}, {}};
  std::set<std::string> names;
  for (const auto& library : *libraries) {
    const auto aliases = names_of_file(m, library);
    const auto owned =
        std::find_if(aliases.begin(), aliases.end(), [&](const auto& a) { return owner_of.contains(a); });
    if (owned != aliases.end())
      names.insert(owner_of[*owned]);
    else
      out.undecided.push_back({library, "no installed package owns this library, so its terms are not known", {}});
  }
  return collect_packages(m, {names.begin(), names.end()}, std::move(out));
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

bool is_legal_name(const std::string& file) {
  const auto name = lower(file);
  for (const auto* part : {"copyright", "license", "licence", "copying", "notice", "unlicense"})
    if (name.find(part) != std::string::npos) return true;
  return false;
}

/// Where a document in a folder belongs: its subfolder, or itself.
struct placed_document {
  std::string group;
  std::string file;
  std::string path;
};

placed_document place(const std::string& folder, const std::string& path) {
  const auto rest = path.substr(folder.size() + 1);
  const auto slash = rest.find('/');
  return slash == std::string::npos ? placed_document{rest, rest, path}
                                    : placed_document{rest.substr(0, slash), rest.substr(slash + 1), path};
}

/// Of a group the legal documents; when there is none by name, everything.
std::vector<std::string> documents_of(const std::vector<placed_document>& group) {
  std::vector<std::string> legal;
  std::vector<std::string> all;
  for (const auto& d : group) {
    all.push_back(d.path);
    if (is_legal_name(d.file)) legal.push_back(d.path);
  }
  return legal.empty() ? all : legal;
}

bool is_text(const machine& m, const std::string& path) {
  const auto bytes = m.read(path);
  return bytes && bytes->find('\0') == std::string::npos;
}

expected<collection> collect_folder(const machine& m, const std::string& folder) {
  const auto real = m.resolve(folder);
  if (!real) return real.propagate();
  const auto files = m.files(*real, 2);
  if (!files) return files.propagate();
  std::map<std::string, std::vector<placed_document>> groups;
  for (const auto& path : *files) {
    auto document = place(*real, path);
    groups[document.group].push_back(std::move(document));
  }
  collection out{"the documents in " + *real, {}, {}};
  for (const auto& [name, group] : groups) {
    auto documents = documents_of(group);
    std::erase_if(documents, [&](const auto& path) { return !is_text(m, path); });
    if (documents.empty())
      out.undecided.push_back({name, "no readable text document below 8 MiB", {}});
    else
      out.packages.push_back({name, "", std::move(documents)});
  }
  if (out.packages.empty()) return unexpected{errc::not_found, "no licence document in " + *real};
  return out;
}

expected<collection> collect_any(const machine& m, const collect_request& request) {
  if (!request.folder.empty()) return collect_folder(m, request.folder);
  const auto names = names_of(request.packages);
  if (!names) return names.propagate();
  if (!names->empty()) return collect_packages(m, *names, {"the packages that were named", {}, {}});
  if (!request.program.empty()) return collect_program(m, request.program);
  const auto own = m.own_program();
  if (!own) return own.propagate();
  return collect_program(m, *own);
}

}  // namespace

expected<collection> collect(const machine& m, const collect_request& request) {
  auto out = collect_any(m, request);
  if (!out) return out;
  const auto limit = static_cast<std::size_t>(std::max<std::int64_t>(1, request.max_packages));
  for (auto i = limit; i < out->packages.size(); ++i)
    out->undecided.push_back(
        {out->packages[i].name, "left out: more than max_packages (" + std::to_string(limit) + ")", {}});
  if (out->packages.size() > limit) out->packages.resize(limit);
  return out;
}

}  // namespace agents::licence
