// SPDX-License-Identifier: Apache-2.0
#include "libagents/contract/schema.hpp"

#include "libagents/contract/json.hpp"
#include "libagents/contract/schema/compiler.hpp"
#include "libagents/contract/schema/evaluator.hpp"

namespace agents {

std::string to_string(const violation& v) {
  std::string out = "at ";
  out += v.instance.empty() ? "the top" : v.instance;
  out.append(": ").append(v.message).append("; got ").append(json_excerpt(v.got));
  return out.append(" (rule ").append(v.rule).append(")");
}

expected<schema> schema::compile(const value& document, const schema_options& options) {
  auto compiled = json_schema::compiler{options}.run(document);
  if (!compiled) return compiled.propagate();
  return schema{std::move(*compiled)};
}

expected<void> schema::check(const value& v) const {
  if (json_schema::evaluator{*compiled_}.run(v)) return {};
  const auto found = validate(v, 1);
  return unexpected{errc::bad_input, found.empty() ? std::string{"the value breaks its schema"} : to_string(found[0])};
}

std::vector<violation> schema::validate(const value& v, std::size_t max_violations) const {
  std::vector<violation> out;
  (void)json_schema::evaluator{*compiled_}.run(v, &out, max_violations);
  return out;
}

const value& schema::document() const noexcept { return *compiled_->document; }

}  // namespace agents
