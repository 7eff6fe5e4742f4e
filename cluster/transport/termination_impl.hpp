// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <signal.h>

namespace agents {

/// SIGTERM as a wish to end in order, as long as it lives. A program that handles or ignores SIGTERM itself keeps its
/// way, and nothing is ever asked for.
///
/// One at a time. Owner: the serving function.
class termination {
 public:
  termination();
  termination(const termination&) = delete;
  termination& operator=(const termination&) = delete;
  ~termination();

  /// SIGTERM has come.
  [[nodiscard]] static bool is_wanted();

 private:
  struct sigaction before_ {};
  bool installed_ = false;
};

}  // namespace agents
