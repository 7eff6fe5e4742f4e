// SPDX-License-Identifier: Apache-2.0
#include "actors/licence/obligations.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "actors/licence/expression.hpp"
#include "actors/licence/phrase.hpp"
#include "actors/licence/rules.hpp"
#include "actors/licence/scope.hpp"

namespace agents::licence {
namespace {

std::optional<citation> prove(const rule& r, const passage& p) {
  const auto words = split_words(p.text);
  const auto hit = find_first(phrase{r.proof}, words);
  if (!hit) return std::nullopt;
  const auto begin = words[hit->first].begin;
  const auto end = words[hit->last - 1].end;
  return citation{p.document, p.begin + begin, p.begin + end, p.text.substr(begin, end - begin)};
}

bool is_forced_open(std::string_view question) { return question == "whole_work" || question == "network"; }

/// The decision about one package, built up finding by finding.
class decision {
 public:
  explicit decision(const retrieval& r) : in_(r) {
    out_.name = r.classified.package;
    out_.version = r.classified.version;
    out_.licences = r.classified.findings;
    out_.undecided = r.classified.undecided;
    has_lighter_terms_ = std::any_of(out_.licences.begin(), out_.licences.end(), [](const finding& f) {
      return is_about_library(f.scope) && burden_of(from_text(f.chosen).front()) < burden::strong_copyleft;
    });
  }

  review run() {
    for (const auto& f : out_.licences)
      if (may_be_shipped(f.scope))
        for (const auto& all : from_text(f.chosen))
          for (const auto& id : all) decide(f, id);
    return std::move(out_);
  }

 private:
  void decide(const finding& f, const std::string& id) {
    const auto weight = burden_of(std::string_view{id});
    if (weight == burden::strong_copyleft || weight == burden::network_copyleft) {
      if (is_output_exception(exception_of(id)) && f.scope == scope::part) return note_output_exception(f, id);
      const bool whole = (f.scope == scope::named || f.scope == scope::main) && !has_lighter_terms_;
      return whole ? add_conflict(f, id) : add_possible_conflict(f, id);
    }
    if (weight == burden::document_copyleft) return note_document(f, id);
    if (!done_.insert(id + "@" + (has_own_text(id) ? f.evidence.source + std::to_string(f.text_begin) : "")).second)
      return;
    add_obligations(f, id);
  }

  /// Licences whose text differs from package to package are proved in each text once more.
  static bool has_own_text(const std::string& id) {
    const auto* row = find_licence(id);
    return !row || row->common_file.empty() || row->common_file == "BSD";
  }

  void add_obligations(const finding& f, const std::string& id) {
    const auto base = followed_version(id);
    const bool linking_exempt = is_linking_exception(exception_of(id));
    std::set<std::string_view> proved;
    std::set<std::string_view> open;
    bool any_rule = false;
    for (const auto& r : rule_table()) {
      const bool about = is_about(r, base) || (base == "LGPL-3.0" && is_about(r, "LGPL-3.0-source"));
      if (!about || (linking_exempt && is_lifted(r.question))) continue;
      any_rule = true;
      if (add_obligation(r, f, id))
        proved.insert(r.id);
      else
        open.insert(r.id);
    }
    if (linking_exempt) add_exception_note(f, id);
    for (const auto rule_id : proved) open.erase(rule_id);
    if (!any_rule) add_open("there are no rules about " + id + " (" + f.applies_to + "); read its terms", {f.evidence});
    if (!open.empty()) report_unproved(f, id, open, proved.empty());
  }

  /// What an exception for linking takes away: everything about the linked program.
  static bool is_lifted(std::string_view question) {
    return question == "whole_work" || question == "prominent_notice" || question == "relink" ||
           question == "reverse_engineering" || question == "installation";
  }

  void add_exception_note(const finding& f, const std::string& id) {
    add({"linking-exception",
         id,
         "relink",
         "Linking is allowed whatever the terms of your program: " + std::string{exception_of(id)} + ".",
         "",
         {f.exception.value_or(f.evidence)}});
  }

