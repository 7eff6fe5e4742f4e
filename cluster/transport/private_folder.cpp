// SPDX-License-Identifier: Apache-2.0
#include "cluster/transport/private_folder.hpp"

#include <stdlib.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace agents {
namespace {

constexpr std::size_t longest_folder = 80;  // leaves room for a socket's name within the 107 bytes of sun_path

std::filesystem::path parent_folder() {
  const auto* runtime = std::getenv("XDG_RUNTIME_DIR");
  std::error_code ignored;
  if (runtime && std::string_view{runtime}.size() < longest_folder && std::filesystem::is_directory(runtime, ignored))
    return runtime;
  auto temporary = std::filesystem::temp_directory_path(ignored);
  return temporary.empty() || temporary.string().size() >= longest_folder ? "/tmp" : temporary;
}

}  // namespace

expected<private_folder> private_folder::create() {
  for (const auto& parent : {parent_folder(), std::filesystem::path{"/tmp"}}) {
    auto pattern = (parent / "agents-XXXXXX").string();
    if (::mkdtemp(pattern.data())) return private_folder{pattern};
  }
  return unexpected{errc::io, "cannot create a folder for sockets below " + parent_folder().string() + ": " +
                                  std::strerror(errno) + "; make TMPDIR writable"};
}

private_folder::private_folder(private_folder&& other) noexcept : path_(std::exchange(other.path_, {})) {}

private_folder::~private_folder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace agents
