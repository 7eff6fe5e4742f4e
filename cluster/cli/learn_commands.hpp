// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "cluster/cli/console.hpp"

namespace agents::cli {

struct eval_options {
  std::string dataset;     ///< legal_cuad, legal_legalbench, contract_answers, licence_dep5, code_mbpp
  std::string train;       ///< folder; empty: $AGENTS_DATA/DATASET
  std::string test;        ///< folder; empty or the same as `train`: a part of it is held out
  std::uint32_t part = 0;  ///< which quarter is held out, 0 to 3
  std::uint64_t seed = 1;
  unsigned threads = 2;
};

/// `agents eval`: trains on one folder, measures on another, and prints metrics beside published baselines.
exit_code eval(const eval_options& o, const console& c);

struct train_options {
  std::string folder;  ///< labelled contracts
  std::string model;   ///< file to write; empty: the one that the contract review uses
  std::uint64_t seed = 1;
  unsigned threads = 2;
};

/// `agents train`: learns a clause model from labelled contracts.
exit_code train(const train_options& o, const console& c);

}  // namespace agents::cli
