// SPDX-License-Identifier: Apache-2.0
#include "actors/contracts/question.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <set>
#include <sstream>
#include <unordered_map>

#include "actors/contracts/stems.hpp"
#include "actors/contracts/topics.hpp"

namespace agents::contracts {

namespace {

/// Numbers found by trying on half of the questions in tests/unit/actors/contracts/questions.hpp.
constexpr double phrase_share = 0.6;     // of the score; the rest comes from the words of the whole topic
constexpr double least_score = 0.34;     // below: no topic fits
constexpr double near_best = 0.80;       // other categories with at least this part of the best score are kept
constexpr double repetition_half = 1.0;  // BM25's k1
constexpr double pair_weight = 0.6;      // of a word pair, against a single word
constexpr double unknown_word = 0.5;     // weight of a word that no topic uses, against the rarest known word

constexpr double light_word_share = 0.3;  // weight of a light word, against its rarity

/// Words that many questions contain beside what they are about: who, how long, whether it is allowed.
constexpr auto light_words = std::to_array<std::string_view>(
    {"allow",        "amount", "bar",    "buyer",       "certain",  "client",   "compani",   "consultant", "contractor",
     "counterparti", "custom", "day",    "distributor", "far",      "forbid",   "forbidden", "franchisee", "how",
     "landlord",     "lessee", "lessor", "licensee",    "licensor", "long",     "many",      "month",      "much",
     "notic",        "owner",  "permit", "possibl",     "prevent",  "prohibit", "provider",  "requir",     "reseller",
     "right",        "seller", "servic", "side",        "supplier", "time",     "vendor",    "year"});

using bag = std::unordered_map<std::string, double>;

struct phrase_entry {
  bag features;
  double norm = 0;
};

struct topic_entry {
  const topic* about;
  bag counts;  // in how many of its phrases a stem occurs
  std::vector<phrase_entry> phrases;
};

bool is_light(std::string_view stem) { return std::ranges::find(light_words, stem) != light_words.end(); }

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find(separator, begin), text.size());
    if (end > begin) parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

std::string pair_of(const std::string& a, const std::string& b) {
  std::string pair = a;
  pair.append(1, ' ').append(b);
  return pair;
}

class topic_index {
 public:
  topic_index() {
    for (const auto& t : topics()) add(t);
    for (const auto& [word, count] : in_topics_)
      idf_[word] =
          std::log(1.0 + static_cast<double>(topics().size()) / count) * (is_light(word) ? light_word_share : 1.0);
    for (auto& entry : entries_)
      for (auto& p : entry.phrases) finish(p);
  }

  [[nodiscard]] bool knows(const std::string& word) const { return idf_.contains(word); }
  [[nodiscard]] const std::vector<topic_entry>& entries() const { return entries_; }

  [[nodiscard]] double idf(const std::string& word) const {
    const auto found = idf_.find(word);
    if (found != idf_.end()) return found->second;
    return unknown_word * std::log(1.0 + static_cast<double>(topics().size())) *
           (is_light(word) ? light_word_share : 1.0);
  }

  /// Single words and neighbouring pairs, weighted.
  [[nodiscard]] phrase_entry features(const std::vector<std::string>& words) const {
    phrase_entry p;
    for (const auto& w : words) p.features[w] = idf(w);
    for (std::size_t i = 0; i + 1 < words.size(); ++i)
      p.features[pair_of(words[i], words[i + 1])] = pair_weight * (idf(words[i]) + idf(words[i + 1])) / 2;
    for (const auto& [f, w] : p.features) p.norm += w * w;
    p.norm = std::sqrt(p.norm);
    return p;
  }

 private:
  void add(const topic& t) {
    topic_entry entry{&t, {}, {}};
    std::vector<std::string_view> phrases = split(t.phrases, '|');
    phrases.push_back(t.title);
    for (const auto phrase : phrases) {
      const auto words = stems(phrase);
      for (const auto& w : std::set<std::string>(words.begin(), words.end())) entry.counts[w] += 1;
      if (words.empty()) continue;
      phrase_words_.push_back(words);
      entry.phrases.push_back({});
      entry.phrases.back().norm = static_cast<double>(phrase_words_.size() - 1);  // until finish()
    }
    for (const auto& [word, count] : entry.counts) in_topics_[word] += 1;
    entries_.push_back(std::move(entry));
  }
  void finish(phrase_entry& p) { p = features(phrase_words_[static_cast<std::size_t>(p.norm)]); }

