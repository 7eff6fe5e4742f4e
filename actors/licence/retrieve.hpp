// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/licence/machine.hpp"
#include "actors/licence/types.hpp"

namespace agents::licence {

/// For every licence of a package and every question that the rules ask about it: the paragraphs of the licence that
/// answer it best, by BM25 (k1 = 1.2, b = 0.75; Robertson & Zaragoza, "The Probabilistic Relevance Framework", 2009).
///
/// Looks in the package's own document and, for the licences that Debian keeps in /usr/share/common-licenses, there.
/// Texts that cannot be read give no passages; the next step then has nothing to cite and says so.
[[nodiscard]] retrieval retrieve(const machine& m, const classification& c);

/// The `count` best paragraphs of [begin, end) of a document for a query, best first; none without a common word.
[[nodiscard]] std::vector<passage> best_paragraphs(const std::string& document, std::string_view text,
                                                   std::size_t begin, std::size_t end, std::string_view query,
                                                   std::size_t count);

}  // namespace agents::licence
