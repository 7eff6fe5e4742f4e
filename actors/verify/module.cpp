// SPDX-License-Identifier: Apache-2.0
#include "actors/verify/module.hpp"

#include "actors/verify/citations.hpp"

namespace agents::verify {

module citation_verifier() {
  return module("citation_verifier", "1.0.0")
      .described("Opens every cited file and compares the bytes")
      .runs(execution_mode::dedicated)
      .offers("verify.citations@1", [](const verification& v) { return verify_citations(v); });
}

}  // namespace agents::verify
