// SPDX-License-Identifier: Apache-2.0
#include "cluster/process/worker_environment.hpp"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string_view>

#include "libagents/sandbox/host.hpp"

namespace agents {
namespace {

namespace fs = std::filesystem;

/// What a program needs to run at all; everything else is asked for.
constexpr std::string_view always_passed[] = {"PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR"};
constexpr std::size_t longest_secret_bytes = 65536;

bool is_program(const fs::path& file) {
  std::error_code ignored;
  return fs::is_regular_file(file, ignored) && ::access(file.c_str(), X_OK) == 0;
}

expected<std::string> find_program(const worker_command& c) {
  const auto& name = c.arguments.front();
  if (name.find('/') != std::string::npos) {
    const auto file = fs::absolute(c.folder.empty() ? fs::path{name} : c.folder / name).lexically_normal();
    if (is_program(file)) return file.string();
    return unexpected{errc::not_found,
                      "there is no program " + file.string() + "; correct the first word of `command`"};
  }
  if (!c.may.trusted) return sandbox::find_shown_program(name, c.may);
  const auto* known = std::getenv("PATH");
  const std::string_view path = known ? known : "/usr/local/bin:/usr/bin:/bin";
  for (std::size_t from = 0; from <= path.size();) {
    const auto end = std::min(path.find(':', from), path.size());
    const auto file = fs::path{path.substr(from, end - from)} / name;
    if (end > from && is_program(file)) return file.string();
    from = end + 1;
  }
  return unexpected{errc::not_found,
                    "there is no program \"" + name + "\" in PATH; install it, or correct the first word of `command`"};
}

void pass_on(std::string_view name, std::vector<std::string>& out) {
  if (const auto* known = std::getenv(std::string{name}.c_str())) out.push_back(std::string{name} + "=" + known);
}

expected<std::string> read_secret(const std::string& variable, const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  if (!in)
    return unexpected{errc::not_found,
                      "the file of the secret " + variable + ", " + file.string() + ", cannot be read"};
  std::string content(longest_secret_bytes + 1, '\0');
  in.read(content.data(), static_cast<std::streamsize>(content.size()));
  content.resize(static_cast<std::size_t>(in.gcount()));
  if (content.size() > longest_secret_bytes)
    return unexpected{errc::bad_input, "the file of the secret " + variable + " has more than 65536 bytes"};
  return content;
}

}  // namespace

expected<process_image> make_image(const worker_command& c, const std::vector<std::string>& invitation,
                                   const fs::path& socket) {
  if (c.arguments.empty() || c.arguments.front().empty())
    return unexpected{errc::bad_input, "`command` is empty; give the program and its arguments"};
  std::error_code ignored;
  if (!c.folder.empty() && !fs::is_directory(c.folder, ignored))
    return unexpected{errc::not_found, "there is no folder " + c.folder.string() + "; correct `folder`"};
  auto program = find_program(c);
  if (!program) return program.propagate();
  process_image image{std::move(*program), c.arguments, {}, c.folder.string()};
  for (const auto name : always_passed) pass_on(name, image.environment);
  for (const auto& entry : c.environment) {
    if (entry.find('=') == std::string::npos)
      pass_on(entry, image.environment);
    else
      image.environment.push_back(entry);
  }
  image.environment.insert(image.environment.end(), invitation.begin(), invitation.end());
  for (const auto& [variable, file] : c.secrets) {
    auto content = read_secret(variable, file);
    if (!content) return content.propagate();
    image.secrets.emplace(variable, std::move(*content));
  }
  if (c.may.trusted) return image;
  image.confined.emplace();
  image.confined->may = c.may;
  if (!socket.empty()) image.confined->sockets.push_back(socket);
  if (auto ok = sandbox::check(image); !ok) return ok.propagate();
  return image;
}

}  // namespace agents
