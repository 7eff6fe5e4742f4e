// SPDX-License-Identifier: Apache-2.0
#include "actors/evaluate/task_rows.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>

namespace agents::evaluate {
namespace {

namespace fs = std::filesystem;

/// Tab-separated cells with optional quotes; a quoted cell may span lines.
class tsv_reader {
 public:
  explicit tsv_reader(std::string_view text) : text_(text) {}

  /// The cells of the next row; empty at the end.
  std::vector<std::string> next() {
    std::vector<std::string> cells;
    if (at_ >= text_.size()) return cells;
    ++line_;
    do cells.push_back(cell());
    while (at_ < text_.size() && text_[at_] == '\t' && ++at_ <= text_.size());
    if (at_ < text_.size() && text_[at_] == '\r') ++at_;
    if (at_ < text_.size() && text_[at_] == '\n') ++at_;
    return cells;
  }
  [[nodiscard]] int line() const noexcept { return line_; }

 private:
  std::string cell() {
    if (at_ < text_.size() && text_[at_] == '"') return quoted();
    const auto end = std::min(text_.find_first_of("\t\r\n", at_), text_.size());
    std::string out{text_.substr(at_, end - at_)};
    at_ = end;
    return out;
  }

  std::string quoted() {
    std::string out;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"' && (at_ + 1 >= text_.size() || text_[at_ + 1] != '"')) break;
      if (text_[at_] == '"') ++at_;
      if (text_[at_] == '\n') ++line_;
      out.push_back(text_[at_]);
    }
    ++at_;
    return out;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 0;
};

std::optional<std::size_t> column(const std::vector<std::string>& header, std::string_view name) {
  const auto at = std::find(header.begin(), header.end(), name);
  if (at == header.end()) return std::nullopt;
  return static_cast<std::size_t>(at - header.begin());
}

expected<std::vector<task_row>> read_rows(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  tsv_reader reader{text};
  const auto header = reader.next();
  const auto label = column(header, "label");
  const auto content = column(header, "text");
  if (!label || !content) return unexpected{errc::corrupt, file.string() + ": the header needs `label` and `text`"};
  std::vector<task_row> out;
  for (auto cells = reader.next(); !cells.empty(); cells = reader.next()) {
    if (cells.size() == 1 && cells[0].empty()) continue;
    const auto where = file.string() + ":" + std::to_string(reader.line());
    if (cells.size() <= std::max(*label, *content)) return unexpected{errc::corrupt, where + ": too few columns"};
    if (cells[*label] != "Yes" && cells[*label] != "No")
      return unexpected{errc::corrupt, where + ": the label must be Yes or No"};
    out.push_back({std::move(cells[*content]), cells[*label] == "Yes"});
  }
  return out;
}

}  // namespace

expected<task_rows> load_task_rows(const fs::path& folder, const std::string& prefix, const std::string& file) {
  task_rows out;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator{folder / "tasks", ignored}) {
    const auto name = entry.path().filename().string();
    if (!name.starts_with(prefix) || !fs::exists(entry.path() / file)) continue;
    auto rows = read_rows(entry.path() / file);
    if (!rows) return rows.propagate();
    out.emplace(name, std::move(*rows));
  }
  if (out.empty()) return unexpected{errc::not_found, "no tasks/" + prefix + "*/" + file + " under " + folder.string()};
  return out;
}

}  // namespace agents::evaluate
