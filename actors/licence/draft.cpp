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
  const bool can_quote =
      c.text.size() <= quoted_bytes && c.text.find("»") == std::string::npos && c.text.find("«") == std::string::npos;
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
    out.possible_conflicts +=
        static_cast<std::size_t>(std::count_if(r.undecided.begin(), r.undecided.end(), is_possible_conflict));
  }
  return out;
}

std::string verdict_of(const draft_request& request, const totals& t) {
  if (t.conflicts > 0) return "no";
  if (t.open > 0 || request.reviews.empty()) return "open";
  return t.obligations > 0 ? "conditions" : "yes";
}

std::string answer_line(const draft_request& request, const std::string& verdict, const totals& t) {
  if (request.reviews.empty()) return "**This could not be decided.** No package was reviewed; see the open points.";
  if (verdict == "no")
    return "**No, not as it is.** " + plural(t.conflicts, "conflict") +
           " must be removed first; see the packages marked CONFLICT.";
  if (verdict == "open")
    return "**Yes, with conditions, provided that the open points are cleared.** No definite conflict was found; " +
           plural(t.open, "point") + " could not be decided, " + std::to_string(t.possible_conflicts) +
           " of them possible conflicts.";
  if (verdict == "conditions")
    return "**Yes, with conditions.** No conflict was found; the obligations below must be met.";
  return "**Yes.** No conflict and no obligation was found.";
}

void write_head(const draft_request& request, const std::string& verdict, const totals& t, std::string& to) {
  to += "# Licence review\n\n";
  to += "Question: may I ship a closed-source product with " +
        (request.subject.empty() ? "these packages" : request.subject) + ", and what must I do?\n\n";
  to += answer_line(request, verdict, t) + "\n\n";
  to += plural(request.reviews.size(), "package") + ", " + plural(t.conflicts, "conflict") + ", " +
        plural(t.obligations, "obligation") + ", " + plural(t.open, "open point") + ".\n\n";
  to +=
      "Assumed: the libraries are linked as shared libraries, are not modified, and are shipped together with the "
      "product. "
      "Whoever lets the users install them from their distribution has fewer duties: those marked as applying when the "
      "library is shipped fall away. This memo is engineering work, not legal advice; every statement names its "
      "source.\n\n";
}

std::string scope_text(const finding& f) {
  if (f.scope == scope::main) return f.applies_to == "*" ? "all files" : f.applies_to;
  if (f.scope == scope::library) return "what looks like the library: " + f.applies_to;
  if (f.scope == scope::named) return "the library itself: " + f.applies_to;
  return f.applies_to;
}

void write_finding(const finding& f, std::string& to) {
  to += "- ";
  to += f.licences.find(" OR ") == std::string::npos ? f.chosen : f.licences;
  if (f.licences.find(" OR ") != std::string::npos) to += ", of which **" + f.chosen + "** is chosen";
  to += " — " + scope_text(f) + "; " + quote(f.evidence) + "\n";
}

void write_citations(const std::vector<citation>& citations, std::string& to) {
  if (citations.empty()) return;
  to += " ";
  to += quote(citations.front());
  if (citations.size() > 1) to += ", and at " + plural(citations.size() - 1, "other place");
}

void write_all_citations(const std::vector<citation>& citations, std::string& to) {
  for (const auto& c : citations) {
    to += " ";
    to += quote(c);
  }
}

void write_not_shipped(const review& r, std::string& to) {
  std::string list;
  for (const auto& f : r.licences)
    if (!may_be_shipped(f.scope))
      list += (list.empty() ? "" : "; ") + f.chosen + " (" + f.scope + ": " + f.applies_to + ")";
  if (!list.empty()) to += "\nNot in the library, therefore without effect: " + list + ".\n";
}

