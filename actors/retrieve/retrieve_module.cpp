// SPDX-License-Identifier: Apache-2.0
#include "actors/retrieve/retrieve_module.hpp"

#include <algorithm>

namespace agents::retrieve {
namespace {

retrieve_reply answer(const retrieve_request& in) {
  const auto k = static_cast<std::size_t>(std::clamp<std::int64_t>(in.k, 1, 1000));
  return {find_passages(in.text, in.query, k)};
}

}  // namespace

module retrieve_module() {
  return module("bm25_retriever", "1.0.0")
      .described("Finds the passages of a document that share the rarest words with a question (BM25)")
      .offers("text.retrieve@1", answer,
              {.effect = effect::pure, .description = "Verbatim passages with byte ranges, best first"});
}

}  // namespace agents::retrieve
