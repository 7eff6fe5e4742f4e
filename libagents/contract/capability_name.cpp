// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include "libagents/contract/version.hpp"

namespace agents {
namespace {

constexpr std::size_t longest_name = 128;

std::string shown(std::string_view text) {
  std::string out{'"'};
  out += text.substr(0, longest_name);
  return out += '"';
}

unexpected bad_name(std::string_view name, std::string_view why) {
  return unexpected{errc::bad_input, "capability name " + shown(name) + ": " + std::string{why} +
                                         "; write lower-case identifiers joined by dots, as in text.retrieve"};
}

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_name_character(char c) { return is_lower(c) || (c >= '0' && c <= '9') || c == '_' || c == '-'; }

/// What is wrong with the identifier between two dots, if anything.
std::optional<std::string> problem_of(std::string_view identifier) {
  if (identifier.empty()) return "an identifier between the dots is empty";
  if (!is_lower(identifier.front())) return "an identifier must start with a letter a-z";
  for (const char c : identifier)
    if (!is_name_character(c)) return "only a-z, 0-9, _ and - are allowed in an identifier";
  return std::nullopt;
}

struct name_and_version {
  std::string_view name;
  std::optional<std::string_view> version = std::nullopt;
};

name_and_version split(std::string_view text) {
  const auto at = text.find('@');
  if (at == std::string_view::npos) return {text};
  return {text.substr(0, at), text.substr(at + 1)};
}

unexpected nothing_after_at(std::string_view text) {
  return unexpected{errc::bad_input, "capability " + shown(text) + ": no version follows the @; write one, as in " +
                                         std::string{split(text).name.substr(0, longest_name)} + "@1"};
}

}  // namespace

expected<void> check_capability_name(std::string_view name) {
  if (name.empty()) return bad_name(name, "it is empty");
  if (name.size() > longest_name) return bad_name(name, "it is longer than 128 characters");
  for (auto rest = name;;) {
    const auto dot = rest.find('.');
    if (const auto problem = problem_of(rest.substr(0, dot))) return bad_name(name, *problem);
    if (dot == std::string_view::npos) return {};
    rest.remove_prefix(dot + 1);
  }
}

expected<capability_ref> capability_ref::parse(std::string_view text) {
  const auto parts = split(text);
  if (const auto ok = check_capability_name(parts.name); !ok) return ok.propagate();
  capability_ref out{std::string{parts.name}, {}};
  if (!parts.version) return out;
  if (parts.version->empty()) return nothing_after_at(text);
  auto range = version_range::parse(*parts.version);
  if (!range) return range.propagate();
  out.range = std::move(*range);
  return out;
}

expected<capability_id> capability_id::parse(std::string_view text) {
  const auto parts = split(text);
  if (const auto ok = check_capability_name(parts.name); !ok) return ok.propagate();
  if (!parts.version)
    return unexpected{errc::bad_input, "capability " + shown(text) + ": an offered capability needs a version; write " +
                                           std::string{parts.name} + "@1"};
  if (parts.version->empty()) return nothing_after_at(text);
  const auto v = parse_version(*parts.version);
  if (!v) return v.propagate();
  return capability_id{std::string{parts.name}, *v};
}

std::string to_string(const capability_ref& ref) {
  return ref.range.text() == "*" ? ref.name : ref.name + "@" + ref.range.text();
}

std::string to_string(const capability_id& id) { return id.name + "@" + to_string(id.version); }

bool matches(const capability_ref& ref, const capability_id& id) noexcept {
  return ref.name == id.name && ref.range.matches(id.version);
}

}  // namespace agents
