// SPDX-License-Identifier: Apache-2.0
#include "actors/licence/retrieve.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <unordered_map>

#include "actors/licence/licences.hpp"
#include "actors/licence/rules.hpp"
#include "actors/licence/scope.hpp"
#include "actors/licence/words.hpp"

namespace agents::licence {
namespace {

constexpr auto common_root = "/usr/share/common-licenses/";
constexpr double k1 = 1.2;
constexpr double b = 0.75;
constexpr std::size_t passages_per_question = 4;

/// A paragraph as a bag of words.
struct paragraph {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::unordered_map<std::uint64_t, int> counts = {};
  double length = 0;
};

/// Paragraphs with the number of them that contain each word.
struct paragraph_index {
  std::vector<paragraph> paragraphs;
  std::unordered_map<std::uint64_t, int> frequency;
  double average_length = 1;
};

bool is_empty_line(std::string_view line) { return line.find_first_not_of(" \t\r.*#/-") == std::string_view::npos; }

void add_paragraph(std::string_view text, std::size_t begin, std::size_t end, paragraph_index& to) {
  paragraph p{begin, end};
  const auto words = split_words(text.substr(begin, end - begin));
  if (words.empty()) return;
  for (const auto& w : words) ++p.counts[w.key];
  p.length = static_cast<double>(words.size());
  for (const auto& [key, count] : p.counts) ++to.frequency[key];
  to.paragraphs.push_back(std::move(p));
}

paragraph_index index_paragraphs(std::string_view text, std::size_t begin, std::size_t end) {
  paragraph_index out;
  auto open = begin;
  for (auto at = begin; at < end;) {
    const auto line_end = std::min(text.find('\n', at), end);
    if (is_empty_line(text.substr(at, line_end - at))) {
      add_paragraph(text, open, at, out);
      open = std::min(line_end + 1, end);
    }
    at = line_end + 1;
  }
  add_paragraph(text, open, end, out);
  double total = 0;
  for (const auto& p : out.paragraphs) total += p.length;
  if (!out.paragraphs.empty()) out.average_length = total / static_cast<double>(out.paragraphs.size());
  return out;
}

double score_of(const paragraph_index& index, const paragraph& p, const std::vector<word>& query) {
  const auto n = static_cast<double>(index.paragraphs.size());
  double out = 0;
  for (const auto& w : query) {
    const auto count = p.counts.find(w.key);
    if (count == p.counts.end()) continue;
    const double df = index.frequency.at(w.key);
    const double tf = count->second;
    const double idf = std::log(1 + (n - df + 0.5) / (df + 0.5));
    out += idf * tf * (k1 + 1) / (tf + k1 * (1 - b + b * p.length / index.average_length));
  }
  return out;
}

std::vector<passage> search(const paragraph_index& index, const std::string& document, std::string_view text,
                            std::string_view query, std::size_t count) {
  const auto words = split_words(query);
  std::vector<passage> out;
  for (const auto& p : index.paragraphs)
    if (const auto score = score_of(index, p, words); score > 0)
      out.push_back(
          {"", "", document, static_cast<std::int64_t>(p.begin), static_cast<std::int64_t>(p.end), "", score});
  const auto kept = std::min(count, out.size());
  std::partial_sort(
      out.begin(), out.begin() + static_cast<std::ptrdiff_t>(kept), out.end(),
      [](const passage& x, const passage& y) { return x.score != y.score ? x.score > y.score : x.begin < y.begin; });
  out.resize(kept);
  for (auto& p : out)
    p.text = text.substr(static_cast<std::size_t>(p.begin), static_cast<std::size_t>(p.end - p.begin));
  return out;
}

/// A place where the text of a licence stands.
struct source {
  std::string licence;
  std::string document;
  std::size_t begin = 0;
  std::size_t end = 0;
  auto operator<=>(const source&) const = default;
};

std::vector<std::string> split_and(const std::string& chosen) {
  std::vector<std::string> out;
  std::size_t at = 0;
  for (auto next = chosen.find(" AND "); next != std::string::npos; next = chosen.find(" AND ", at)) {
    out.push_back(chosen.substr(at, next - at));
    at = next + 5;
  }
  out.push_back(chosen.substr(at));
  return out;
}

std::string common_file(std::string_view base) {
  const auto* row = find_licence(base);
  // The common BSD text names the University of California; other BSD texts name others, so it proves nothing for them.
  if (!row || row->common_file.empty() || row->common_file == "BSD") return {};
  return common_root + std::string{row->common_file};
}

/// Reads each document once, and indexes each range once.
class library {
 public:
  explicit library(const machine& m) : machine_(m) {}

  void search_in(const source& where, std::string_view licence, std::vector<passage>& to) {
    const auto* text = text_of_document(where.document);
    if (!text) return;
    const auto end = std::min(where.end, text->size());
    if (where.begin >= end) return;
    auto [entry, fresh] = indexes_.try_emplace(source{"", where.document, where.begin, end});
    if (fresh) entry->second = index_paragraphs(*text, where.begin, end);
    std::set<std::string_view> asked;
    for (const auto& r : rule_table()) {
      if (!is_about(r, licence) || !asked.insert(r.question).second) continue;
      for (auto& p :
           search(entry->second, where.document, *text, words_of_question(r.question), passages_per_question)) {
        p.licence = licence;
        p.question = r.question;
        to.push_back(std::move(p));
      }
    }
  }

 private:
  const std::string* text_of_document(const std::string& path) {
    auto [entry, fresh] = texts_.try_emplace(path);
    if (fresh)
      if (auto text = machine_.read(path)) entry->second = std::move(*text);
    return entry->second.empty() ? nullptr : &entry->second;
  }

  const machine& machine_;
  std::map<std::string, std::string> texts_;
  std::map<source, paragraph_index> indexes_;
};

void search_licence(library& lib, const std::string& id, const finding& f, std::set<source>& seen,
                    std::vector<passage>& to) {
  const auto base = followed_version(id);
  const auto look = [&](const source& where, std::string_view rules_of) {
    auto key = where;
    key.licence = rules_of;
    if (seen.insert(key).second) lib.search_in(where, rules_of, to);
  };
  look({"", f.evidence.source, static_cast<std::size_t>(f.text_begin), static_cast<std::size_t>(f.text_end)}, base);
  if (const auto common = common_file(base); !common.empty()) look({"", common, 0, SIZE_MAX}, base);
  // LGPL 3 is an addition to GPL 3, which says how source is provided.
  if (base == "LGPL-3.0") look({"", common_file("GPL-3.0"), 0, SIZE_MAX}, "LGPL-3.0-source");
}

}  // namespace

std::vector<passage> best_paragraphs(const std::string& document, std::string_view text, std::size_t begin,
                                     std::size_t end, std::string_view query, std::size_t count) {
  end = std::min(end, text.size());
  return search(index_paragraphs(text, std::min(begin, end), end), document, text, query, count);
}

retrieval retrieve(const machine& m, const classification& c) {
  retrieval out{c, {}};
  library lib{m};
  std::set<source> seen;
  for (const auto& f : c.findings)
    if (may_be_shipped(f.scope))
      for (const auto& id : split_and(f.chosen)) search_licence(lib, id, f, seen, out.passages);
  return out;
}

}  // namespace agents::licence
