// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace agents::contracts {

/// Something that people ask about contracts, and the words they use for it.
///
/// The 41 categories of CUAD have a `category`; the other topics (confidentiality, dispute resolution …) are known so
/// that a question about them is not mistaken for one of the 41, and is answered by retrieval with good terms.
struct topic {
  std::string_view category;  ///< name of the clause category as in the labels; "" for other topics
  std::string_view title;     ///< as used in a sentence: "termination for convenience"
  std::string_view phrases;   ///< synonyms and typical questions, '|' between them
  std::string_view terms;     ///< words to look for in the text of a contract
};

/// All topics, in a fixed order. Data of the program.
[[nodiscard]] std::span<const topic> topics() noexcept;

/// The topic of a clause category, or nullptr.
[[nodiscard]] const topic* topic_of(std::string_view category) noexcept;

/// The title of a category; the name itself when it is unknown.
[[nodiscard]] std::string_view title_of(std::string_view category) noexcept;

}  // namespace agents::contracts
