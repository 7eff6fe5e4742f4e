// SPDX-License-Identifier: Apache-2.0
#include "actors/contracts/answer.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdio>

#include "actors/contracts/statements.hpp"
#include "actors/contracts/topics.hpp"
#include "actors/contracts/wording.hpp"

namespace agents::contracts {

namespace {

/// Chosen on contracts of CUAD by the harness in evaluation.hpp; see docs/contract_review.md.
constexpr double present_from = 0.6;  // of the joint probability
constexpr double absent_to = 0.4;
constexpr double rules_share = 0.25;       // of the joint probability that comes from the rules
constexpr double likely_place = 0.35;      // probability from which the model's place counts without the rules
constexpr double both_bonus = 0.5;         // for a place that both found
constexpr double denial_confidence = 0.8;  // of a sentence that excludes what was asked about
constexpr std::size_t most_cited = 4;      // clauses per category
constexpr std::size_t nearest_passages = 3;
constexpr std::size_t quote_bytes = 420;  // shown in the answer; the citation itself is complete

const opinion* opinion_on(std::string_view category, const found_clauses& from) {
  const auto found = std::ranges::find(from.opinions, category, &opinion::category);
  return found == from.opinions.end() ? nullptr : &*found;
}

std::vector<clause> of_category(std::string_view category, const found_clauses& from) {
  std::vector<clause> out;
  std::ranges::copy_if(from.clauses, std::back_inserter(out), [&](const auto& c) { return c.category == category; });
  return out;
}

std::string percent(double p) { return std::to_string(std::lround(100 * p)) + " %"; }

text::citation cite(const clause& c, const std::string& source) { return {source, c.begin, c.end, c.text}; }

/// "[2] 9.3: “Merchant may terminate …”"
std::string quotation(std::size_t number, const text::citation& c) {
  auto words = squeeze(c.text);
  if (words.size() > quote_bytes) {
    auto end = words.rfind(' ', quote_bytes);
    words = words.substr(0, end) + " …";
  }
  return "[" + std::to_string(number) + "] \"" + words + "\"\n";
}

/// Builds an answer while keeping the numbers of citations and the list of quotations in step.
class answer_writer {
 public:
  explicit answer_writer(const answer_request& request) : request_(request) {}

  [[nodiscard]] std::size_t number_of(const clause& c) {
    auto citation = cite(c, request_.clauses.source);
    const auto known = std::ranges::find(out.citations, citation);
    if (known != out.citations.end()) return static_cast<std::size_t>(known - out.citations.begin()) + 1;
    out.citations.push_back(std::move(citation));
    return out.citations.size();
  }
  void add_finding(const clause& c, const statement& s) {
    const auto n = number_of(c);
    out.findings.push_back({c.category, s.text, s.value, out.citations[n - 1]});
    say(s.text + " [" + std::to_string(n) + "].");
  }
  void say(std::string_view sentence) {
    text_.append(text_.empty() || text_.back() == '\n' ? "" : " ").append(sentence);
  }
  void new_paragraph() { text_ += "\n"; }
  contract_answer finish() {
    out.answer = text_ + "\n";
    for (std::size_t i = 0; i < out.citations.size(); ++i)
      out.answer += (i == 0 ? "\n" : "") + quotation(i + 1, out.citations[i]);
    return std::move(out);
  }

  contract_answer out;

