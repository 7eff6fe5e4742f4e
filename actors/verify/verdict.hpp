// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "libagents/contract/fields.hpp"

namespace agents {

/// What a verifier says about an output.
struct verdict {
  bool pass = false;
  double score = 0;      ///< 0 to 1
  std::string critique;  ///< why, so that the next attempt can use it; empty when all is well
  AGENTS_FIELDS(pass, score, critique)
};

/// What every verifier gets: the input and the output of the step it judges.
struct verification {
  value input;
  value output;
  AGENTS_FIELDS(input, output)
};

}  // namespace agents
