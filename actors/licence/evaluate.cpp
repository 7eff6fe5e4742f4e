// SPDX-License-Identifier: Apache-2.0
#include "actors/licence/evaluate.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <unordered_set>

#include "actors/licence/dep5.hpp"
#include "actors/licence/recognise.hpp"
#include "actors/licence/short_name.hpp"
#include "actors/licence/words.hpp"

namespace agents::licence {
namespace {

constexpr std::int64_t rare_below = 3;  ///< families with fewer paragraphs do not count in the macro average
constexpr std::size_t least_words = 4;  ///< shorter bodies are remarks, not licence texts

using family_set = std::set<std::string>;

/// A License paragraph: its declared meaning and its text.
struct sample {
  std::string source;
  std::size_t begin = 0;
  std::string name;
  expression declared;
  std::string_view body;
};

family_set families_of(const expression& e) {
  family_set out;
  for (const auto& all : e)
    for (const auto& id : all)
      if (const auto family = family_of(id); !family.empty()) out.emplace(family);
  return out;
}

std::set<std::string> gnu_ids(const expression& e) {
  std::set<std::string> out;
  for (const auto& all : e)
    for (const auto& id : all)
      if (const auto f = family_of(id); f == "GPL" || f == "LGPL" || f == "AGPL") out.insert(id);
  return out;
}

std::uint64_t hash_of(std::string_view body) {
  std::uint64_t out = 0;
  for (const auto& w : split_words(body)) out = out * 1099511628211ULL + w.key;
  return out ^ (out >> 29);
}

bool belongs_to(std::uint64_t hash, half which) {
  return which == half::all || (hash % 2 == 0) == (which == half::development);
}

/// Counts for one family.
struct tally {
  std::int64_t both = 0;
  std::int64_t declared = 0;
  std::int64_t recognised = 0;
};

double ratio(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

family_score score_of(const std::string& family, const tally& t) {
  const auto precision = ratio(t.both, t.recognised);
  const auto recall = ratio(t.both, t.declared);
  return {family, t.declared, precision, recall, ratio(2 * t.both, t.declared + t.recognised)};
}

/// Collects the results of all samples.
class scoreboard {
 public:
  void add(const sample& s, const expression& recognised) {
    ++out_.scored;
    const auto wanted = families_of(s.declared);
    const auto got = families_of(recognised);
    count(wanted, got);
    if (wanted == got) ++exact_;
    if (got.empty()) ++silent_;
    if (!std::includes(wanted.begin(), wanted.end(), got.begin(), got.end())) ++wrong_;
    count_gnu(gnu_ids(s.declared), gnu_ids(recognised));
    if (wanted != got || gnu_ids(s.declared) != gnu_ids(recognised))
      out_.disagreements.push_back({s.source, static_cast<std::int64_t>(s.begin), s.name, to_text(recognised)});
  }

  dep5_scores finish(dep5_scores base) {
    base.scored = out_.scored;
    base.disagreements = std::move(out_.disagreements);
    base.accuracy = ratio(exact_, base.scored);
    base.undecided = ratio(silent_, base.scored);
    base.wrong = ratio(wrong_, base.scored);
    base.exact_gnu = ratio(gnu_exact_, gnu_);
    tally all;
    double sum = 0;
    int common = 0;
    for (const auto& [family, t] : tallies_) {
      all.both += t.both, all.declared += t.declared, all.recognised += t.recognised;
      base.families.push_back(score_of(family, t));
      if (t.declared >= rare_below) sum += base.families.back().f1, ++common;
    }
    base.micro_f1 = score_of("", all).f1;
    base.macro_f1 = common == 0 ? 0 : sum / common;
    return base;
  }

 private:
  void count(const family_set& wanted, const family_set& got) {
    for (const auto& f : wanted) ++tallies_[f].declared;
    for (const auto& f : got) ++tallies_[f].recognised, tallies_[f].both += wanted.contains(f) ? 1 : 0;
  }

  void count_gnu(const std::set<std::string>& wanted, const std::set<std::string>& got) {
    if (wanted.empty()) return;
    ++gnu_;
    if (wanted == got) ++gnu_exact_;
  }

  dep5_scores out_;
  std::map<std::string, tally> tallies_;
  std::int64_t exact_ = 0;
  std::int64_t silent_ = 0;
  std::int64_t wrong_ = 0;
  std::int64_t gnu_ = 0;
  std::int64_t gnu_exact_ = 0;
};

std::vector<sample> samples_in(const std::string& path, std::string_view text) {
  std::vector<sample> out;
  for (const auto& stanza : parse_dep5(text))
    for (const auto& field : stanza.fields) {
      if (field.name != "license") continue;
      const auto body = text.substr(field.body, field.end - field.body);
      if (!field.first.empty() && split_words(body).size() >= least_words)
        out.push_back({path, field.body, std::string{field.first}, parse_synopsis(field.first), body});
    }
  return out;
}

expression everything_in(std::string_view body) {
  expression out;
  for (const auto& found : recognise(body)) out = both(out, found.licences);
  return out;
}

}  // namespace

expected<dep5_scores> evaluate_on_dep5(const machine& m, const std::string& dir, half which) {
  const auto files = m.files(dir, 2);
  if (!files) return files.propagate();
  dep5_scores base;
  scoreboard board;
  std::unordered_set<std::uint64_t> seen;
  std::chrono::steady_clock::duration spent{};
  for (const auto& path : *files) {
    if (!path.ends_with("/copyright")) continue;
    const auto text = m.read(path);
    if (!text || !is_dep5(*text)) continue;
    ++base.files;
    for (const auto& s : samples_in(path, *text)) {
      const auto hash = hash_of(s.body);
      if (!belongs_to(hash, which) || !seen.insert(hash).second) continue;
      ++base.paragraphs;
      if (s.declared.empty()) continue;
      const auto begin = std::chrono::steady_clock::now();
      const auto recognised = everything_in(s.body);
      spent += std::chrono::steady_clock::now() - begin;
      board.add(s, recognised);
    }
  }
  if (base.files == 0)
    return unexpected{errc::not_found, "no machine-readable copyright file below " + dir + " (looked for */copyright)"};
  auto out = board.finish(std::move(base));
  out.microseconds_per_document = std::chrono::duration<double, std::micro>(spent).count() /
                                  static_cast<double>(std::max<std::int64_t>(1, out.scored));
  return out;
}

}  // namespace agents::licence