 private:
  const answer_request& request_;
  std::string text_;
};

void cite_nearest(answer_writer& w, const std::vector<clause>& nearest) {
  const auto n = std::min(nearest.size(), nearest_passages);
  if (n == 0) return;
  std::string numbers;
  for (std::size_t i = 0; i < n; ++i) numbers += " [" + std::to_string(w.number_of(nearest[i])) + "]";
  w.say("The nearest passages are" + numbers + ".");
}

contract_answer undecided(answer_writer& w, std::string why, const std::vector<clause>& nearest) {
  w.say("Could not be decided: " + why + ".");
  cite_nearest(w, nearest);
  w.out.verdict = "undecided";
  w.out.decided = false;
  w.out.why_undecided = std::move(why);
  return w.finish();
}

struct stated {
  clause from;
  statement what;
};

std::vector<stated> statements_for(std::string_view category, const answer_request& r) {
  std::vector<stated> all;
  for (auto& c : supporting_clauses(category, r.clauses, r.judged)) {
    auto s = state(category, c.text, r.parties);
    all.push_back({std::move(c), std::move(s)});
  }
  return all;
}

/// Whose right it is, over all clauses: both, or the names of those who have it.
struct holders {
  bool both = false;
  std::vector<std::string> names;
};

holders holders_of(const std::vector<stated>& all) {
  holders h;
  for (const auto& s : all) {
    if (s.from.denies) continue;
    h.both |= s.what.who.who == actor::scope::both;
    if (s.what.who.who == actor::scope::one && std::ranges::find(h.names, s.what.who.name) == h.names.end())
      h.names.push_back(s.what.who.name);
  }
  return h;
}

/// The party that the question names ("Can Merchant terminate …"), or nullptr.
const contract_party* party_asked_about(const answer_request& r) {
  for (const auto& p : r.parties) {
    const bool by_alias = p.alias.size() > 2 && r.question.find(p.alias) != std::string::npos;
    if (by_alias || (p.name.size() > 3 && r.question.find(p.name) != std::string::npos)) return &p;
  }
  return nullptr;
}

/// Categories where "who?" changes the answer to a yes/no question.
constexpr auto rights_of_someone = std::to_array<std::string_view>({"Termination For Convenience"});

/// Clauses of these take something away: "May we …?" is answered the other way round.
constexpr auto restrictions = std::to_array<std::string_view>(
    {"Anti-Assignment", "Non-Compete", "Exclusivity", "No-Solicit Of Customers", "No-Solicit Of Employees",
     "Non-Disparagement", "Price Restrictions", "Non-Transferable License", "Covenant Not To Sue", "Volume Restriction",
     "Irrevocable Or Perpetual License"});

/// Clauses of these give something: a plain "Yes" is right when they are there.
constexpr auto grants = std::to_array<std::string_view>(
    {"Audit Rights", "Renewal Term", "License Grant", "Affiliate License-Licensee", "Unlimited/All-You-Can-Eat-License",
     "Insurance", "Minimum Commitment", "Revenue/Profit Sharing", "Joint Ip Ownership", "Source Code Escrow",
     "Most Favored Nation", "Cap On Liability"});

template <class Table>
bool is_among(const Table& table, std::string_view category) {
  return std::ranges::find(table, category) != table.end();
}

enum class asked_for : std::uint8_t { existence, permission, other };

/// "Is there a …?" asks whether a clause exists, "May we …?" whether something is allowed.
asked_for form_of(const std::string& question) {
  static const re2::RE2 existence{
      R"((?i)^\s*(?:is|are|was) there\b|^\s*(?:does|do) (?:the|this|it)\b.{0,40}\b(?:contain|have|include|provide|restrict|require|forbid|prohibit|limit)|\b(?:forbidden|prohibited|barred|prevented|restricted|restrict|required|necessary|consent|need)\b)"};
  static const re2::RE2 permission{
      R"((?i)^\s*(?:may|can|could|might|am|are we|is (?:it|\w+ing)|are they)\b|\b(?:allowed|permitted|free to|freely|assignable|transferable)\b)"};
  if (question.empty() || re2::RE2::PartialMatch(question, existence)) return asked_for::existence;
  return re2::RE2::PartialMatch(question, permission) ? asked_for::permission : asked_for::other;
}

struct opening {
  std::string words;
  std::string verdict;
};

opening open_for_holder(const answer_request& r, const holders& h) {
  const auto* asked = party_asked_about(r);
  if (h.both) return {"Yes.", "yes"};
  if (h.names.size() > 1 && !asked) return {"Yes, each by its own clause.", "yes"};
  if (h.names.empty()) return {"Yes.", "yes"};
  const bool named =
      asked && std::ranges::any_of(h.names, [&](const auto& n) { return n == asked->alias || n == asked->name; });
  if (asked && named) return {"Yes.", "yes"};
  if (asked) return {"Not " + asked->alias + ", as far as the clauses found say: the right is another party's.", "no"};
  return {"Yes, but only one party: " + h.names.front() + ".", "one_party"};
}

opening open_answer(std::string_view category, const answer_request& r, const std::vector<stated>& all) {
  if (r.understanding.kind != "yes_no") return {"", "found"};
  if (is_among(rights_of_someone, category)) return open_for_holder(r, holders_of(all));
  const auto form = form_of(r.question);
  if (form == asked_for::existence || is_among(grants, category)) return {"Yes.", "yes"};
  if (form == asked_for::permission && is_among(restrictions, category))
    return {"Not freely: the contract restricts it.", "restricted"};
  return {"The contract has a clause on this.", "found"};
}

void answer_present(answer_writer& w, std::string_view category, const answer_request& r, const presence& p) {
  const auto all = statements_for(category, r);
  const auto start = open_answer(category, r, all);
  if (!start.words.empty()) w.say(start.words);
  std::vector<std::string> said;
  for (const auto& s : all) {
    if (std::ranges::find(said, s.what.text) != said.end()) continue;
    said.push_back(s.what.text);
    w.add_finding(s.from, s.what);
  }
  w.out.verdict = start.verdict;
  w.out.decided = true;
  w.out.confidence = p.confidence;
}

const clause* denial_of(std::string_view category, const std::optional<found_clauses>& rules) {
  if (!rules) return nullptr;
  const auto found =
      std::ranges::find_if(rules->clauses, [&](const auto& c) { return c.denies && c.category == category; });
  return found == rules->clauses.end() ? nullptr : &*found;
}

constexpr auto read_when_denied = std::to_array<std::string_view>({"Termination For Convenience", "Renewal Term"});

void answer_denied(answer_writer& w, const clause& denial, const answer_request& r) {
  if (r.understanding.kind == "yes_no") w.say("No.");
  w.add_finding(denial, is_among(read_when_denied, denial.category) ? state(denial.category, denial.text, r.parties)
                                                                    : statement{"The contract excludes this", "", {}});
  w.out.verdict = r.understanding.kind == "yes_no" ? "no" : "not_found";
  w.out.decided = true;
  w.out.confidence = denial_confidence;
  w.new_paragraph();
  w.say("Basis: the rules found a sentence that excludes it, and none that grants it.");
}

void answer_absent(answer_writer& w, std::string_view category, const answer_request& r, const presence& p,
                   const std::vector<clause>& nearest) {
  const bool yes_no = r.understanding.kind == "yes_no";
  const bool free = yes_no && form_of(r.question) == asked_for::permission && is_among(restrictions, category);
  w.say((free     ? "No restriction was found: no clause on "
         : yes_no ? "No clause on "
                  : "Not found: no clause on ") +
        std::string{title_of(category)} + (free ? "." : " was found."));
  cite_nearest(w, nearest);
  w.out.verdict = yes_no && !free ? "no" : "not_found";
  w.out.decided = true;
  w.out.confidence = p.confidence;
}

std::vector<clause> nearest_to(std::string_view category, const answer_request& r) {
  auto near = of_category(category, r.clauses);
  if (r.judged) std::ranges::copy(of_category(category, *r.judged), std::back_inserter(near));
  std::ranges::stable_sort(near, std::greater{}, &clause::score);
  std::vector<clause> apart;
  for (auto& c : near)
    if (std::ranges::none_of(apart, [&](const auto& other) { return other.overlaps(c); }))
      apart.push_back(std::move(c));
  return apart;
}

/// "See also": what belongs to a full answer, if it is there.
void add_companions(answer_writer& w, const answer_request& r) {
  for (const auto& extra : r.understanding.look_for) {
    const bool asked = std::ranges::find(r.understanding.categories, extra.name, &weighted_category::name) !=
                       r.understanding.categories.end();
    if (asked || weigh_opinions(extra.name, r.clauses, r.judged).is != presence::verdict::present) continue;
    for (const auto& s : statements_for(extra.name, r)) {
      const bool exit_fee =
          squeeze(s.from.text).find("erminat") != std::string::npos || s.from.text.find("ancel") != std::string::npos;
      if (extra.name == "Liquidated Damages" && !exit_fee) continue;
      w.new_paragraph();
      w.say("See also " + std::string{title_of(extra.name)} + ":");
      w.add_finding(s.from, s.what);
      break;
    }
  }
}

void add_other_readings(answer_writer& w, const answer_request& r) {
  for (std::size_t i = 1; i < r.understanding.categories.size(); ++i) {
    const auto& c = r.understanding.categories[i];
    if (weigh_opinions(c.name, r.clauses, r.judged).is != presence::verdict::present) continue;
    const auto all = statements_for(c.name, r);
    if (all.empty()) continue;
    w.new_paragraph();
    w.say("If the question is about " + std::string{title_of(c.name)} + ":");
    w.add_finding(all.front().from, all.front().what);
  }
}

void say_basis(answer_writer& w, const presence& p) {
  w.new_paragraph();
  w.say("Basis: " + p.why + ".");
}

/// "Is there no cap?": yes and no would say the opposite of what they say without the negation.
bool is_negated(std::string_view question) {
  constexpr auto words = std::to_array<std::string_view>(
      {" no ", " not ", "n't ", " never ", " neither ", " absent ", " lack ", " lacks ", " missing ", " silent "});
  auto padded = " " + squeeze(question) + " ";
  for (auto& c : padded)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '\'')
      c = ' ';
    else
      c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return std::ranges::any_of(words, [&padded](auto w) { return padded.find(w) != std::string::npos; });
}

}  // namespace

