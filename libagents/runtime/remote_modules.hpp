// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "libagents/runtime/supervised_remote.hpp"

namespace agents {

/// The modules whose workers others start: which are expected, what they are once somebody has come, and which places
/// are open.
///
/// Owner: the node; whoever listens for workers shares it. Callers: any thread.
class remote_modules final : public worker_admission {
 public:
  /// Registers a module whose first worker has come: its manifest, for all places.
  using registrar = std::function<expected<void>(const std::shared_ptr<const manifest>&)>;

  void expect(const std::string& module, std::vector<std::shared_ptr<supervised_remote>> places, registrar r);
  [[nodiscard]] expected<worker_place> admit(const manifest& of, const std::string& who) override;
  /// The node stops: from now on nobody is admitted.
  void close();

 private:
  struct expected_module {
    std::vector<std::shared_ptr<supervised_remote>> places;
    registrar enter;
    std::shared_ptr<const manifest> known;  ///< null until the first worker has come
  };
  [[nodiscard]] static expected<void> settle(expected_module& m, const manifest& of);

  std::mutex mutex_;
  bool closed_ = false;
  std::map<std::string, expected_module, std::less<>> modules_;
};

}  // namespace agents
