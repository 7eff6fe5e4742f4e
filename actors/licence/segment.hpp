// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/licence/machine.hpp"
#include "actors/licence/types.hpp"

namespace agents::licence {

/// The parts of one document that state terms, with their byte ranges.
///
/// Machine-readable copyright files (DEP-5) give one segment per stanza with a License field, whose text is the field's
/// body (it may be empty: then the text is in a stanza of its own). Other documents are cut at rules ("====") and at
/// headings that announce terms for something else, so that a segment speaks of one part of the work.
[[nodiscard]] std::vector<segment> segments_of(const std::string& document, std::string_view text);

/// All documents of a package. A document that cannot be read is `undecided`.
[[nodiscard]] segmentation segment_package(const machine& m, const package_documents& package);

}  // namespace agents::licence
