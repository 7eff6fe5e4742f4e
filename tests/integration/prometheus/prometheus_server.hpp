// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>

namespace agents::test {

/// True as soon as `condition` is; false when it was not within `limit`. Asks every 20 ms.
[[nodiscard]] bool eventually(std::chrono::seconds limit, const std::function<bool()>& condition);

/// A Prometheus of its own: own folder, own port, five scrapes of `target` per second. Ends with this object.
class prometheus_server {
 public:
  /// Starts /usr/bin/prometheus or another one in PATH. Throws std::runtime_error with the line that installs it.
  explicit prometheus_server(const std::string& target);
  ~prometheus_server();
  prometheus_server(const prometheus_server&) = delete;
  prometheus_server& operator=(const prometheus_server&) = delete;

  /// The answer of the HTTP API to an instant query: value by module (by "" for series without that label).
  /// Empty while the server starts and when nothing matches.
  [[nodiscard]] std::map<std::string, double> query(const std::string& promql) const;

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  /// What the server logged, to be shown when a test fails.
  [[nodiscard]] std::string log() const;

 private:
  void write_config(const std::string& target) const;
  void start();

  std::filesystem::path folder_;
  std::uint16_t port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace agents::test
