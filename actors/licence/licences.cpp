// SPDX-License-Identifier: Apache-2.0
#include "actors/licence/licences.hpp"

#include <algorithm>
#include <array>

namespace agents::licence {
namespace {

using enum burden;

constexpr auto table = std::to_array<licence_info>({
    {"0BSD", "0BSD", permissive, ""},
    {"AFL-2.0", "AFL", permissive, ""},
    {"AFL-2.1", "AFL", permissive, ""},
    {"AGPL-3.0", "AGPL", network_copyleft, ""},
    {"Apache-1.0", "Apache-1", advertising, ""},
    {"Apache-1.1", "Apache-1", permissive, ""},
    {"Apache-2.0", "Apache-2.0", permissive, "Apache-2.0"},
    {"Artistic-1.0", "Artistic", file_copyleft, "Artistic"},
    {"Artistic-1.0-Perl", "Artistic", file_copyleft, "Artistic"},
    {"Artistic-2.0", "Artistic", file_copyleft, ""},
    {"BSD-1-Clause", "BSD-1-Clause", permissive, ""},
    {"BSD-2-Clause", "BSD-2-Clause", permissive, ""},
    {"BSD-3-Clause", "BSD-3-Clause", permissive, "BSD"},
    {"BSD-4-Clause", "BSD-4-Clause", advertising, ""},
    {"BSD-3-Clause-Attribution", "BSD-3-Clause-Attribution", advertising, ""},
    {"BSD-4.3RENO", "BSD-4.3", advertising, ""},
    {"BSD-4.3TAHOE", "BSD-4.3", advertising, ""},
    {"BSL-1.0", "BSL-1.0", permissive, ""},
    {"Beerware", "Beerware", permissive, ""},
    {"Bitstream-Vera", "Bitstream-Vera", permissive, ""},
    {"CC-BY", "CC-BY", permissive, ""},
    {"CC-BY-SA", "CC-BY-SA", document_copyleft, ""},
    {"CC0-1.0", "CC0-1.0", none, "CC0-1.0"},
    {"CDDL-1.0", "CDDL", file_copyleft, ""},
    {"EPL-1.0", "EPL", file_copyleft, ""},
    {"EPL-2.0", "EPL", file_copyleft, ""},
    {"FSFAP", "FSF-permissive", permissive, ""},
    {"FSFUL", "FSF-permissive", permissive, ""},
    {"FSFULLR", "FSF-permissive", permissive, ""},
    {"FTL", "FTL", advertising, ""},
    {"GFDL-1.1", "GFDL", document_copyleft, ""},
    {"GFDL-1.2", "GFDL", document_copyleft, "GFDL-1.2"},
    {"GFDL-1.3", "GFDL", document_copyleft, "GFDL-1.3"},
    {"GPL-1.0", "GPL", strong_copyleft, "GPL-1"},
    {"GPL-2.0", "GPL", strong_copyleft, "GPL-2"},
    {"GPL-3.0", "GPL", strong_copyleft, "GPL-3"},
    {"HPND", "HPND", permissive, ""},
    {"ICU", "ICU", permissive, ""},
    {"IJG", "IJG", advertising, ""},
    {"ISC", "ISC", permissive, ""},
    {"LGPL-2.0", "LGPL", library_copyleft, "LGPL-2"},
    {"LGPL-2.1", "LGPL", library_copyleft, "LGPL-2.1"},
    {"LGPL-3.0", "LGPL", library_copyleft, "LGPL-3"},
    {"Latex2e", "Latex2e", permissive, ""},
    {"MIT", "MIT", permissive, ""},
    {"MPL-1.0", "MPL", file_copyleft, ""},
    {"MPL-1.1", "MPL", file_copyleft, "MPL-1.1"},
    {"MPL-2.0", "MPL", file_copyleft, "MPL-2.0"},
    {"MS-PL", "MS-PL", permissive, ""},
    {"NCSA", "NCSA", permissive, ""},
    {"NTP", "HPND", permissive, ""},
    {"OFL-1.1", "OFL", permissive, ""},
    {"OLDAP-2.8", "OLDAP", permissive, ""},
    {"OpenSSL", "OpenSSL", advertising, ""},
    {"PSF-2.0", "PSF", permissive, ""},
    {"PostgreSQL", "PostgreSQL", permissive, ""},
    {"RSA-MD", "RSA-MD", advertising, ""},
    {"SSLeay", "SSLeay", advertising, ""},
    {"Sleepycat", "Sleepycat", strong_copyleft, ""},
    {"SunPro", "SunPro", permissive, ""},
    {"TCL", "TCL", permissive, ""},
    {"Unicode-DFS-2016", "Unicode", permissive, ""},
    {"Unlicense", "Unlicense", none, ""},
    {"Vim", "Vim", file_copyleft, ""},
    {"WTFPL", "WTFPL", none, ""},
    {"X11", "X11", permissive, ""},
    {"ZPL-2.1", "ZPL", permissive, ""},
    {"Zlib", "Zlib", permissive, ""},
    {"bzip2-1.0.6", "bzip2", permissive, ""},
    {"curl", "curl", permissive, ""},
    {"libpng", "libpng", permissive, ""},
    {"LicenseRef-public-domain", "public-domain", none, ""},
    {"LicenseRef-BSD-notice", "BSD-4.3", permissive, ""},
    {"LicenseRef-NRL-2-clause", "NRL", permissive, ""},
    {"LicenseRef-NRL-3-clause", "NRL", advertising, ""},
    {"LicenseRef-dtoa", "dtoa", permissive, ""},
    {"LicenseRef-unlimited", "FSF-permissive", permissive, ""},
});

constexpr auto linking =
    std::to_array<std::string_view>({"GCC-exception-3.1", "GCC-exception-2.0", "Classpath-exception-2.0",
                                     "LicenseRef-linking-exception", "LGPL-3.0-linking-exception"});
constexpr auto output =
    std::to_array<std::string_view>({"Autoconf-exception-2.0", "Bison-exception-2.2", "Libtool-exception",
                                     "Texinfo-exception", "Font-exception-2.0", "LicenseRef-output-exception"});

template <class List>
bool contains(const List& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

bool drop_suffix(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

}  // namespace

std::string_view exception_of(std::string_view id) {
  const auto with = id.find(" WITH ");
  return with == std::string_view::npos ? std::string_view{} : id.substr(with + 6);
}

std::string_view base_of(std::string_view id) {
  id = id.substr(0, id.find(" WITH "));
  if (!drop_suffix(id, "-or-later")) drop_suffix(id, "-only");
  return id;
}

bool is_or_later(std::string_view id) { return id.substr(0, id.find(" WITH ")).ends_with("-or-later"); }

bool is_linking_exception(std::string_view exception) { return contains(linking, exception); }
bool is_output_exception(std::string_view exception) { return contains(output, exception); }

std::span<const licence_info> known_licences() { return table; }

const licence_info* find_licence(std::string_view id) {
  const auto base = base_of(id);
  const auto row = std::find_if(table.begin(), table.end(), [&](const licence_info& l) { return l.id == base; });
  return row == table.end() ? nullptr : &*row;
}

std::string_view family_of(std::string_view id) {
  const auto* row = find_licence(id);
  return row ? row->family : std::string_view{};
}

burden burden_of(std::string_view id) {
  const auto* row = find_licence(id);
  if (!row) return unknown;
  if (row->weight == strong_copyleft && is_linking_exception(exception_of(id))) return library_copyleft;
  return row->weight;
}

std::string gnu_id(std::string_view family, std::string_view version, bool or_later) {
  if (version.empty()) {
    if (family == "AGPL") return "AGPL-3.0-or-later";
    if (family == "GFDL") return "GFDL-1.1-or-later";
    return family == "LGPL" ? "LGPL-2.0-or-later" : "GPL-1.0-or-later";
  }
  std::string out{family};
  out += '-';
  out += version;
  if (version.find('.') == std::string_view::npos) out += ".0";
  return out + (or_later ? "-or-later" : "-only");
}

}  // namespace agents::licence
