// SPDX-License-Identifier: Apache-2.0
#include "actors/licence/modules.hpp"

#include "actors/licence/classify.hpp"
#include "actors/licence/collect.hpp"
#include "actors/licence/draft.hpp"
#include "actors/licence/obligations.hpp"
#include "actors/licence/retrieve.hpp"
#include "actors/licence/segment.hpp"

namespace agents::licence {
namespace {

constexpr auto version = "1.0.0";

module collector(const machine& m) {
  return module("licence_collect", version)
      .described("Finds the packages a program links to, and their licence documents")
      .runs(execution_mode::dedicated)
      .offers("licence.collect@1", [&m](const collect_request& r) { return collect(m, r); });
}

module segmenter(const machine& m) {
  return module("licence_segment", version)
      .described("Cuts licence documents into parts with byte ranges")
      .runs(execution_mode::dedicated)
      .offers("licence.segment@1", [&m](const segment_request& r) { return segment_package(m, r.package); });
}

module classifier() {
  return module("licence_classify", version)
      .described("Recognises licences by their wording")
      .offers("licence.classify@1", [](const classify_request& r) { return classify(r.segments); },
              {.effect = effect::pure});
}

module retriever(const machine& m) {
  return module("licence_retrieve", version)
      .described("Finds the passages of a licence that answer the questions of the review")
      .runs(execution_mode::dedicated)
      .offers("licence.retrieve@1", [&m](const retrieve_request& r) { return retrieve(m, r.classified); });
}

module decider() {
  return module("licence_obligations", version)
      .described("Decides obligations and conflicts, each with its citation")
      .offers("licence.obligations@1", [](const obligations_request& r) { return decide_obligations(r.retrieved); },
              {.effect = effect::pure});
}

module writer() {
  return module("licence_draft", version)
      .described("Writes the memo")
      .offers("licence.draft@1", [](const draft_request& r) { return draft(r); }, {.effect = effect::pure});
}

}  // namespace

std::vector<module_factory> modules(const machine& m) {
  return {[&m] { return collector(m); }, [&m] { return segmenter(m); }, [] { return classifier(); },
          [&m] { return retriever(m); }, [] { return decider(); },      [] { return writer(); }};
}

}  // namespace agents::licence
