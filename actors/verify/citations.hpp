// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/verify/verdict.hpp"

namespace agents::verify {

/// Checks the citations of an output against the files they name.
///
/// `output.citations` must be a list of `text::citation`. Every one must be exactly the bytes [begin, end) of its file,
/// by absolute path. Every «…» in the other strings of the output must be the text of one of the citations. `score` is
/// the share of citations and quotations that hold; `pass` means all. The critique names the first failures.
///
/// Reads each file once; files above 64 MiB fail. Callers: any thread.
[[nodiscard]] verdict verify_citations(const verification& v);

}  // namespace agents::verify
