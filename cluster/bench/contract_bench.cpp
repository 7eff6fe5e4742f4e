// SPDX-License-Identifier: Apache-2.0
// Schema validation and the MessagePack codec, per kB, beside nlohmann-json doing the same.
#include <nlohmann/json.hpp>

#include "cluster/bench/measure.hpp"
#include "libagents/contract/json.hpp"
#include "libagents/contract/msgpack.hpp"
#include "libagents/contract/schema.hpp"

namespace agents::bench {
namespace {

struct passage {
  std::string source;
  std::int64_t begin = 0;
  std::int64_t end = 0;
  double score = 0;
  std::string text;
  AGENTS_FIELDS(source, begin, end, score, text)
};
struct passages {
  std::string query;
  std::vector<passage> hits;
  AGENTS_FIELDS(query, hits)
};

/// About 1 kB of JSON, like a retriever's answer.
passages sample() {
  passages p{"who may terminate for convenience", {}};
  for (int i = 0; i < 6; ++i)
    p.hits.push_back({"/contracts/agreement.txt", 1000 * i, 1000 * i + 83, 0.91 - 0.07 * i,
                      "Either party may terminate this Agreement upon thirty (30) days' prior written notice."});
  return p;
}

template <class F>
std::vector<double> micros_per_kb(F f, double kb, double scale) {
  constexpr int inner = 200;
  std::vector<double> samples;
  for (int i = 0; i < std::max(10, static_cast<int>(200 * scale)); ++i)
    samples.push_back(time_of([&f] {
                        for (int k = 0; k < inner; ++k) f();
                      }) *
                      1e6 / inner / kb);
  return samples;
}

std::vector<measurement> codecs(double scale) {
  const auto typed = sample();
  const auto dynamic = to_value(typed);
  const auto text = to_json(dynamic);
  const double kb = static_cast<double>(text.size()) / 1000;
  const auto packed = pack(dynamic);
  const auto document = nlohmann::json::parse(text);
  const auto checked = schema::compile(schema_of<passages>());
  AGENTS_ASSERT(checked.has_value() && checked->check(dynamic).has_value());
  std::size_t sink = 0;
  std::vector<measurement> out;
  out.push_back(summary("schema_validate", "µs/kB",
                        micros_per_kb([&] { sink += checked->check(dynamic).has_value(); }, kb, scale)));
  out.push_back(summary("msgpack_encode", "µs/kB", micros_per_kb([&] { sink += pack(dynamic).size(); }, kb, scale),
                        "from a value"));
  out.push_back(summary("msgpack_decode", "µs/kB",
                        micros_per_kb([&] { sink += unpack(packed).has_value(); }, kb, scale), "to a value"));
  out.push_back(
      summary("msgpack_decode_strict", "µs/kB",
              micros_per_kb([&] { sink += unpack(packed, {}, msgpack_reading::strict).has_value(); }, kb, scale),
              "as from the wire"));
  out.push_back(summary("struct_to_msgpack", "µs/kB",
                        micros_per_kb([&] { sink += pack(to_value(typed)).size(); }, kb, scale), "from a struct"));
  out.push_back(summary("struct_from_msgpack", "µs/kB",
                        micros_per_kb([&] { sink += from_value<passages>(*unpack(packed)).has_value(); }, kb, scale),
                        "to a struct"));
  out.push_back(summary("json_encode", "µs/kB", micros_per_kb([&] { sink += to_json(dynamic).size(); }, kb, scale)));
  out.push_back(
      summary("json_decode", "µs/kB", micros_per_kb([&] { sink += parse_json(text).has_value(); }, kb, scale)));
  out.push_back(summary("nlohmann_json_encode", "µs/kB",
                        micros_per_kb([&] { sink += document.dump().size(); }, kb, scale), "peer"));
  out.push_back(summary("nlohmann_json_decode", "µs/kB",
                        micros_per_kb([&] { sink += nlohmann::json::parse(text).size(); }, kb, scale), "peer"));
  out.push_back(summary("nlohmann_msgpack_encode", "µs/kB",
                        micros_per_kb([&] { sink += nlohmann::json::to_msgpack(document).size(); }, kb, scale),
                        "peer"));
  const auto their_bytes = nlohmann::json::to_msgpack(document);
  out.push_back(summary("nlohmann_msgpack_decode", "µs/kB",
                        micros_per_kb([&] { sink += nlohmann::json::from_msgpack(their_bytes).size(); }, kb, scale),
                        "peer"));
  AGENTS_ASSERT(sink > 0);
  return out;
}

}  // namespace

std::vector<suite> contract_suites() { return {{"contract", codecs}}; }

}  // namespace agents::bench
