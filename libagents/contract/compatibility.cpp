// SPDX-License-Identifier: Apache-2.0
#include "libagents/contract/compatibility.hpp"

#include "libagents/contract/compatibility/candidates.hpp"
#include "libagents/contract/compatibility/prover.hpp"
#include "libagents/contract/schema.hpp"
#include "libagents/contract/schema/compiler.hpp"
#include "libagents/contract/schema/evaluator.hpp"

namespace agents {
namespace {

using json_schema::compiled_schema;

using compiled = expected<std::shared_ptr<const compiled_schema>>;

compiled compile(const value& document) {
  const schema_options options{.max_steps = 1'000'000};
  return json_schema::compiler{options}.run(document);
}

compatibility undecided(std::string reason) { return {compatibility::result::unknown, {}, std::move(reason)}; }

/// A value that is valid for `a` and invalid for `b`, as both validators say.
std::optional<compatibility> refute(const compiled_schema& a, const compiled_schema& b,
                                    const std::vector<value>& candidates) {
  for (const auto& v : candidates) {
    if (!json_schema::evaluator{a}.run(v)) continue;
    std::vector<violation> broken;
    json_schema::evaluator check{b};
    // What the consumer's validator could not decide proves nothing.
    if (check.run(v, &broken, 1) || check.is_exhausted() || broken.empty()) continue;
    return compatibility{compatibility::result::no, v,
                         "the consumer refuses what the producer may send: " + to_string(broken[0])};
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(enum compatibility::result r) noexcept {
  switch (r) {
    case compatibility::result::yes: return "yes";
    case compatibility::result::no: return "no";
    default: return "unknown";
  }
}

compatibility compatible(const value& producer, const value& consumer) {
  const auto a = compile(producer);
  if (!a) return undecided("the producer's schema does not compile: " + a.error().message);
  const auto b = compile(consumer);
  if (!b) return undecided("the consumer's schema does not compile: " + b.error().message);
  json_schema::prover prover{**a, **b};
  const json_schema::conjunction values{*(*a)->root};
  if (prover.implies(values, *(*b)->root)) return {compatibility::result::yes, {}, {}};
  const auto candidates = json_schema::candidate_generator{prover}.run(values, *(*b)->root);
  if (auto no = refute(**a, **b, candidates)) return std::move(*no);
  return undecided("it could not be shown that the consumer's rule " + prover.obstacle() +
                   " always holds, and none of " + std::to_string(candidates.size()) + " values tried breaks it");
}

}  // namespace agents
