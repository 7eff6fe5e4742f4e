// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "actors/plan/contract_planner.hpp"
#include "libagents/contract/fields.hpp"

/// Modules by people who never met: only the shapes, and sometimes the names, of their types agree.
namespace agents::strangers {

// Ann reads files.
namespace ann {
struct path_in {
  std::string path;
  AGENTS_FIELDS(path)
};
struct document {
  std::string path;
  std::string text;
  AGENTS_FIELDS(path, text)
};
}  // namespace ann

// Bob cuts documents into sections. His document is not Ann's struct.
namespace bob {
struct document {
  std::string text;
  AGENTS_FIELDS(text)
};
struct section {
  std::string heading;
  std::string body;
  AGENTS_FIELDS(heading, body)
};
struct outline {
  std::vector<section> sections;
  AGENTS_FIELDS(sections)
};
}  // namespace bob

// Cem labels one section; Dora counts labels.
namespace cem {
struct section {
  std::string body;
  AGENTS_FIELDS(body)
};
struct label {
  std::string name;
  double score = 0;
  AGENTS_FIELDS(name, score)
};
}  // namespace cem
namespace dora {
struct labels {
  std::vector<cem::label> labels;
  AGENTS_FIELDS(labels)
};
struct statistics {
  std::int64_t count = 0;
  std::vector<std::string> citations;
  AGENTS_FIELDS(count, citations)
};
}  // namespace dora

struct quality {
  double money = 0;
  double reliability = 0.9;
  double latency_seconds = 0.1;
};

template <class In, class Out>
value offer(const std::string& module, const std::string& capability, quality q = {}) {
  return object{{"module", module},
                {"version", "1.0.0"},
                {"capability", capability},
                {"effect", "pure"},
                {"input", schema_of<In>()},
                {"output", schema_of<Out>()},
                {"money", q.money},
                {"tokens", 0},
                {"reliability", q.reliability},
                {"latency_seconds", q.latency_seconds}};
}

inline array catalog() {
  return {offer<ann::path_in, ann::document>("ann", "file.read@1"),
          offer<bob::document, bob::outline>("bob", "text.outline@1"),
          offer<cem::section, cem::label>("cem", "section.label@1"),
          offer<dora::labels, dora::statistics>("dora", "label.count@1")};
}

inline planning_request wanting(value want, value given = object{}) {
  planning_request q;
  q.goal = "test";
  q.given = std::move(given);
  q.planner_input = object{{"want", std::move(want)}};
  return q;
}

}  // namespace agents::strangers
