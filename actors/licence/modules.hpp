// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "actors/licence/machine.hpp"
#include "actors/licence/types.hpp"
#include "libagents/module.hpp"

namespace agents::licence {

struct segment_request {
  package_documents package;
  AGENTS_FIELDS(package)
};

struct classify_request {
  segmentation segments;
  AGENTS_FIELDS(segments)
};

struct retrieve_request {
  classification classified;
  AGENTS_FIELDS(classified)
};

struct obligations_request {
  retrieval retrieved;
  AGENTS_FIELDS(retrieved)
};

/// The steps of the licence review, each a module with one capability: `licence.collect@1`, `licence.segment@1`,
/// `licence.classify@1`, `licence.retrieve@1`, `licence.obligations@1`, `licence.draft@1`.
///
/// `m` is what they read; it must outlive the modules.
[[nodiscard]] std::vector<module_factory> modules(const machine& m = this_machine());

}  // namespace agents::licence
