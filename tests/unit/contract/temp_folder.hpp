// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <string_view>

namespace agents {

/// A fresh folder under the system's temporary one; removed at the end of the scope.
struct temp_folder {
  temp_folder()
      : path(std::filesystem::temp_directory_path() / ("agents_contract_" + std::to_string(std::random_device{}()))) {
    std::filesystem::create_directories(path);
  }
  temp_folder(const temp_folder&) = delete;
  temp_folder& operator=(const temp_folder&) = delete;
  ~temp_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }

  std::filesystem::path write(const std::string& name, std::string_view text) const {
    std::ofstream{path / name, std::ios::binary} << text;
    return path / name;
  }

  std::filesystem::path path;
};

}  // namespace agents
