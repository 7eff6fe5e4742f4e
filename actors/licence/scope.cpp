// SPDX-License-Identifier: Apache-2.0
#include "actors/licence/scope.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "actors/licence/phrase.hpp"
#include "actors/licence/words.hpp"

namespace agents::licence {
namespace {

constexpr std::size_t near_words = 24;  ///< words directly before a grant that say what it is about

constexpr std::size_t heading_words = 18;  ///< words at the beginning of a section that say what it is about

struct path_rule {
  std::string_view part;  ///< a whole component of the path, in lower case; "*.x" is an ending of the last one
  std::string_view scope;
};

constexpr auto path_rules = std::to_array<path_rule>({
    {"debian", scope::packaging},
    {".github", scope::build},
    {"test", scope::tests},
    {"tests", scope::tests},
    {"t", scope::tests},
    {"testing", scope::tests},
    {"testsuite", scope::tests},
    {"testdata", scope::tests},
    {"unittest", scope::tests},
    {"fuzz", scope::tests},
    {"fuzzing", scope::tests},
    {"fuzzers", scope::tests},
    {"bench", scope::tests},
    {"benchmark", scope::tests},
    {"benchmarks", scope::tests},
    {"example", scope::tests},
    {"examples", scope::tests},
    {"demo", scope::tests},
    {"demos", scope::tests},
    {"samples", scope::tests},
    {"sample", scope::tests},
    {"doc", scope::documentation},
    {"docs", scope::documentation},
    {"man", scope::documentation},
    {"manual", scope::documentation},
    {"documentation", scope::documentation},
    {"*.1", scope::documentation},
    {"*.3", scope::documentation},
    {"*.5", scope::documentation},
    {"*.8", scope::documentation},
    {"*.texi", scope::documentation},
    {"*.texinfo", scope::documentation},
    {"*.html", scope::documentation},
    {"*.md", scope::documentation},
    {"*.pod", scope::documentation},
    {"*.rst", scope::documentation},
    {"readme", scope::documentation},
    {"readme*", scope::documentation},
    {"m4", scope::build},
    {"*.m4", scope::build},
    {"build-aux", scope::build},
    {"build", scope::build},
    {"cmake", scope::build},
    {"*.cmake", scope::build},
    {"configure", scope::build},
    {"configure*", scope::build},
    {"configure.ac", scope::build},
    {"aclocal.m4", scope::build},
    {"config.guess", scope::build},
    {"config.sub", scope::build},
    {"install-sh", scope::build},
    {"ltmain.sh", scope::build},
    {"libtool", scope::build},
    {"depcomp", scope::build},
    {"missing", scope::build},
    {"compile", scope::build},
    {"ar-lib", scope::build},
    {"test-driver", scope::build},
    {"mkinstalldirs", scope::build},
    {"config.rpath", scope::build},
    {"makefile.in", scope::build},
    {"makefile", scope::build},
    {"makefile.am", scope::build},
    {"*.mk", scope::build},
    {"install", scope::build},
    {"config", scope::build},
    {"py-compile", scope::build},
    {"ylwrap", scope::build},
    {"shtool", scope::build},
    {"waf", scope::build},
    {"wscript", scope::build},
    {"autogen.sh", scope::build},
    {"ltmain*", scope::build},
    {"texinfo.tex", scope::documentation},
    {"*.yml", scope::build},
    {"gtk-doc.make", scope::build},
    {"*.spec.in", scope::build},
    {"*.sh", scope::build},
    {"*.pl", scope::build},
    {"*.py", scope::build},
    {"*.awk", scope::build},
    {"*.el", scope::build},
    {"libtool-*", scope::build},
    {"doxyfile*", scope::build},
    {"copying*", scope::documentation},
    {"news", scope::documentation},
    {"packagers", scope::documentation},
    {"authors", scope::documentation},
    {"changelog*", scope::documentation},
    {"thanks", scope::documentation},
    {"todo", scope::documentation},
    {"woe32dll", scope::elsewhere},
    {"tools", scope::programs},
    {"programs", scope::programs},
    {"utils", scope::programs},
    {"bin", scope::programs},
    {"cli", scope::programs},
    {"apps", scope::programs},
    {"win32", scope::elsewhere},
    {"windows", scope::elsewhere},
    {"vms", scope::elsewhere},
    {"android", scope::elsewhere},
    {"amiga", scope::elsewhere},
    {"os400", scope::elsewhere},
    {"macosx", scope::elsewhere},
    {"msdos", scope::elsewhere},
    {"java", scope::elsewhere},
});

std::string lower(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

bool fits(std::string_view rule, std::string_view component, bool last) {
  if (rule.starts_with('*')) return last && component.size() > rule.size() && component.ends_with(rule.substr(1));
  if (rule.ends_with('*')) return last && component.starts_with(rule.substr(0, rule.size() - 1));
  return component == rule;
}

std::vector<std::string> components_of(std::string_view path) {
  std::vector<std::string> out{""};
  for (const char c : lower(path)) {
    if (c == '/')
      out.emplace_back();
    else
      out.back() += c;
  }
  std::erase_if(out, [](const std::string& s) { return s.empty() || s == "."; });
  return out;
}

std::string_view scope_of_path(const std::vector<std::string>& components) {
  for (std::size_t i = 0; i < components.size(); ++i)
    for (const auto& rule : path_rules)
      if (fits(rule.part, components[i], i + 1 == components.size())) return rule.scope;
  return scope::part;
}

bool names_library(const std::vector<std::string>& components, const std::vector<std::string>& names) {
  if (components.empty()) return false;
  const auto stem = components.front().substr(0, components.front().find_first_of(".*"));
  return std::any_of(names.begin(), names.end(), [&](const std::string& n) { return stem == n || "lib" + stem == n; });
}

/// "lib/…", "libfoo/…", "src/lib…": in a package of a library that is where its code is.
bool is_library_folder(const std::vector<std::string>& components) {
  if (components.size() < 2) return false;
  return components[0].starts_with("lib") || (components[0] == "src" && components[1].starts_with("lib"));
}

std::string_view scope_of_pattern(const std::string& pattern, const std::vector<std::string>& names) {
  if (pattern == "*" || pattern == "./*") return scope::main;
  if (pattern == "*.c" || pattern == "*.h" || pattern == "*.cc" || pattern == "*.cpp") return scope::library;
  const auto components = components_of(pattern);
  const auto by_path = scope_of_path(components);
  if (by_path != scope::part) return by_path;
  if (names_library(components, names)) return scope::named;
  return is_library_folder(components) ? scope::library : scope::part;
}

/// What a document says in the words before a grant.
struct context_rule {
  phrase words;
  std::string_view scope;
};

const std::vector<context_rule>& context_rules() {
  static const std::vector<context_rule> rules = [] {
    std::vector<context_rule> out;
    const auto add = [&](std::string_view pattern, std::string_view scope) { out.push_back({phrase{pattern}, scope}); };
    add("debian packaging|package|specific|directory", scope::packaging);
    add("packaging is|files|scripts|copyright", scope::packaging);
    add("packaged|maintained for|by debian", scope::packaging);
    add("documentation|manual|manpages|manpage", scope::documentation);
    add("documentation component|components", scope::documentation);
    add("test suite", scope::tests);
    add("tests|testsuite|examples", scope::tests);
    add("command line tools|tool|utilities|programs", scope::programs);
    add("utilities|applications|programs|executables|utility", scope::programs);
    add("build system|scripts", scope::build);
    add("autoconf|configure|config.guess|config.sub|aclocal", scope::build);
    return out;
  }();
  return rules;
}

bool mentions(std::span<const word> words, const std::vector<std::string>& names) {
  return std::any_of(names.begin(), names.end(), [&](const std::string& n) {
    const auto key = key_of(n);
    return std::any_of(words.begin(), words.end(), [&](const word& w) { return w.key == key; });
  });
}

template <class T>
std::span<const T> last_of(const std::vector<T>& all, std::size_t count) {
  return std::span<const T>{all}.subspan(all.size() > count ? all.size() - count : 0);
}

}  // namespace

bool is_about_library(std::string_view s) { return s == scope::main || s == scope::named || s == scope::library; }
bool may_be_shipped(std::string_view s) { return is_about_library(s) || s == scope::part; }

std::vector<std::string> library_names(std::string_view package) {
  auto name = lower(package);
  std::vector<std::string> out;
  while (!name.empty() &&
         (std::isdigit(static_cast<unsigned char>(name.back())) || name.back() == '.' || name.back() == '-')) {
    name.pop_back();
    if (name.size() < 3) break;
    if (name.back() != '.' && name.back() != '-') out.push_back(name);
  }
  out.push_back(lower(package));
  if (!name.empty()) out.push_back(name);
  if (const auto dash = name.rfind('-'); dash != std::string::npos && dash + 2 >= name.size())
    out.push_back(name.substr(0, dash));
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::string_view scope_of_files(const std::vector<std::string>& patterns, std::string_view package) {
  const auto names = library_names(package);
  std::set<std::string_view> scopes;
  for (const auto& pattern : patterns) scopes.insert(scope_of_pattern(pattern, names));
  if (scopes.contains(scope::main)) return scope::main;
  if (scopes.contains(scope::named)) return scope::named;
  if (scopes.contains(scope::library)) return scope::library;
  return scopes.size() == 1 || !scopes.contains(scope::part) ? *scopes.begin() : scope::part;
}

std::vector<std::string> shippable_files(const std::vector<std::string>& patterns, std::string_view package) {
  const auto names = library_names(package);
  std::vector<std::string> out;
  for (const auto& pattern : patterns)
    if (may_be_shipped(scope_of_pattern(pattern, names))) out.push_back(pattern);
  return out.empty() ? patterns : out;
}

/// The last line that ends with a colon: what it announces reaches to the grant.
std::string_view last_heading(std::string_view before) {
  for (auto end = before.size(); end > 0;) {
    const auto begin = before.rfind('\n', end - 1);
    const auto from = begin == std::string_view::npos ? 0 : begin + 1;
    const auto line = before.substr(from, end - from);
    const auto last = line.find_last_not_of(" \t\r\n");
    if (last != std::string_view::npos && line[last] == ':') return line;
    end = from == 0 ? 0 : from - 1;
  }
  return {};
}

std::string_view scope_of_context(std::string_view before, std::string_view after, std::string_view package) {
  const auto words_before = split_words(before);
  const auto words_after = split_words(after);
  const auto near = last_of(words_before, near_words);
  const auto heading = std::span<const word>{words_before}.first(std::min(words_before.size(), heading_words));
  const auto announced = split_words(last_heading(before));
  for (const auto& rule : context_rules())
    if (find_first(rule.words, near) || find_first(rule.words, heading) || find_first(rule.words, announced))
      return rule.scope;
  const auto names = library_names(package);
  const auto behind = std::span<const word>{words_after}.first(std::min<std::size_t>(words_after.size(), 60));
  return mentions(near, names) || mentions(heading, names) || mentions(behind, names) ? scope::named : scope::part;
}

}  // namespace agents::licence
