// SPDX-License-Identifier: Apache-2.0
#include "cluster/config/table_reader.hpp"

#include <algorithm>

#include "libagents/contract/fields.hpp"

namespace agents::config {

unexpected wanted(const std::string& what) { return {errc::bad_input, "expected " + what}; }

setter time_span(duration& out) {
  return [&out](const value& v) -> expected<void> {
    const auto s = parse_seconds(v);
    if (!s) return s.propagate();
    out = duration{static_cast<std::int64_t>(*s * 1e9)};
    return {};
  };
}

setter text(std::string& out) {
  return [&out](const value& v) -> expected<void> {
    if (!v.is_string()) return wanted("a text");
    out = v.as_string();
    return {};
  };
}

setter flag(bool& out) {
  return [&out](const value& v) -> expected<void> {
    if (!v.is_bool()) return wanted("true or false");
    out = v.as_bool();
    return {};
  };
}

setter texts(std::vector<std::string>& out) {
  return [&out](const value& v) -> expected<void> {
    if (!v.is_array()) return wanted("a list of texts");
    out.clear();
    for (const auto& item : v.as_array()) {
      if (!item.is_string()) return wanted("a list of texts");
      out.push_back(item.as_string());
    }
    return {};
  };
}

expected<void> read_table(const toml_document& d, const std::string& pointer, const value& table,
                          const setters& known) {
  if (!table.is_object()) return d.at(pointer, "expected a table");
  for (const auto& m : table.as_object()) {
    const auto place = detail::pointer_child(pointer, m.name);
    const auto found = known.find(m.name);
    if (found == known.end()) {
      std::string list;
      for (const auto& [name, set] : known) list += (list.empty() ? "" : ", ") + name;
      return d.at(place, "unknown key \"" + m.name + "\"; known here are " + list);
    }
    if (auto ok = found->second(m.value); !ok) return d.at(place, "`" + m.name + "`: " + ok.error().message);
  }
  return {};
}

std::vector<named_table> tables_of(const toml_document& d, std::string_view kind) {
  std::vector<named_table> out;
  const auto* all = d.root.find(kind);
  if (!all || !all->is_object()) return out;
  for (const auto& m : all->as_object())
    out.push_back({m.name, detail::pointer_child("/" + std::string{kind}, m.name), &m.value});
  const auto place = [&d](const named_table& t) { return std::pair{d.lines.at(t.pointer), t.name}; };
  std::sort(out.begin(), out.end(), [&place](const auto& a, const auto& b) { return place(a) < place(b); });
  return out;
}

}  // namespace agents::config
