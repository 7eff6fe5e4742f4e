// SPDX-License-Identifier: Apache-2.0
#include "actors/classify/labelled_document.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "actors/text/utf8.hpp"

namespace agents::classify {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

expected<std::string> read_file(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  if (!in) return unexpected{errc::not_found, "cannot open " + path.string()};
  return std::string{std::istreambuf_iterator<char>{in}, {}};
}

/// `labels_*.jsonl` of the folder, sorted.
std::vector<fs::path> label_files(const fs::path& folder) {
  std::vector<fs::path> out;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator{folder, ignored}) {
    const auto name = entry.path().filename().string();
    if (name.starts_with("labels_") && name.ends_with(".jsonl")) out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

/// The text of a contract: in the folder of its split, or in any other folder under `contracts`.
expected<std::string> contract_text(const fs::path& folder, const std::string& split, const std::string& title) {
  const auto file = title + ".txt";
  if (!split.empty() && fs::exists(folder / "contracts" / split / file))
    return read_file(folder / "contracts" / split / file);
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator{folder / "contracts", ignored})
    if (entry.is_directory() && fs::exists(entry.path() / file)) return read_file(entry.path() / file);
  return unexpected{errc::not_found, "no contracts/*/" + file + " under " + folder.string() +
                                         "; each labelled contract needs its text there"};
}

expected<std::vector<byte_range>> read_spans(const json& spans, const text::character_index& characters) {
  std::vector<byte_range> out;
  for (const auto& s : spans) {
    const auto begin = characters.byte_of(s.at(0).get<std::int64_t>());
    const auto end = characters.byte_of(s.at(1).get<std::int64_t>());
    if (!begin || !end || *begin >= *end)
      return unexpected{errc::corrupt, "the span " + s.dump() + " is empty or beyond the text of " +
                                           std::to_string(characters.characters()) + " characters"};
    out.push_back({*begin, *end});
  }
  return out;
}

expected<void> read_clauses(const json& label, const text::character_index& characters, labelled_document& out) {
  const auto category = label.at("category").get<std::string>();
  out.asked.push_back(category);
  for (const auto& clause : label.at("clauses")) {
    auto spans = read_spans(clause.value("spans", json::array()), characters);
    if (!spans) return spans.propagate();
    out.clauses.push_back({category, clause.at("text").get<std::string>(), std::move(*spans)});
  }
  return {};
}

expected<labelled_document> read_document(const fs::path& folder, const std::string& line) {
  const auto row = json::parse(line);
  labelled_document out;
  out.title = row.at("contract").get<std::string>();
  auto content = contract_text(folder, row.value("split", ""), out.title);
  if (!content) return content.propagate();
  out.text = std::move(*content);
  const text::character_index characters{out.text};
  for (const auto& label : row.at("labels"))
    if (auto done = read_clauses(label, characters, out); !done) return done.propagate();
  return out;
}

unexpected at_line(const error& e, const fs::path& file, int line) {
  return {e.code, file.string() + ":" + std::to_string(line) + ": " + e.message};
}

expected<void> read_labels(const fs::path& folder, const fs::path& file, std::vector<labelled_document>& out) {
  std::ifstream in{file, std::ios::binary};
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    if (line.empty()) continue;
    try {
      auto document = read_document(folder, line);
      if (!document) return at_line(document.error(), file, number);
      out.push_back(std::move(*document));
    } catch (const json::exception& e) {
      return at_line({errc::corrupt, e.what()}, file, number);
    }
  }
  return {};
}

/// The first two cells of a line of CSV (RFC 4180, without line breaks in cells).
std::pair<std::string, std::string> two_cells(std::string_view line) {
  std::array<std::string, 2> cells;
  std::size_t cell = 0;
  bool quoted = false;
  for (std::size_t at = 0; at < line.size() && cell < cells.size(); ++at) {
    if (line[at] == '"' && quoted && at + 1 < line.size() && line[at + 1] == '"')
      cells[cell].push_back(line[at++]);
    else if (line[at] == '"')
      quoted = !quoted;
    else if (line[at] == ',' && !quoted)
      ++cell;
    else
      cells[cell].push_back(line[at]);
  }
  return {cells[0], cells[1]};
}

/// "Category: Audit Rights" → "Audit Rights".
std::string without_label(const std::string& cell) {
  const auto colon = cell.find(": ");
  return colon == std::string::npos || colon > 12 ? cell : cell.substr(colon + 2);
}

}  // namespace

std::map<std::string, std::string> load_category_questions(const fs::path& folder) {
  std::map<std::string, std::string> out;
  std::ifstream in{folder / "category_descriptions.csv", std::ios::binary};
  for (std::string line; std::getline(in, line);) {
    const auto [name, question] = two_cells(line);
    if (!name.empty() && !question.empty()) out[lower_case(without_label(name))] = without_label(question);
  }
  return out;
}

std::string lower_case(std::string_view text) {
  std::string out{text};
  for (auto& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  return out;
}

expected<std::vector<labelled_document>> load_labelled_documents(const fs::path& folder) {
  const auto files = label_files(folder);
  if (files.empty())
    return unexpected{errc::not_found,
                      "no labels_*.jsonl in " + folder.string() + "; expected contracts/*/*.txt and labels_*.jsonl"};
  std::vector<labelled_document> out;
  for (const auto& file : files)
    if (auto done = read_labels(folder, file, out); !done) return done.propagate();
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.title < b.title; });
  return out;
}

}  // namespace agents::classify
