// SPDX-License-Identifier: Apache-2.0
#include "actors/licence/short_name.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace agents::licence {
namespace {

using row = std::pair<std::string_view, std::string_view>;

/// Names in normal form (lower case, "-" for blanks) and what they mean. SPDX identifiers need no row.
constexpr auto aliases = std::to_array<row>({
    {"afl", "AFL-2.1"},
    {"apache", "Apache-2.0"},
    {"apache-2", "Apache-2.0"},
    {"apache2", "Apache-2.0"},
    {"artistic", "Artistic-1.0-Perl"},
    {"artistic-1", "Artistic-1.0-Perl"},
    {"artistic-2", "Artistic-2.0"},
    {"boost", "BSL-1.0"},
    {"boost-1.0", "BSL-1.0"},
    {"bsd-1-clause-ucb", "BSD-1-Clause"},
    {"bsd-2", "BSD-2-Clause"},
    {"bsd2", "BSD-2-Clause"},
    {"bsd-2-clause-netbsd", "BSD-2-Clause"},
    {"bsd-2-clause-verbatim", "BSD-2-Clause"},
    {"bsd-3", "BSD-3-Clause"},
    {"bsd3", "BSD-3-Clause"},
    {"bsd-3-google", "BSD-3-Clause"},
    {"bsd3-google", "BSD-3-Clause"},
    {"bsd-3-clause-generic", "BSD-3-Clause"},
    {"bsd-3-clause-intel", "BSD-3-Clause"},
    {"bsd-3-clause-pcre", "BSD-3-Clause"},
    {"bsd-3-clause-ucb", "BSD-3-Clause"},
    {"bsd-3-clause-california", "BSD-3-Clause"},
    {"bsd-3-clause-author", "BSD-3-Clause"},
    {"bsd-3-nlnetlabs", "BSD-3-Clause"},
    {"nrl-2-clause", "LicenseRef-NRL-2-clause"},
    {"nrl-3-clause", "LicenseRef-NRL-3-clause"},
    {"bsd-4", "BSD-4-Clause"},
    {"bsd-4-clause-uc", "BSD-4-Clause"},
    {"bsd-4-clause-ucb", "BSD-4-Clause"},
    {"bsd-4-clause-powerdog", "BSD-4-Clause"},
    {"bsd-4-clause-niels-provos", "BSD-4-Clause"},
    {"bsl", "BSL-1.0"},
    {"bzip2", "bzip2-1.0.6"},
    {"cc-by-3.0", "CC-BY"},
    {"cc-by-4.0", "CC-BY"},
    {"cc-by-2.5", "CC-BY"},
    {"cc-by-sa-2.5", "CC-BY-SA"},
    {"cc-by-sa-3.0", "CC-BY-SA"},
    {"cc-by-sa-4.0", "CC-BY-SA"},
    {"cc0", "CC0-1.0"},
    {"cc-zero-waive-1.0-us", "CC0-1.0"},
    {"cddl", "CDDL-1.0"},
    {"cddl-1", "CDDL-1.0"},
    {"edl-1", "BSD-3-Clause"},
    {"edl-1.0", "BSD-3-Clause"},
    {"epl-1", "EPL-1.0"},
    {"expat", "MIT"},
    {"freetype", "FTL"},
    {"fsf-unlimited", "FSFUL"},
    {"mpl-1", "MPL-1.1"},
    {"mpl-2", "MPL-2.0"},
    {"ms-pl", "MS-PL"},
    {"ofl", "OFL-1.1"},
    {"openldap-2.8", "OLDAP-2.8"},
    {"pd", "LicenseRef-public-domain"},
    {"perl", "Artistic-1.0-Perl"},
    {"psf", "PSF-2.0"},
    {"psf-2", "PSF-2.0"},
    {"public-domain", "LicenseRef-public-domain"},
    {"publicdomain", "LicenseRef-public-domain"},
    {"python", "PSF-2.0"},
    {"rsa-md", "RSA-MD"},
    {"sil-1.1", "OFL-1.1"},
    {"tcl", "TCL"},
    {"unicode", "Unicode-DFS-2016"},
    {"unicode-data", "Unicode-DFS-2016"},
    {"unlicense", "Unlicense"},
    {"zlib/libpng", "Zlib"},
});

/// Words in the name of an exception, and its identifier.
constexpr auto exceptions = std::to_array<row>({
    {"autoconf", "Autoconf-exception-2.0"},
    {"acexception", "Autoconf-exception-2.0"},
    {"automake", "Autoconf-exception-2.0"},
    {"bison", "Bison-exception-2.2"},
    {"libtool", "Libtool-exception"},
    {"texinfo", "Texinfo-exception"},
    {"gcc", "GCC-exception-3.1"},
    {"classpath", "Classpath-exception-2.0"},
    {"font", "Font-exception-2.0"},
    {"llvm", "LLVM-exception"},
    {"openssl", "LicenseRef-OpenSSL-exception"},
    {"syscall", "Linux-syscall-note"},
    {"staticlink", "LicenseRef-linking-exception"},
    {"special exception granted by copyright holders", "LicenseRef-linking-exception"},
});

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string to_lower(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

std::string normal_form(std::string_view name) {
  auto out = to_lower(name);
  std::replace(out.begin(), out.end(), ' ', '-');
  std::replace(out.begin(), out.end(), '_', '-');
  return out;
}

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool is_version(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos && text.size() <= 4;
}

/// "2" for "2.0", "2.1" for itself.
std::string_view short_version(std::string_view version) {
  return version.ends_with(".0") ? version.substr(0, version.size() - 2) : version;
}

bool is_gnu_version(std::string_view family, std::string_view version) {
  if (family == "GPL") return version.empty() || version == "1" || version == "2" || version == "3";
  if (family == "LGPL") return version.empty() || version == "2" || version == "2.1" || version == "3";
  if (family == "AGPL") return version.empty() || version == "3";
  return version.empty() || version == "1.1" || version == "1.2" || version == "1.3";
}

/// "gpl-2+", "gplv3", "lgpl-2.1-or-later", "gfdl-niv-1.3+" and so on; empty for other names.
std::string gnu_named(std::string_view name) {
  std::string_view family;
  if (take(name, "lgpl") || take(name, "lpgl"))
    family = "LGPL";
  else if (take(name, "agpl"))
    family = "AGPL";
  else if (take(name, "gpl"))
    family = "GPL";
  else if (take(name, "gfdl"))
    family = "GFDL";
  else
    return {};
  take(name, "-niv");
  take(name, "-");
  take(name, "v");
  bool or_later = false;
  if (name.ends_with("-no-invariant")) name.remove_suffix(13);
  for (const std::string_view mark : {"+", "-or-later"})
    if (name.ends_with(mark)) or_later = true, name.remove_suffix(mark.size());
  if (name.ends_with("-only")) name.remove_suffix(5);
  if (!name.empty() && !is_version(name)) return {};
  const auto version = short_version(name);
  return is_gnu_version(family, version) ? gnu_id(family, version, or_later) : std::string{};
}

std::string exception_named(std::string_view words) {
  const auto name = to_lower(words);
  for (const auto& [part, id] : exceptions)
    if (name.find(part) != std::string::npos) return std::string{id};
  return {};
}

std::string plain_named(std::string_view name) {
  const auto normal = normal_form(name);
  if (auto gnu = gnu_named(normal); !gnu.empty()) return gnu;
  for (const auto& [alias, id] : aliases)
    if (alias == normal) return std::string{id};
  for (const auto& known : known_licences())
    if (normal_form(known.id) == normal) return std::string{known.id};
  return {};
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == ',')) text.remove_suffix(1);
  return text;
}

