// SPDX-License-Identifier: Apache-2.0
#include "actors/plan/toml_document.hpp"

#include <toml++/toml.h>
#include <charconv>
#include <fstream>
#include <sstream>

#include "libagents/contract/fields.hpp"

namespace agents {
namespace {

constexpr int max_depth = 64;  // of tables and arrays; a plan needs five

class converter {
 public:
  explicit converter(toml_document& out) : out_(out) {}

  value convert(const toml::node& node, const std::string& pointer, int depth) {
    out_.lines[pointer] = static_cast<int>(node.source().begin.line);
    if (depth > max_depth) return {};
    if (const auto* table = node.as_table()) return table_value(*table, pointer, depth);
    if (const auto* list = node.as_array()) return list_value(*list, pointer, depth);
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* whole = node.as_integer()) return whole->get();
    if (const auto* real = node.as_floating_point()) return real->get();
    if (const auto* flag = node.as_boolean()) return flag->get();
    std::ostringstream text;
    node.visit([&text](const auto& leaf) {
      if constexpr (toml::is_date<decltype(leaf)> || toml::is_time<decltype(leaf)> ||
                    toml::is_date_time<decltype(leaf)>)
        text << leaf.get();
    });
    return text.str();
  }

 private:
  value table_value(const toml::table& table, const std::string& pointer, int depth) {
    object out;
    for (const auto& [key, node] : table) {
      const std::string_view name{key.str()};
      out[name] = convert(node, detail::pointer_child(pointer, name), depth + 1);
    }
    return out;
  }
  value list_value(const toml::array& list, const std::string& pointer, int depth) {
    array out;
    for (const auto& node : list) out.push_back(convert(node, pointer + "/" + std::to_string(out.size()), depth + 1));
    return out;
  }

  toml_document& out_;
};

}  // namespace

unexpected toml_document::at(std::string_view pointer, const std::string& what) const {
  std::string place{pointer};
  while (!place.empty() && !lines.contains(place))
    place.resize(place.rfind('/') == std::string::npos ? 0 : place.rfind('/'));
  const auto found = lines.find(place);
  const auto line = found == lines.end() || found->second == 0 ? std::string{} : ":" + std::to_string(found->second);
  return {errc::bad_input, file + line + ": " + what};
}

expected<toml_document> parse_toml(std::string_view text, std::string file) {
  toml_document out;
  out.file = std::move(file);
  try {
    const auto table = toml::parse(text, out.file);
    out.root = converter{out}.convert(table, "", 0);
  } catch (const toml::parse_error& e) {
    return unexpected{errc::bad_input, out.file + ":" + std::to_string(e.source().begin.line) + ":" +
                                           std::to_string(e.source().begin.column) + ": " +
                                           std::string{e.description()}};
  }
  return out;
}

expected<toml_document> read_toml(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  if (!in) return unexpected{errc::not_found, "cannot open " + file.string() + "; check the path and its permissions"};
  std::ostringstream text;
  text << in.rdbuf();
  if (in.bad()) return unexpected{errc::io, "cannot read " + file.string()};
  return parse_toml(text.str(), file.string());
}

expected<double> parse_seconds(const value& v) {
  if (v.is_number()) return v.as_number();
  const unexpected wrong{errc::bad_input,
                         "a duration is a number of seconds, or text like \"250ms\", \"5s\", \"2m\", \"1h\""};
  if (!v.is_string()) return wrong;
  const auto& text = v.as_string();
  double number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit{end, static_cast<std::size_t>(text.data() + text.size() - end)};
  if (failure != std::errc{} || number < 0) return wrong;
  if (unit == "ms") return number / 1000;
  if (unit == "s") return number;
  if (unit == "m") return number * 60;
  if (unit == "h") return number * 3600;
  return wrong;
}

}  // namespace agents