presence weigh_opinions(std::string_view category, const found_clauses& model,
                        const std::optional<found_clauses>& rules) {
  const auto* m = opinion_on(category, model);
  const auto* j = rules ? opinion_on(category, *rules) : nullptr;
  if (!m && !j) return {presence::verdict::unclear, 0, "neither the clause model nor the rules know this category"};
  const double pm = m ? m->probability : 0;
  const double pj = j ? j->probability : 0;
  const double joint = m && j ? (1 - rules_share) * pm + rules_share * pj : m ? pm : pj;
  const bool model_says = m && m->present;
  const bool rules_say = j && j->present;
  const std::string numbers =
      (m ? "clause model " + percent(pm) : std::string{"no clause model"}) +
      (j ? std::string{", rules "} + (rules_say ? "found it" : "did not find it") : ", no rules");
  if (m && j && model_says == rules_say)
    return {model_says ? presence::verdict::present : presence::verdict::absent, model_says ? joint : 1 - joint,
            "both agree: " + numbers};
  if (joint >= present_from) return {presence::verdict::present, joint, numbers};
  if (joint <= absent_to) return {presence::verdict::absent, 1 - joint, numbers};
  return {presence::verdict::unclear, std::max(joint, 1 - joint), "they disagree: " + numbers};
}

