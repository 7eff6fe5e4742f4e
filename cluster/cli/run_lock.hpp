// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "libagents/core/expected.hpp"
#include "libagents/core/ids.hpp"

namespace agents::cli {

/// That this process works on a run: a locked file in `working` of the home folder. The kernel drops the lock with the
/// process, however that ends; a process of another host that shares the folder is not seen everywhere.
///
/// The store's epochs fence a former owner off in any case; the lock keeps people from doing that by mistake.
class run_lock {
 public:
  enum class when_held : std::uint8_t {
    refuse,    ///< `conflict`, naming the process
    take_over  ///< the other one will notice when it journals its next event, and stop
  };
  /// Errors beside `conflict`: `io`.
  [[nodiscard]] static expected<run_lock> take(const run_id& run, when_held held = when_held::refuse);
  run_lock(run_lock&& other) noexcept;
  run_lock& operator=(run_lock&&) = delete;
  ~run_lock();

 private:
  run_lock(std::filesystem::path file, int descriptor) : file_(std::move(file)), descriptor_(descriptor) {}

  std::filesystem::path file_;
  int descriptor_;
};

/// The process that works on a run now; none when nobody does.
[[nodiscard]] std::optional<std::int64_t> worker_of(const run_id& run);

}  // namespace agents::cli
