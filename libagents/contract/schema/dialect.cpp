// SPDX-License-Identifier: Apache-2.0
#include "libagents/contract/schema/dialect.hpp"

#include <array>
#include <optional>
#include <string>
#include <utility>

namespace agents::json_schema {
namespace {

constexpr std::string_view prefix = "https://json-schema.org/draft/2020-12/vocab/";
constexpr std::array<std::pair<std::string_view, vocabulary>, 8> names{{
    {"core", vocabulary::core},
    {"applicator", vocabulary::applicator},
    {"unevaluated", vocabulary::unevaluated},
    {"validation", vocabulary::validation},
    {"format-annotation", vocabulary::format_annotation},
    {"format-assertion", vocabulary::format_assertion},
    {"content", vocabulary::content},
    {"meta-data", vocabulary::metadata},
}};

std::optional<vocabulary> known(std::string_view uri) {
  if (!uri.starts_with(prefix)) return std::nullopt;
  uri.remove_prefix(prefix.size());
  for (const auto& [name, v] : names)
    if (uri == name) return v;
  return std::nullopt;
}

}  // namespace

expected<dialect> dialect_of(const value& metaschema) {
  const auto* declared = metaschema.find("$vocabulary");
  if (!declared || !declared->is_object()) return dialect{};
  dialect out{static_cast<std::uint8_t>(vocabulary::core)};
  for (const auto& [uri, required] : declared->as_object()) {
    if (const auto v = known(uri))
      out.vocabularies |= static_cast<std::uint8_t>(*v);
    else if (required == value{true})
      return unexpected{errc::unsupported, "the meta-schema requires the vocabulary " + uri +
                                               ", which is unknown here; use one of draft 2020-12 or make it optional"};
  }
  return out;
}

}  // namespace agents::json_schema
