// SPDX-License-Identifier: Apache-2.0
#include "actors/verify/citations.hpp"

#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "actors/text/citation.hpp"

namespace agents::verify {
namespace {

constexpr std::streamoff file_limit_bytes = 64 << 20;
constexpr std::size_t shown_failures = 5;
constexpr std::string_view open_quote = "«";
constexpr std::string_view close_quote = "»";

/// The files that citations name, each read once.
class file_cache {
 public:
  const std::string* read(const std::string& path) {
    auto [entry, fresh] = files_.try_emplace(path);
    if (fresh) entry->second = load(path);
    return entry->second ? &*entry->second : nullptr;
  }

 private:
  static std::optional<std::string> load(const std::string& path) {
    std::ifstream in{path, std::ios::binary | std::ios::ate};
    if (!in) return std::nullopt;
    const auto size = static_cast<std::streamoff>(in.tellg());
    if (size < 0 || size > file_limit_bytes) return std::nullopt;
    std::string out(static_cast<std::size_t>(size), '\0');
    in.seekg(0);
    in.read(out.data(), size);
    if (in.gcount() != size) return std::nullopt;
    return out;
  }

  std::map<std::string, std::optional<std::string>> files_;
};

/// What is wrong with a citation; empty when it holds.
std::string problem_of(const text::citation& c, file_cache& files) {
  const auto place = c.source + " [" + std::to_string(c.begin) + ", " + std::to_string(c.end) + ")";
  if (!c.source.starts_with('/')) return place + ": the source is no absolute path";
  if (c.begin < 0 || c.end <= c.begin) return place + ": the range is empty";
  const auto* file = files.read(c.source);
  if (!file) return place + ": the file cannot be read";
  if (static_cast<std::size_t>(c.end) > file->size())
    return place + ": the file has only " + std::to_string(file->size()) + " bytes";
  const auto bytes =
      std::string_view{*file}.substr(static_cast<std::size_t>(c.begin), static_cast<std::size_t>(c.end - c.begin));
  return bytes == c.text ? std::string{} : place + ": the file says something else there";
}

/// Everything between « and » in a string.
void find_quotes(std::string_view text, std::vector<std::string>& to) {
  for (auto at = text.find(open_quote); at != std::string_view::npos; at = text.find(open_quote, at)) {
    at += open_quote.size();
    const auto end = text.find(close_quote, at);
    if (end == std::string_view::npos) {
      to.emplace_back(text.substr(at));
      return;
    }
    to.emplace_back(text.substr(at, end - at));
    at = end + close_quote.size();
  }
}

/// The quotations of a value, members called "citations" left out: they are checked against the files themselves.
void collect_quotes(const value& v, std::vector<std::string>& to) {
  if (v.is_string()) return find_quotes(v.as_string(), to);
  if (v.is_array())
    for (const auto& item : v.as_array()) collect_quotes(item, to);
  if (v.is_object())
    for (const auto& [name, item] : v.as_object())
      if (name != "citations" && name != "evidence") collect_quotes(item, to);
}

/// Counts what holds and remembers what does not.
class tally {
 public:
  void add(const std::string& problem) {
    ++total_;
    if (problem.empty()) return;
    if (failures_ < shown_failures) critique_ += (critique_.empty() ? "" : "; ") + problem;
    ++failures_;
  }

  [[nodiscard]] verdict finish() const {
    if (failures_ == 0) return {true, 1, ""};
    return {false, 1 - static_cast<double>(failures_) / static_cast<double>(total_),
            std::to_string(failures_) + " of " + std::to_string(total_) +
                " citations and quotations do not hold: " + critique_};
  }

 private:
  std::size_t total_ = 0;
  std::size_t failures_ = 0;
  std::string critique_;
};

}  // namespace

verdict verify_citations(const verification& v) {
  const auto* list = v.output.find("citations");
  if (!list) return {false, 0, "the output has no field \"citations\""};
  const auto citations = from_value<std::vector<text::citation>>(*list);
  if (!citations) return {false, 0, "\"citations\" is no list of citations: " + citations.error().message};

  tally result;
  file_cache files;
  std::set<std::string> cited;
  for (const auto& c : *citations) {
    result.add(problem_of(c, files));
    cited.insert(c.text);
  }
  std::vector<std::string> quotes;
  collect_quotes(v.output, quotes);
  for (const auto& q : quotes)
    result.add(cited.contains(q) ? "" : "«" + q.substr(0, 60) + "» is quoted without a citation");
  return result.finish();
}

}  // namespace agents::verify
