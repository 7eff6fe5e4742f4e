// SPDX-License-Identifier: Apache-2.0
#include "actors/licence/draft.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "actors/licence/expression.hpp"
#include "actors/licence/scope.hpp"

namespace agents::licence {
namespace {

constexpr std::size_t quoted_bytes = 260;  ///< longer quotations are cited by their place only

bool by_place(const citation& a, const citation& b) {
  return std::tie(a.source, a.begin, a.end) < std::tie(b.source, b.begin, b.end);
}

std::string place_of(const citation& c) {
  return "`" + c.source + "` [" + std::to_string(c.begin) + ", " + std::to_string(c.end) + ")";
}

/// «exact text» (file [begin, end))
std::string quote(const citation& c) {
  const bool can_quote = c.text.size() <= quoted_bytes && c.text.find("»") == std::string::npos &&
                         c.text.find("«") == std::string::npos;
  return can_quote ? "«" + c.text + "» (" + place_of(c) + ")" : place_of(c);
}

std::string plural(std::size_t n, const std::string& one) {
  return std::to_string(n) + " " + one + (n == 1 ? "" : "s");
}

/// Counts of a whole review.
struct totals {
  std::size_t conflicts = 0;
  std::size_t obligations = 0;
  std::size_t open = 0;
  std::size_t possible_conflicts = 0;
};

bool is_possible_conflict(const open_point& p) { return p.reason.starts_with("possible conflict"); }

totals count(const draft_request& request) {
  totals out;
  out.open = request.undecided.size();
  for (const auto& r : request.reviews) {
    out.conflicts += r.conflicts.size();
    out.obligations += r.obligations.size();
    out.open += r.undecided.size();
    out.possible_conflicts += static_cast<std::size_t>(std::count_if(r.undecided.begin(), r.undecided.end(), is_possible_conflict));
  }
  return out;
}

std::string verdict_of(const draft_request& request, const totals& t) {
  if (t.conflicts > 0) return "no";
  if (t.open > 0 || request.reviews.empty()) return "open";
  return t.obligations > 0 ? "conditions" : "yes";
}

std::string answer_line(const std::string& verdict, const totals& t) {
  if (verdict == "no")
    return "**No, not as it is.** " + plural(t.conflicts, "conflict") + " must be removed first; see the packages marked CONFLICT.";
  if (verdict == "open")
    return "**Yes, with conditions, provided that the open points are cleared.** No definite conflict was found; " +
           plural(t.open, "point") + " could not be decided, " + std::to_string(t.possible_conflicts) +
           " of them possible conflicts.";
  if (verdict == "conditions") return "**Yes, with conditions.** No conflict was found; the obligations below must be met.";
  return "**Yes.** No conflict and no obligation was found.";
}

void write_head(const draft_request& request, const std::string& verdict, const totals& t, std::string& to) {
  to += "# Licence review\n\n";
  to += "Question: may I ship a closed-source product with " + (request.subject.empty() ? "these packages" : request.subject) +
        ", and what must I do?\n\n";
  to += answer_line(verdict, t) + "\n\n";
  to += plural(request.reviews.size(), "package") + ", " + plural(t.conflicts, "conflict") + ", " +
        plural(t.obligations, "obligation") + ", " + plural(t.open, "open point") + ".\n\n";
  to += "Assumed: the libraries are linked as shared libraries, are not modified, and are shipped together with the product. "
        "Whoever lets the users install them from their distribution has fewer duties: those marked as applying when the "
        "library is shipped fall away. This memo is engineering work, not legal advice; every statement names its source.\n\n";
}

std::string scope_text(const finding& f) {
  if (f.scope == scope::main) return f.applies_to == "*" ? "all files" : f.applies_to;
  if (f.scope == scope::named) return "the library itself: " + f.applies_to;
  return f.applies_to;
}

void write_finding(const finding& f, std::string& to) {
  to += "- " + f.licences;
  if (f.chosen != f.licences) to += ", of which **" + f.chosen + "** is chosen";
  to += " — " + scope_text(f) + "; " + quote(f.evidence) + "\n";
}

void write_citations(const std::vector<citation>& citations, std::string& to) {
  if (citations.empty()) return;
  to += " " + quote(citations.front());
  if (citations.size() > 1) to += ", and at " + plural(citations.size() - 1, "other place");
}

void write_not_shipped(const review& r, std::string& to) {
  std::string list;
  for (const auto& f : r.licences)
    if (!may_be_shipped(f.scope)) list += (list.empty() ? "" : "; ") + f.chosen + " (" + f.scope + ": " + f.applies_to + ")";
  if (!list.empty()) to += "\nNot in the library, therefore without effect: " + list + ".\n";
}

void write_review(const review& r, std::string& to) {
  to += "### " + r.name + (r.version.empty() ? "" : " " + r.version) + (r.conflicts.empty() ? "" : " — CONFLICT") + "\n\n";
  for (const auto& f : r.licences)
    if (may_be_shipped(f.scope)) write_finding(f, to);
  for (const auto& c : r.conflicts) {
    to += "- **Conflict** (" + c.licence + "): " + c.text;
    for (const auto& place : c.citations) to += " " + quote(place);
    to += " Remedy: " + c.remedy + "\n";
  }
  for (const auto& o : r.obligations) {
    to += "- " + o.text + (o.condition.empty() ? "" : " (" + o.condition + ")") + " [" + o.licence + "]";
    write_citations(o.citations, to);
    to += "\n";
  }
  if (!r.undecided.empty()) to += "- " + plural(r.undecided.size(), "open point") + ": see the end.\n";
  write_not_shipped(r, to);
  to += "\n";
}

/// The obligations of all packages, by what must be done.
void write_checklist(const draft_request& request, std::string& to) {
  std::map<std::string, std::set<std::string>> who;
  for (const auto& r : request.reviews)
    for (const auto& o : r.obligations)
      if (!o.text.starts_with("Nothing") && o.rule != "linking-exception")
        who[o.text + (o.condition.empty() ? "" : " (" + o.condition + ")")].insert(r.name);
  to += "## What must be done\n\n";
  if (who.empty()) to += "Nothing.\n";
  for (const auto& [what, packages] : who) {
    to += "- [ ] " + what + " For: ";
    bool first = true;
    for (const auto& p : packages) to += (first ? "" : ", ") + p, first = false;
    to += ".\n";
  }
  to += "\n";
}

void write_open(const std::string& name, const std::vector<open_point>& points, std::string& to) {
  for (const auto& p : points) {
    to += "- " + (p.package.empty() ? name : p.package) + ": " + p.reason + ".";
    for (const auto& c : p.citations) to += " " + quote(c);
    to += "\n";
  }
}

void write_undecided(const draft_request& request, std::string& to) {
  to += "## What could not be decided\n\n";
  const auto before = to.size();
  write_open("", request.undecided, to);
  for (const auto& r : request.reviews) write_open(r.name, r.undecided, to);
  if (to.size() == before) to += "Nothing.\n";
}

void add_all(const std::vector<citation>& from, std::vector<citation>& to) { to.insert(to.end(), from.begin(), from.end()); }

std::vector<citation> all_citations(const draft_request& request) {
  std::vector<citation> out;
  for (const auto& p : request.undecided) add_all(p.citations, out);
  for (const auto& r : request.reviews) {
    for (const auto& f : r.licences)
      if (may_be_shipped(f.scope)) out.push_back(f.evidence);
    for (const auto& o : r.obligations) add_all(o.citations, out);
    for (const auto& c : r.conflicts) add_all(c.citations, out);
    for (const auto& p : r.undecided) add_all(p.citations, out);
  }
  std::sort(out.begin(), out.end(), by_place);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace

memo draft(const draft_request& request) {
  const auto t = count(request);
  memo out;
  out.verdict = verdict_of(request, t);
  write_head(request, out.verdict, t, out.memo);
  out.memo += "## Package by package\n\n";
  for (const auto& r : request.reviews) write_review(r, out.memo);
  write_checklist(request, out.memo);
  write_undecided(request, out.memo);
  out.citations = all_citations(request);
  out.packages = request.reviews;
  out.undecided = request.undecided;
  return out;
}

}  // namespace agents::licence