  /// Texts that differ from package to package are proved by the text of the finding itself.
  static bool may_prove(const rule& r, const passage& p, const finding& f, const std::string& id) {
    const auto base = followed_version(id);
    const bool same_licence = p.licence == base || (base == "LGPL-3.0" && p.licence == "LGPL-3.0-source");
    if (!same_licence || p.question != r.question || !is_about(r, p.licence)) return false;
    if (!has_own_text(id)) return true;
    return p.document == f.evidence.source && p.begin >= f.text_begin && p.end <= f.text_end;
  }

  bool add_obligation(const rule& r, const finding& f, const std::string& id) {
    for (const auto& p : in_.passages) {
      if (!may_prove(r, p, f, id)) continue;
      auto proof = prove(r, p);
      if (!proof) continue;
      add({std::string{r.id},
           id,
           std::string{r.question},
           std::string{r.text},
           std::string{r.condition},
           {std::move(*proof)}});
      return true;
    }
    return false;
  }

  /// The same obligation from several texts is one obligation with several citations.
  void add(obligation o) {
    for (auto& other : out_.obligations) {
      if (other.rule != o.rule || followed_version(other.licence) != followed_version(o.licence)) continue;
      for (auto& c : o.citations)
        if (std::find(other.citations.begin(), other.citations.end(), c) == other.citations.end())
          other.citations.push_back(std::move(c));
      return;
    }
    out_.obligations.push_back(std::move(o));
  }

  void report_unproved(const finding& f, const std::string& id, const std::set<std::string_view>& open, bool nothing) {
    std::string names;
    for (const auto name : open) names += (names.empty() ? "" : ", ") + std::string{name};
    add_open((nothing ? "the text of " : "part of the text of ") + id + " (" + f.applies_to +
                 ") is not in the documents, so that " + (nothing ? "its obligations" : "these obligations") +
                 " cannot be cited: " + names,
             {f.evidence});
  }

  void add_conflict(const finding& f, const std::string& id) {
    std::vector<citation> citations{f.evidence};
    std::string text =
        "The library is under " + id + " (" + f.applies_to + "), and no alternative or linking exception was found.";
    std::string name = "strong-copyleft";
    const auto base = followed_version(id);
    for (const auto& r : rule_table()) {
      if (!is_about(r, base) || !is_forced_open(r.question)) continue;
      for (const auto& p : in_.passages)
        if (auto proof = may_prove(r, p, f, id) ? prove(r, p) : std::nullopt) {
          citations.push_back(std::move(*proof));
          text += " " + std::string{r.text};
          name = r.id;
          break;
        }
    }
    const auto same = [&](const conflict& c) { return c.licence == id; };
    if (std::any_of(out_.conflicts.begin(), out_.conflicts.end(), same)) return;
    out_.conflicts.push_back(
        {name, id, text,
         "Replace the library, obtain another licence from its authors, or run it as a separate program.",
         std::move(citations)});
  }

  void add_possible_conflict(const finding& f, const std::string& id) {
    const auto why = f.scope == scope::main ? "the package as a whole is under " + id +
                                                  ", but parts that look like the library are under lighter terms"
                                            : "some files are under " + id + " (" + f.applies_to + ")";
    add_open("possible conflict: " + why +
                 "; the document does not say whether these files are in the shipped library. "
                 "Check the build; if they are, the product conflicts with " +
                 id,
             {f.evidence});
  }

  void note_output_exception(const finding& f, const std::string& id) {
    add({"output-exception",
         id,
         "whole_work",
         "Nothing: these files are build scripts or generators (" + f.applies_to + "), and the exception " +
             std::string{exception_of(id)} + " frees what they produce.",
         "",
         {f.exception.value_or(f.evidence)}});
  }

  void note_document(const finding& f, const std::string& id) {
    add_open(id + " covers " + f.applies_to +
                 "; it is a licence for documents. If you ship those documents, their source and "
                 "licence must go along; code of the product is not affected",
             {f.evidence});
  }

  void add_open(std::string reason, std::vector<citation> citations) {
    const auto same = [&](const open_point& p) { return p.reason == reason; };
    if (std::none_of(out_.undecided.begin(), out_.undecided.end(), same))
      out_.undecided.push_back({out_.name, std::move(reason), std::move(citations)});
  }

  const retrieval& in_;
  review out_;
  bool has_lighter_terms_ = false;  ///< some terms about the library are no strong copyleft
  std::set<std::string> done_;
};

}  // namespace

review decide_obligations(const retrieval& r) { return decision{r}.run(); }

}  // namespace agents::licence
