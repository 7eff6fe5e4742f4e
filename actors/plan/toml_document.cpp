// SPDX-License-Identifier: Apache-2.0
#include "actors/plan/toml_document.hpp"

#include <stdexcept>

// Some malformed keys, for instance "[[/", break an assumption of the parser. That must be an error: neither an abort
// nor, with NDEBUG, undefined behaviour.
#undef NDEBUG
#define TOML_ASSERT(condition) ((condition) ? void(0) : throw std::logic_error("malformed TOML"))
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored \
    "-Wterminate"  // in the parser's noexcept functions the check ends the program, as before
#endif
#include <toml++/toml.h>
#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>

#include "actors/plan/toml_scanner.hpp"
#include "libagents/contract/fields.hpp"

namespace agents {
namespace {

constexpr std::size_t max_bytes = 4 << 20;           // of a file; a plan of 10,000 steps has one million
constexpr double max_seconds = 100.0 * 366 * 86400;  // a hundred years fit into a duration

class converter {
 public:
  explicit converter(toml_document& out) : out_(out) {}

  /// The JSON Pointer of the first place that is nested too deep; "" when there is none.
  [[nodiscard]] const std::string& too_deep() const { return too_deep_; }

  value convert(const toml::node& node, const std::string& pointer, int depth) {
    out_.lines[pointer] = static_cast<int>(node.source().begin.line);
    if (depth > max_toml_depth) {
      if (too_deep_.empty()) too_deep_ = pointer;
      return {};
    }
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
  std::string too_deep_;
};

unexpected too_large(const std::string& file) {
  return {errc::bad_input, file + ": larger than " + std::to_string(max_bytes >> 20) +
                               " MiB, which no job and no configuration needs; check the path"};
}

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
  if (text.size() > max_bytes) return too_large(out.file);
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (text.starts_with(byte_order_mark))
    text.remove_prefix(byte_order_mark.size());  // the parser fails when nothing follows it
  toml_scanner look{text};
  if (const auto problem = look.problem(); !problem.empty())
    return unexpected{errc::bad_input, out.file + ":" + look.place() + ": " + std::string{problem}};
  try {
    const auto table = toml::parse(look.bearable(), out.file);
    converter c{out};
    out.root = c.convert(table, "", 0);
    if (!c.too_deep().empty()) return out.at(c.too_deep(), std::string{toml_too_deep});
  } catch (const toml::parse_error& e) {
    return unexpected{errc::bad_input, out.file + ":" + std::to_string(e.source().begin.line) + ":" +
                                           std::to_string(e.source().begin.column) + ": " +
                                           std::string{e.description()}};
  } catch (const std::logic_error&) {
    return unexpected{
        errc::bad_input,
        out.file + ": malformed key or table header; keys consist of letters, digits, '_' and '-', others are quoted"};
  }
  return out;
}

expected<toml_document> read_toml(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  if (!in) return unexpected{errc::not_found, "cannot open " + file.string() + "; check the path and its permissions"};
  std::string text(max_bytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) return unexpected{errc::io, "cannot read " + file.string() + "; it must be a file"};
  text.resize(static_cast<std::size_t>(in.gcount()));
  return parse_toml(text, file.string());
}

expected<double> parse_seconds(const value& v) {
  const unexpected wrong{
      errc::bad_input,
      "a duration is a number of seconds, or text like \"250ms\", \"5s\", \"2m\", \"1h\"; not negative"};
  double number = 0;
  std::string_view unit = "s";
  if (v.is_number()) {
    number = v.as_number();
  } else if (v.is_string()) {
    const auto& text = v.as_string();
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc{}) return wrong;
    unit = {end, static_cast<std::size_t>(text.data() + text.size() - end)};
  } else {
    return wrong;
  }
  if (unit == "ms")
    number /= 1000;
  else if (unit == "m")
    number *= 60;
  else if (unit == "h")
    number *= 3600;
  else if (unit != "s")
    return wrong;
  if (!(number >= 0 && number <= max_seconds)) return wrong;
  return number;
}

}  // namespace agents