/// Where the next " and " or " or " stands, outside of "with … exception".
std::pair<std::size_t, std::string_view> next_conjunction(std::string_view text) {
  const auto lowered = to_lower(text);
  const auto both_at = lowered.find(" and ");
  const auto either_at = lowered.find(" or ");
  if (both_at == std::string::npos && either_at == std::string::npos) return {std::string_view::npos, ""};
  return both_at < either_at ? std::pair{both_at, std::string_view{"and"}}
                             : std::pair{either_at, std::string_view{"or"}};
}

}  // namespace

std::string licence_named(std::string_view short_name) {
  short_name = trim(short_name);
  const auto lowered = to_lower(short_name);
  for (const std::string_view with : {" with ", "-with-"}) {
    const auto at = lowered.find(with);
    if (at == std::string::npos) continue;
    auto base = plain_named(short_name.substr(0, at));
    const auto exception = exception_named(short_name.substr(at + with.size()));
    return base.empty() || exception.empty() ? std::string{} : base + " WITH " + exception;
  }
  if (lowered == "apache-2-llvm-exceptions") return "Apache-2.0 WITH LLVM-exception";
  if (lowered.ends_with("-exception")) {
    for (std::size_t dash = lowered.find('-'); dash != std::string::npos; dash = lowered.find('-', dash + 1)) {
      const auto base = plain_named(short_name.substr(0, dash));
      const auto exception = exception_named(short_name.substr(dash + 1));
      if (base.find('-') != std::string::npos && !exception.empty() && lowered[dash - 1] == '+')
        return base + " WITH " + exception;
    }
  }
  return plain_named(short_name);
}

namespace detail {

std::vector<synopsis_part> split_synopsis(std::string_view synopsis) {
  std::vector<synopsis_part> out;
  std::string joined_by;
  while (true) {
    const auto [at, conjunction_word] = next_conjunction(synopsis);
    const auto name = trim(synopsis.substr(0, at));
    if (!name.empty()) out.push_back({std::string{name}, joined_by});
    if (at == std::string_view::npos) return out;
    joined_by = (at > 0 && synopsis[at - 1] == ',' ? ", " : "") + std::string{conjunction_word};
    synopsis.remove_prefix(at + conjunction_word.size() + 2);
  }
}

expression combine(const std::vector<synopsis_part>& parts, const std::vector<expression>& meanings) {
  expression all;      // before the last comma
  expression options;  // alternatives since the last comma
  expression term;     // conjunction since the last "or"
  bool all_joined_by_or = false;
  const auto close_group = [&] {
    options = either(options, term);
    all = all_joined_by_or ? either(all, options) : both(all, options);
    options = {};
    term = {};
  };
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto& joined_by = parts[i].joined_by;
    if (joined_by.starts_with(',')) {
      close_group();
      all_joined_by_or = joined_by == ", or";
    } else if (joined_by == "or") {
      options = either(options, term);
      term = {};
    }
    term = both(term, meanings[i]);
  }
  close_group();
  return all;
}

}  // namespace detail

std::vector<std::string> names_in(std::string_view synopsis) {
  std::vector<std::string> out;
  for (auto& part : detail::split_synopsis(synopsis)) out.push_back(std::move(part.name));
  return out;
}

expression parse_synopsis(std::string_view synopsis) {
  return parse_synopsis(synopsis, [](const std::string& name) {
    auto id = licence_named(name);
    return id.empty() ? expression{} : single(std::move(id));
  });
}

}  // namespace agents::licence
