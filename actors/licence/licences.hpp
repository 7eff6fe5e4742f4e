// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace agents::licence {

/// How much a licence asks of somebody who ships a closed-source product, in ascending order.
enum class burden {
  none,               ///< no condition (public domain, CC0)
  permissive,         ///< notices only
  advertising,        ///< notices, also in advertising or documentation
  file_copyleft,      ///< source of the covered files (MPL, EPL, CDDL)
  library_copyleft,   ///< source of the library, and relinking (LGPL); also GPL with a linking exception
  document_copyleft,  ///< for documents, not for code (GFDL, CC-BY-SA)
  strong_copyleft,    ///< source of the whole program (GPL)
  network_copyleft,   ///< as before, also for users over a network (AGPL)
  unknown,
};

/// What the knowledge base knows about a licence.
struct licence_info {
  std::string_view id;      ///< SPDX identifier without "-only" or "-or-later", or a `LicenseRef-…`
  std::string_view family;  ///< what the classifier is measured on ("GPL", "BSD-3-Clause", …)
  burden weight = burden::unknown;
  std::string_view common_file;  ///< name below /usr/share/common-licenses, or empty
};

[[nodiscard]] std::span<const licence_info> known_licences();

/// The row for a licence, which may carry "-only", "-or-later" and " WITH exception"; nullptr when unknown.
[[nodiscard]] const licence_info* find_licence(std::string_view id);

/// "GPL" for "GPL-2.0-or-later WITH Autoconf-exception-2.0"; empty when unknown.
[[nodiscard]] std::string_view family_of(std::string_view id);

/// The burden of a licence with its exception taken into account: an exception that lets closed programs link
/// makes GPL as light as LGPL.
[[nodiscard]] burden burden_of(std::string_view id);

/// "GPL-2.0" for "GPL-2.0-or-later WITH x".
[[nodiscard]] std::string_view base_of(std::string_view id);
/// "x" for "GPL-2.0-or-later WITH x", else empty.
[[nodiscard]] std::string_view exception_of(std::string_view id);
[[nodiscard]] bool is_or_later(std::string_view id);

/// True for exceptions that let independent programs of any licence link with the covered library.
[[nodiscard]] bool is_linking_exception(std::string_view exception);
/// True for exceptions about output or about build scripts (Autoconf, Libtool, Bison, Texinfo, fonts).
[[nodiscard]] bool is_output_exception(std::string_view exception);

/// "GPL-3.0-or-later" from ("GPL", "3", true); "GPL-1.0-or-later" when no version is named, as GPL itself says.
[[nodiscard]] std::string gnu_id(std::string_view family, std::string_view version, bool or_later);

}  // namespace agents::licence
