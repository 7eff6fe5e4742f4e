// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "libagents/contract/compatibility/conjunction.hpp"
#include "libagents/contract/compatibility/prover.hpp"

namespace agents::json_schema {

/// Makes values that probably satisfy some schemas and that lie where another schema may differ: at its bounds, in each
/// of the alternatives, with an optional member missing, with an extra member, with each allowed value.
///
/// What comes out is a guess: the validators decide. The number of values is bounded.
class candidate_generator {
 public:
  explicit candidate_generator(const prover& p) : prover_(p) {}

  /// Values for `a`, aimed at `b`; the small ones first.
  [[nodiscard]] std::vector<value> run(const conjunction& a, const node& b);

 private:
  /// The schemas of the consumer that have to do with a value, as a source of interesting values.
  using hints = std::vector<const node*>;

  [[nodiscard]] std::vector<value> generate(const conjunction& a, const hints& h, int depth);
  void add_group(std::vector<value>& out, const conjunction& a, type_group g, const hints& h, int depth);
  void add_numbers(std::vector<value>& out, const conjunction& a, const hints& h) const;
  void add_strings(std::vector<value>& out, const conjunction& a, const hints& h) const;
  void add_arrays(std::vector<value>& out, const conjunction& a, const hints& h, int depth);
  void add_objects(std::vector<value>& out, const conjunction& a, const hints& h, int depth);
  /// Drops what `a` does not accept and what comes twice, and cuts the rest to what the depth allows.
  void keep_fitting(std::vector<value>& values, const conjunction& a, int depth) const;

  const prover& prover_;
  int budget_ = 1500;  ///< lists of values still to be made
};

}  // namespace agents::json_schema
