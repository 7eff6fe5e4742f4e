// SPDX-License-Identifier: Apache-2.0
#include "actors/licence/machine.hpp"

#include <sys/auxv.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "actors/licence/command.hpp"
#include "actors/licence/elf.hpp"

namespace agents::licence {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t file_limit_bytes = 8u << 20;
constexpr std::size_t elf_header_bytes = 64u << 10;
constexpr auto dpkg_query = "/usr/bin/dpkg-query";

template <class Visit>
void for_each_line(const std::string& text, const Visit& visit) {
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);) visit(line);
}

expected<std::string> first_bytes(const std::string& path, std::size_t count) {
  std::ifstream in{path, std::ios::binary};
  if (!in) return unexpected{errc::not_found, "cannot open " + path};
  std::string out(count, '\0');
  in.read(out.data(), static_cast<std::streamsize>(count));
  out.resize(static_cast<std::size_t>(in.gcount()));
  return out;
}

bool is_trusted_linker(const std::string& path) {
  std::error_code failed;
  const auto real = fs::canonical(path, failed).string();
  if (failed) return false;
  return (real.starts_with("/lib") || real.starts_with("/usr/lib")) &&
         fs::path{path}.filename().string().starts_with("ld");
}

/// The path in a line of `ld.so --list`: "libz.so.1 => /lib/libz.so.1 (0x…)" or "/lib64/ld-linux.so.2 (0x…)".
std::string path_in(const std::string& line) {
  const auto slash = line.find('/');
  const auto end = line.find(" (0x");
  if (slash == std::string::npos || end == std::string::npos || end < slash) return {};
  return line.substr(slash, end - slash);
}

/// A line of `dpkg-query -S`: "libz1:amd64, other: /lib/libz.so.1". The first package counts.
void add_owner(const std::string& line, std::vector<owned_file>& to) {
  const auto colon = line.find(": /");
  if (colon == std::string::npos || line.starts_with("diversion ")) return;
  const auto name = line.substr(0, std::min(colon, line.find_first_of(":,")));
  to.push_back({line.substr(colon + 2), name});
}

expected<std::string> ask_dpkg(std::vector<std::string> arguments) {
  std::error_code failed;
  if (!fs::exists(dpkg_query, failed))
    return unexpected{
        errc::unsupported,
        "this machine has no dpkg-query, so packages cannot be named; review a folder of licence documents "
        "instead (input folder=DIR)"};
  arguments.insert(arguments.begin(), dpkg_query);
  return run_command(arguments);
}

void add_files(const fs::path& folder, int depth, std::vector<std::string>& to) {
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator{folder, fs::directory_options::skip_permission_denied, failed}) {
    if (entry.is_regular_file(failed)) to.push_back(entry.path().string());
    if (depth > 1 && entry.is_directory(failed)) add_files(entry.path(), depth - 1, to);
  }
}

class local_machine final : public machine {
 public:
  expected<std::string> read(const std::string& path) const override {
    std::error_code failed;
    const auto size = fs::file_size(path, failed);
    if (failed) return unexpected{errc::not_found, "cannot read " + path + ": " + failed.message()};
    if (size > file_limit_bytes) return unexpected{errc::unsupported, path + " is larger than 8 MiB"};
    return first_bytes(path, size);
  }

  expected<std::string> resolve(const std::string& path) const override {
    std::error_code failed;
    auto real = fs::canonical(path, failed);
    if (failed) return unexpected{errc::not_found, "cannot find " + path + ": " + failed.message()};
    return real.string();
  }

  expected<std::vector<std::string>> files(const std::string& folder, int depth) const override {
    std::error_code failed;
    if (!fs::is_directory(folder, failed)) return unexpected{errc::not_found, folder + " is no folder"};
    std::vector<std::string> out;
    add_files(folder, depth, out);
    std::sort(out.begin(), out.end());
    return out;
  }

  expected<std::string> own_program() const override {
    if (auto linked = resolve("/proc/self/exe")) return linked;
    // In a bare chroot there is no /proc; the kernel also hands over the name by which the program was started.
    const auto* name = reinterpret_cast<const char*>(::getauxval(AT_EXECFN));
    if (name) return resolve(name);
    return unexpected{errc::unsupported,
                      "this program cannot find its own file without /proc; name one: --input program=FILE"};
  }

  expected<std::vector<std::string>> linked_libraries(const std::string& program) const override {
    const auto real = resolve(program);
    if (!real) return real.propagate();
    const auto head = first_bytes(*real, elf_header_bytes);
    if (!head) return head.propagate();
    const auto linker = requested_linker(*head, *real);
    if (!linker) return linker.propagate();
    if (!is_trusted_linker(*linker))
      return unexpected{errc::rejected, *real + " asks for the dynamic linker " + *linker +
                                            ", which is not below /lib or /usr/lib; it is not run"};
    const auto listing = run_command({*linker, "--list", *real});
    if (!listing) return listing.propagate();
    std::vector<std::string> out;
    for_each_line(*listing, [&](const std::string& line) {
      if (auto path = path_in(line); !path.empty()) out.push_back(std::move(path));
    });
    return out;
  }

  expected<std::vector<owned_file>> owners(const std::vector<std::string>& paths) const override {
    std::vector<owned_file> out;
    if (paths.empty()) return out;
    std::vector<std::string> arguments{"-S", "--"};
    arguments.insert(arguments.end(), paths.begin(), paths.end());
    const auto answer = ask_dpkg(std::move(arguments));
    if (!answer && answer.error().code != errc::not_found) return answer.propagate();
    if (answer) for_each_line(*answer, [&](const std::string& line) { add_owner(line, out); });
    return out;
  }

  expected<std::vector<package_version>> versions(const std::vector<std::string>& packages) const override {
    std::vector<package_version> out;
    if (packages.empty()) return out;
    std::vector<std::string> arguments{"-W", "-f", "${Package}\\t${Version}\\t${db:Status-Status}\\n", "--"};
    arguments.insert(arguments.end(), packages.begin(), packages.end());
    const auto answer = ask_dpkg(std::move(arguments));
    if (!answer && answer.error().code != errc::not_found) return answer.propagate();
    if (answer) for_each_line(*answer, [&](const std::string& line) { add_version(line, out); });
    return out;
  }

 private:
  static void add_version(const std::string& line, std::vector<package_version>& to) {
    const auto first = line.find('\t');
    const auto second = line.find('\t', first + 1);
    if (first == std::string::npos || second == std::string::npos || line.substr(second + 1) != "installed") return;
    to.push_back({line.substr(0, first), line.substr(first + 1, second - first - 1)});
  }
};

}  // namespace

const machine& this_machine() {
  static const local_machine the_machine;
  return the_machine;
}

}  // namespace agents::licence