std::vector<clause> supporting_clauses(std::string_view category, const found_clauses& model,
                                       const std::optional<found_clauses>& rules) {
  auto by_rules = rules ? of_category(category, *rules) : std::vector<clause>{};
  std::erase_if(by_rules, [](const auto& c) { return c.denies || c.score < present_from; });
  std::vector<clause> all;
  for (auto& m : of_category(category, model)) {
    const auto same = std::ranges::find_if(by_rules, [&](const auto& j) { return j.overlaps(m); });
    if (same != by_rules.end()) {
      same->score += m.score + (same->score < 1 ? both_bonus : 0);  // the rules' place is the sentence itself
    } else if (m.score >= likely_place || !rules) {
      all.push_back(std::move(m));
    }
  }
  std::ranges::move(by_rules, std::back_inserter(all));
  std::ranges::stable_sort(all, std::greater{}, &clause::score);
  if (all.size() > most_cited) all.resize(most_cited);
  return all;
}

contract_answer answer_question(const answer_request& asked) {
  auto request = asked;
  const bool negated = asked.understanding.kind == "yes_no" && is_negated(asked.question);
  if (negated) request.understanding.kind = "what";
  answer_writer w{request};
  if (negated) w.say("The question is put in the negative, therefore without yes or no:");
  const auto& u = request.understanding;
  if (u.categories.empty()) {
    const auto topic = u.topic.empty()
                           ? std::string{"the question fits no clause category that is known here"}
                           : "clauses on " + u.topic + " are found by their words only, and not interpreted";
    return undecided(w, topic, request.clauses.clauses);
  }
  const auto& category = u.categories.front().name;
  const auto p = weigh_opinions(category, request.clauses, request.judged);
  const auto nearest = nearest_to(category, request);
  const auto* denial = denial_of(category, request.judged);
  const auto support = supporting_clauses(category, request.clauses, request.judged);
  const bool only_denied = denial && !std::ranges::any_of(support, [&](const auto& c) { return !c.overlaps(*denial); });
  if (only_denied) {
    answer_denied(w, *denial, request);
    return w.finish();
  }
  if (p.is == presence::verdict::unclear)
    return undecided(w, p.why, nearest);
  else if (p.is == presence::verdict::present && !support.empty())
    answer_present(w, category, request, p);
  else if (p.is == presence::verdict::present)
    return undecided(w, "a clause is likely (" + p.why + "), but no single place is certain enough", nearest);
  else
    answer_absent(w, category, request, p, nearest);
  add_companions(w, request);
  add_other_readings(w, request);
  say_basis(w, p);
  return w.finish();
}

}  // namespace agents::contracts
