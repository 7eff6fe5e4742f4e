// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "libagents/contract/compatibility.hpp"
#include "libagents/contract/json.hpp"
#include "libagents/contract/schema.hpp"

/// The input is a list: a schema, and values or other schemas. Compiling, validating and comparing end; the fast way,
/// the reporting way and the comparison agree with each other.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input =
      agents::parse_json({reinterpret_cast<const char*>(data), size}, {.max_bytes = 1 << 16, .max_depth = 32});
  if (!input || !input->is_array() || input->as_array().empty()) return 0;
  const auto& parts = input->as_array();
  const auto s = agents::schema::compile(parts[0], {.max_depth = 200, .max_steps = 20'000});
  if (!s) return 0;
  for (const auto& v : parts)
    if (s->check(v).has_value() != s->validate(v).empty()) std::abort();
  if (parts.size() < 2) return 0;
  const auto answer = agents::compatible(parts[0], parts[1]);
  const auto consumer = agents::schema::compile(parts[1]);
  if (answer.result == agents::compatibility::result::no && (!consumer || consumer->check(answer.counterexample)))
    std::abort();
  if (answer.result != agents::compatibility::result::yes) return 0;
  // A limit that stops the consumer is no contradiction; so the consumer has larger ones than the producer.
  for (const auto& v : parts)
    if (s->check(v) && !consumer->check(v)) std::abort();
  return 0;
}
