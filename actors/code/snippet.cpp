// SPDX-License-Identifier: Apache-2.0
#include "actors/code/snippet.hpp"

#include <algorithm>
#include <filesystem>

#include "actors/code/interpreter.hpp"

namespace agents::code {
namespace {

constexpr std::size_t most_files = 1000;
constexpr std::size_t most_bytes = 16'000'000;
constexpr std::size_t longest_name = 200;

bool is_file_name(const std::string& name) {
  const std::filesystem::path path{name};
  if (name.empty() || name.size() > longest_name || path.is_absolute() || !path.has_filename()) return false;
  if (std::any_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; })) return false;
  return std::none_of(path.begin(), path.end(), [](const auto& part) { return part == "." || part == ".."; });
}

}  // namespace

expected<void> check(const snippet& s) {
  if (!interpreter_of(s.language))
    return unexpected{errc::bad_input, "there is no language \"" + s.language + "\"; take python or shell"};
  std::size_t bytes = s.code.size() + s.input.size();
  for (const auto& [name, content] : s.files) {
    if (!is_file_name(name))
      return unexpected{errc::bad_input,
                        "\"" + name + "\" is no name of a file: take a relative path without . and .."};
    bytes += content.size();
  }
  for (const auto& a : s.arguments) {
    if (a.find('\0') != std::string::npos) return unexpected{errc::bad_input, "an argument contains a zero byte"};
    bytes += a.size();
  }
  if (s.files.size() > most_files || bytes > most_bytes)
    return unexpected{errc::bad_input, "a snippet has at most 1000 files, and 16000000 bytes in all"};
  return {};
}

}  // namespace agents::code
