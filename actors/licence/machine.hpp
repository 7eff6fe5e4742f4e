// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "libagents/core/expected.hpp"

namespace agents::licence {

/// A library file and the package that it came with.
struct owned_file {
  std::string path;
  std::string package;  ///< without architecture
};

struct package_version {
  std::string name;
  std::string version;
};

/// What the licence review asks of the computer it runs on. Tests use a fixture; `this_machine()` is the real one.
///
/// Callers: any thread.
class machine {
 public:
  virtual ~machine() = default;

  /// The bytes of a file; `not_found`, `io`, or `unsupported` when it is larger than 8 MiB.
  [[nodiscard]] virtual expected<std::string> read(const std::string& path) const = 0;
  /// The path without symbolic links, or `not_found`.
  [[nodiscard]] virtual expected<std::string> resolve(const std::string& path) const = 0;
  /// The regular files below a folder to the given depth (1: the folder itself), sorted by path. Symbolic links are
  /// followed.
  [[nodiscard]] virtual expected<std::vector<std::string>> files(const std::string& folder, int depth) const = 0;
  /// The path of the running program.
  [[nodiscard]] virtual expected<std::string> own_program() const = 0;
  /// The shared libraries that the dynamic linker loads for a program, as paths, in its order.
  [[nodiscard]] virtual expected<std::vector<std::string>> linked_libraries(const std::string& program) const = 0;
  /// The owning packages of files, in one query; files that no package owns are missing from the answer.
  [[nodiscard]] virtual expected<std::vector<owned_file>> owners(const std::vector<std::string>& paths) const = 0;
  /// The installed versions, in one query; packages that are not installed are missing from the answer.
  [[nodiscard]] virtual expected<std::vector<package_version>> versions(
      const std::vector<std::string>& packages) const = 0;
};

/// The computer this process runs on: Linux, with dpkg for everything about packages.
///
/// Security: `linked_libraries` asks the dynamic linker (`ld.so --list PROGRAM`), which maps the program and its
/// libraries but runs none of their code. The linker's path is read from the program and accepted only below /lib*
/// or /usr/lib*. Still, mapping a hostile file exercises the linker's parser: name only programs that you would run.
[[nodiscard]] const machine& this_machine();

}  // namespace agents::licence
