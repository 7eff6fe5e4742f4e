// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "libagents/core/expected.hpp"

namespace agents::classify {

/// The bytes [begin, end) of a document.
struct byte_range {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  friend auto operator<=>(const byte_range&, const byte_range&) = default;
};

/// One clause that a person marked: its category and the places that make it up (more than one when text was left out).
struct labelled_clause {
  std::string category;
  std::string text;               ///< as the annotator saw it; gaps are written "<omitted>"
  std::vector<byte_range> spans;  ///< byte offsets into the document's text; empty when the place is unknown
};

/// A document with its clauses. `asked` are the categories that annotators looked for, so that "absent" is known too.
struct labelled_document {
  std::string title;
  std::string text;  ///< UTF-8
  std::vector<std::string> asked;
  std::vector<labelled_clause> clauses;
};

/// Reads a folder laid out as `contracts/<any>/<title>.txt` and `labels_<any>.jsonl`: one object per line with
/// `contract` (the title), optional `split` (the folder under contracts/) and `labels` (list of `category` and
/// `clauses`, each with `text` and `spans`, which count characters). Offsets are converted to bytes. Sorted by title.
///
/// Errors: `not_found` (no such folder, no labels file, or a labelled text is missing), `corrupt` (a line that is not
/// such an object, or a span outside its text; names file and line).
[[nodiscard]] expected<std::vector<labelled_document>> load_labelled_documents(const std::filesystem::path& folder);

/// What a person would ask to find a category, by its name in lower case: from `category_descriptions.csv` of the
/// folder (first column the name, second the description, each with an optional "Label: " before). Empty when there is
/// no such file.
[[nodiscard]] std::map<std::string, std::string> load_category_questions(const std::filesystem::path& folder);

/// ASCII letters in lower case.
[[nodiscard]] std::string lower_case(std::string_view text);

}  // namespace agents::classify