void write_review(const review& r, std::string& to) {
  to += "### " + r.name + (r.version.empty() ? "" : " " + r.version) + (r.conflicts.empty() ? "" : " — CONFLICT") +
        "\n\n";
  for (const auto& f : r.licences)
    if (may_be_shipped(f.scope)) write_finding(f, to);
  for (const auto& c : r.conflicts) {
    to += "- **Conflict** (" + c.licence + "): " + c.text;
    write_all_citations(c.citations, to);
    to += " Remedy: " + c.remedy + "\n";
  }
  for (const auto& o : r.obligations) {
    to += "- ";
    to += o.text + (o.condition.empty() ? "" : " (" + o.condition + ")") + " [" + o.licence + "]";
    write_citations(o.citations, to);
    to += "\n";
  }
  if (!r.undecided.empty()) {
    to += "- ";
    to += plural(r.undecided.size(), "open point") + ": see the end.\n";
  }
  write_not_shipped(r, to);
  to += "\n";
}

/// One thing to do, and for which packages.
struct duty {
  std::string text;
  std::size_t order = SIZE_MAX;  ///< copyleft first, bare notices last
  std::set<std::string> packages = {};
};

void add_duty(const obligation& o, const std::string& package, std::map<std::string, duty>& to) {
  const auto text = o.text + (o.condition.empty() ? "" : " (" + o.condition + ")");
  auto& d = to[text];
  d.text = text;
  d.order = std::min(d.order, static_cast<std::size_t>(burden::unknown) -
                                  static_cast<std::size_t>(burden_of(std::string_view{o.licence})));
  d.packages.insert(package);
}

/// The obligations of all packages, by what must be done.
void write_checklist(const draft_request& request, std::string& to) {
  std::map<std::string, duty> duties;
  for (const auto& r : request.reviews)
    for (const auto& o : r.obligations)
      if (!o.text.starts_with("Nothing") && o.rule != "linking-exception") add_duty(o, r.name, duties);
  std::vector<const duty*> sorted;
  for (const auto& [text, d] : duties) sorted.push_back(&d);
  std::stable_sort(sorted.begin(), sorted.end(), [](const duty* a, const duty* b) { return a->order < b->order; });
  to += "## What must be done\n\n";
  if (sorted.empty()) to += "Nothing.\n";
  for (const auto* d : sorted) {
    to += "- [ ] " + d->text + " For: ";
    bool first = true;
    for (const auto& p : d->packages) to += (first ? "" : ", ") + p, first = false;
    to += ".\n";
  }
  to += "\n";
}

/// Open points that say the same about the same words, for several packages (which often share a document).
struct open_group {
  std::vector<std::string> packages;
  const open_point* point = nullptr;
};

bool say_the_same(const open_point& a, const open_point& b) {
  const auto same_text = [](const citation& x, const citation& y) { return x.text == y.text; };
  return a.reason == b.reason &&
         std::equal(a.citations.begin(), a.citations.end(), b.citations.begin(), b.citations.end(), same_text);
}

void add_open(const std::string& package, const open_point& p, std::vector<open_group>& to) {
  const auto group = std::find_if(to.begin(), to.end(), [&](const open_group& g) { return say_the_same(*g.point, p); });
  if (group == to.end())
    to.push_back({{package}, &p});
  else if (group->packages.back() != package)
    group->packages.push_back(package);
}

std::string join(const std::vector<std::string>& parts) {
  std::string out;
  for (const auto& part : parts) out += (out.empty() ? "" : ", ") + part;
  return out;
}

void write_open(const open_group& g, std::string& to) {
  to += "- ";
  to += join(g.packages) + ": " + g.point->reason + ".";
  write_all_citations(g.point->citations, to);
  to += "\n";
}

void write_undecided(const draft_request& request, std::string& to) {
  to += "## What could not be decided\n\n";
  std::vector<open_group> groups;
  for (const auto& p : request.undecided) add_open(p.package, p, groups);
  for (const auto& r : request.reviews)
    for (const auto& p : r.undecided) add_open(r.name, p, groups);
  // What may forbid the product comes first.
  std::stable_partition(groups.begin(), groups.end(),
                        [](const open_group& g) { return is_possible_conflict(*g.point); });
  for (const auto& g : groups) write_open(g, to);
  if (groups.empty()) to += "Nothing.\n";
}

void add_all(const std::vector<citation>& from, std::vector<citation>& to) {
  to.insert(to.end(), from.begin(), from.end());
}

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
