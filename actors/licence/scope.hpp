// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace agents::licence {

/// Which part of a package a licence is about. Only `main`, `named`, `library` and `part` can be in a shipped library.
namespace scope {
inline constexpr std::string_view main = "main";          ///< everything that is not said to be otherwise
inline constexpr std::string_view named = "named";        ///< names the library of this very package
inline constexpr std::string_view library = "library";    ///< folders of libraries, or all C sources
inline constexpr std::string_view part = "part";          ///< some files; whether they are shipped is not said
inline constexpr std::string_view programs = "programs";  ///< tools beside the library
inline constexpr std::string_view documentation = "documentation";
inline constexpr std::string_view tests = "tests";          ///< tests, examples, benchmarks
inline constexpr std::string_view build = "build";          ///< build scripts
inline constexpr std::string_view packaging = "packaging";  ///< debian/*
inline constexpr std::string_view elsewhere = "elsewhere";  ///< code for other operating systems
}  // namespace scope

/// True for terms that speak of the library or of everything.
[[nodiscard]] bool is_about_library(std::string_view scope);

/// True when files of this scope may be in the shipped library.
[[nodiscard]] bool may_be_shipped(std::string_view scope);

/// The scope of DEP-5 file patterns, for the package of that name. Patterns of different scopes give `part`.
[[nodiscard]] std::string_view scope_of_files(const std::vector<std::string>& patterns, std::string_view package);

/// The patterns of files that may be in the shipped library; all of them when none may.
[[nodiscard]] std::vector<std::string> shippable_files(const std::vector<std::string>& patterns,
                                                       std::string_view package);

/// The scope that a free-form document gives to a licence: `before` is the text before the grant, `after` the text
/// behind it. `part` when it says nothing.
[[nodiscard]] std::string_view scope_of_context(std::string_view before, std::string_view after,
                                                std::string_view package);

/// The names by which documents call the library of a package: {"libgcc", "libgcc-s"} for "libgcc-s1".
[[nodiscard]] std::vector<std::string> library_names(std::string_view package);

}  // namespace agents::licence
