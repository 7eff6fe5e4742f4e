// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "libagents/contract/fields.hpp"

namespace agents::evaluate {

/// The outcome of measuring a system on a labelled data set. Names of metrics are stable; docs/evaluation.md defines
/// them.
struct evaluation {
  std::string dataset;
  std::map<std::string, double> metrics;
  std::map<std::string, double> baseline;  ///< what somebody else reached, under the same names
  std::int64_t examples = 0;
  double seconds = 0;  ///< training and measuring together
  AGENTS_FIELDS(dataset, metrics, baseline, examples, seconds)
};

/// What is tested when training and test data come from one folder: the `width` parts of `parts` that begin with
/// `part`, by a hash of the name or text, so that equal things are on the same side. `{0, 4}` is a quarter, `{0, 10,
/// 3}` are 30 %.
struct holdout {
  std::uint32_t part = 0;
  std::uint32_t parts = 4;
  std::uint32_t width = 1;
};

/// True when the thing called `name` belongs to the held-out part.
[[nodiscard]] bool is_held_out(const holdout& h, std::string_view name);

/// Binary decisions counted.
struct confusion {
  double hits = 0;    ///< said yes, rightly
  double alarms = 0;  ///< said yes, wrongly
  double misses = 0;  ///< said no, wrongly
  void add(bool said, bool truth);
  /// 2·hits / (2·hits + alarms + misses); 0 when there is nothing to find and nothing was said.
  [[nodiscard]] double f1() const;
};

}  // namespace agents::evaluate
