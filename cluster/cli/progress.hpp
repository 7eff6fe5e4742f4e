// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <iosfwd>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "libagents/core/event.hpp"

namespace agents::cli {

/// Shows a run while it works: on a terminal a tree of steps that is redrawn in place, elsewhere one line per finished
/// step.
///
/// Each step has a state, its module, its attempts and its time; instances of an `each` step are counted on one line.
class progress_view final : public event_sink {
 public:
  enum class style : std::uint8_t { tree, lines };

  progress_view(std::ostream& out, style how, bool color);
  ~progress_view() override;

  void on_event(const event& e) override;
  /// Shows a line above the tree, or among the lines.
  void notice(const std::string& line);
  /// Draws the last state and stops. Called once, before anything else is printed.
  void finish();

 private:
  struct row {
    std::string id;
    std::string module;
    std::string note;
    std::uint32_t open = 0;
    std::uint32_t done = 0;
    std::uint32_t failed = 0;
    std::uint32_t attempts = 0;
    bool many = false;
    bool waiting = false;
    time_point began{};
    time_point ended{};
  };

  void take(const event& e);
  row& row_of(const event& e);
  void add_plan(const value& plan);
  void draw_loop();
  void draw();
  [[nodiscard]] std::string line(const row& r) const;
  void print_line(const event& e);

  std::ostream& out_;
  style style_;
  bool color_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<row> rows_;
  std::vector<std::string> notices_;  ///< not yet drawn
  std::map<std::string, std::size_t> index_;
  time_point now_{};
  std::size_t drawn_ = 0;
  std::size_t tick_ = 0;
  bool dirty_ = false;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace agents::cli
