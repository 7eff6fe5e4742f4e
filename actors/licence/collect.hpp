// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/licence/machine.hpp"
#include "actors/licence/types.hpp"

namespace agents::licence {

/// What to review. The first that is given counts: `folder`, then `packages`, then `program`; nothing at all means the
/// running program itself.
struct collect_request {
  std::string program;  ///< path of a dynamically linked program: the packages of its shared libraries
  value packages;       ///< a list of names, or one string with names between commas or blanks
  std::string folder;   ///< laid out as /usr/share/doc, or simply with licence documents in it
  std::int64_t max_packages = 500;

  template <class Self, class Visitor>
  static void visit_fields(Self& self, Visitor& visit) {
    visit("program", self.program, {.optional = true, .doc = "path of a program; its shared libraries are reviewed"});
    visit("packages", self.packages, {.optional = true, .doc = "names of installed packages"});
    visit("folder", self.folder, {.optional = true, .doc = "a folder of licence documents"});
    visit("max_packages", self.max_packages, {.optional = true, .minimum = 1, .maximum = 100000});
  }
};

struct collection {
  std::string subject;  ///< what is reviewed, for the memo
  std::vector<package_documents> packages;
  std::vector<open_point> undecided;
  AGENTS_FIELDS(subject, packages, undecided)
};

/// Finds the packages and their licence documents. Two dpkg-query calls whatever the number of packages.
///
/// Errors: `not_found` for a program, folder or package that does not exist; `unsupported` without dpkg or for a static
/// program. A library that no package owns and a package without document are no errors but `undecided`.
[[nodiscard]] expected<collection> collect(const machine& m, const collect_request& request);

}  // namespace agents::licence
