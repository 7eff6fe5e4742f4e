// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "libagents/runtime/node.hpp"

namespace agents::bench {

/// A node with one module that gives back what it gets, for measuring everything else.
class bench_node {
 public:
  explicit bench_node(std::shared_ptr<journal::store> store = nullptr, std::size_t threads = 0,
                      std::uint32_t replicas = 1);

  /// Runs a task to its end and waits.
  run_result run(const task_spec& task, const shared_value& plan);
  /// Runs it `n` times at once and waits for all.
  void run_many(const task_spec& task, const shared_value& plan, int n);
  node& get() { return node_; }

 private:
  node node_;
};

/// A chain of `length` steps that hands one text along.
[[nodiscard]] shared_value chain_plan(int length);
/// One step, `width` instances, one step that gathers them.
[[nodiscard]] shared_value fan_plan();
[[nodiscard]] task_spec text_task(std::size_t bytes);
[[nodiscard]] task_spec list_task(std::size_t items);

}  // namespace agents::bench