  std::vector<topic_entry> entries_;
  std::vector<std::vector<std::string>> phrase_words_;
  bag in_topics_;
  bag idf_;
};

const topic_index& index() {
  static const topic_index built;
  return built;
}

double likeness(const phrase_entry& a, const phrase_entry& b) {
  double dot = 0;
  for (const auto& [f, w] : a.features)
    if (const auto other = b.features.find(f); other != b.features.end()) dot += w * other->second;
  return a.norm == 0 || b.norm == 0 ? 0 : dot / (a.norm * b.norm);
}

/// Which part of the question's words, weighted by rarity, the topic uses; between 0 and 1.
double coverage(const std::set<std::string>& words, const topic_entry& entry) {
  double sum = 0;
  double all = 0;
  for (const auto& w : words) {
    all += index().idf(w);
    if (const auto found = entry.counts.find(w); found != entry.counts.end())
      sum += index().idf(w) * found->second / (found->second + repetition_half) * (1 + repetition_half) / 2;
  }
  return all == 0 ? 0 : std::min(1.0, sum / all);
}

struct scored {
  const topic* about;
  double score;
};

std::vector<scored> score_topics(const std::vector<std::string>& words) {
  const std::set<std::string> unique(words.begin(), words.end());
  const auto asked = index().features(words);
  std::vector<scored> all;
  for (const auto& entry : index().entries()) {
    double nearest = 0;
    for (const auto& p : entry.phrases) nearest = std::max(nearest, likeness(asked, p));
    all.push_back({entry.about, phrase_share * nearest + (1 - phrase_share) * coverage(unique, entry)});
  }
  std::ranges::stable_sort(all, std::greater{}, &scored::score);
  return all;
}

/// Drops names ("Can Acme terminate?"): words with a capital inside the question that no topic knows.
std::string without_names(const std::string& question) {
  std::istringstream in{question};
  std::string kept;
  for (std::string word; in >> word;) {
    const bool capital = std::isupper(static_cast<unsigned char>(word.front())) != 0;
    const auto own = stems(word);
    if (capital && !kept.empty() && own.size() == 1 && !index().knows(own.front())) continue;
    kept.append(word).append(1, ' ');
  }
  return kept;
}

std::string lower_start(const std::string& question) {
  std::string start;
  for (const char c : question.substr(0, 60)) start += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return start;
}

std::string kind_of(const std::string& question) {
  const auto start = lower_start(question) + ' ';
  const auto begins = [&](auto... words) { return (start.starts_with(words) || ...); };
  if (begins("list ", "which clauses", "which sections", "what are all", "show ", "find all", "enumerate"))
    return "list";
  if (begins("when ", "on what date", "on which date", "until when", "from when", "by when", "what date",
             "what is the date"))
    return "when";
  if (begins("who ", "whose ", "what ", "what's ", "which ", "how ", "under which ", "under what ", "where ",
             "by how much ", "for how long ", "in which ", "between whom ", "why ", "describe ", "explain ",
             "summarise ", "summarize "))
    return "what";
  return "yes_no";
}

std::vector<std::string> search_terms(const std::vector<std::string>& asked, const topic* about) {
  std::vector<std::string> terms;
  const auto add = [&](std::string word) {
    if (std::ranges::find(terms, word) == terms.end()) terms.push_back(std::move(word));
  };
  for (const auto& w : asked) add(w);
  if (about)
    for (const auto w : split(about->terms, ' ')) add(std::string{w});
  return terms;
}

std::vector<weighted_category> near_the_best(const std::vector<scored>& ranked) {
  std::vector<weighted_category> kept;
  for (const auto& s : ranked) {
    if (s.score < least_score || s.score < near_best * ranked.front().score || kept.size() == 3) break;
    if (!s.about->category.empty()) kept.push_back({std::string{s.about->category}, s.score});
  }
  return kept;
}

bool has_letters(std::string_view text) {
  return std::ranges::any_of(text, [](unsigned char c) { return std::isalpha(c) != 0 || c >= 0x80; });
}

struct companion {
  std::string_view category;
  std::string_view with;
};

/// What a lawyer would look up as well.
constexpr std::array companions = {
    companion{"Termination For Convenience", "Liquidated Damages"},
    companion{"Expiration Date", "Renewal Term"},
    companion{"Renewal Term", "Notice Period To Terminate Renewal"},
    companion{"Cap On Liability", "Uncapped Liability"},
    companion{"Non-Compete", "Competitive Restriction Exception"},
    companion{"Exclusivity", "Competitive Restriction Exception"},
    companion{"Anti-Assignment", "Change Of Control"},
};

std::vector<weighted_category> with_companions(std::vector<weighted_category> categories) {
  const auto asked = categories.size();
  for (std::size_t i = 0; i < asked; ++i)
    for (const auto& c : companions)
      if (categories[i].name == c.category &&
          std::ranges::find(categories, c.with, &weighted_category::name) == categories.end())
        categories.push_back({std::string{c.with}, 0});
  return categories;
}

/// "Who are the parties?", "What is this agreement?": only words that every question may contain.
std::vector<std::string> about_the_whole(const std::string& question) {
  const bool persons = question.find("part") != std::string::npos || question.starts_with("Who");
  return stems(topic_of(persons ? "Parties" : "Document Name")->phrases);
}

}  // namespace

expected<understanding> understand_question(const question_request& request) {
  auto words = stems(without_names(request.question));
  if (words.empty()) {
    if (!has_letters(request.question))
      return unexpected{errc::bad_input,
                        "no question was asked; add: --ask \"Can either party terminate for convenience?\""};
    words = about_the_whole(request.question);
  }
  const auto ranked = score_topics(words);
  const auto* best = ranked.front().score >= least_score ? ranked.front().about : nullptr;
  understanding u;
  u.kind = kind_of(request.question);
  u.terms = search_terms(words, best);
  u.topic = best ? std::string{best->title} : std::string{};
  if (best && !best->category.empty()) u.categories = near_the_best(ranked);
  u.look_for = with_companions(u.categories);
  u.uncertain = u.categories.empty();
  return u;
}

}  // namespace agents::contracts
