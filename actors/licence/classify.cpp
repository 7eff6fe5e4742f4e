// SPDX-License-Identifier: Apache-2.0
#include "actors/licence/classify.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "actors/licence/recognise.hpp"
#include "actors/licence/scope.hpp"
#include "actors/licence/short_name.hpp"

namespace agents::licence {
namespace {

constexpr std::size_t context_bytes = 600;
constexpr double declared_score = 0.7;  ///< a name without a text
constexpr std::size_t shown_patterns = 2;

std::int64_t to_int(std::size_t n) { return static_cast<std::int64_t>(n); }

citation cite(const segment& s, byte_range range) {
  return {s.document, s.begin + to_int(range.begin), s.begin + to_int(range.end),
          s.text.substr(range.begin, range.end - range.begin)};
}

citation cite_declared(const segment& s) { return {s.document, s.declared_begin, s.declared_end, s.declared}; }

std::optional<citation> cite_exception(const segment& s, const recognition& r) {
  return r.exception.end == 0 ? std::nullopt : std::optional{cite(s, r.exception)};
}

std::string join(const std::vector<std::string>& parts, std::string_view between) {
  std::string out;
  for (const auto& part : parts) out += (out.empty() ? "" : std::string{between}) + part;
  return out;
}

std::string shorten(const std::vector<std::string>& patterns) {
  auto shown = patterns;
  if (shown.size() > shown_patterns) {
    shown.resize(shown_patterns);
    shown.push_back("and " + std::to_string(patterns.size() - shown_patterns) + " more");
  }
  return join(shown, ", ");
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

/// What one License text says.
struct reading {
  const segment* where = nullptr;
  std::vector<recognition> found;
  expression licences;  ///< everything recognised, together
};

/// A licence as the reader of a stanza gets to know it.
struct meaning {
  expression licences;
  double score = 0;
  citation evidence;
  std::optional<citation> exception;
  std::int64_t text_begin = 0;
  std::int64_t text_end = 0;
};

reading read_segment(const segment& s) {
  reading out{&s, recognise(s.text), {}};
  for (const auto& r : out.found) out.licences = both(out.licences, r.licences);
  return out;
}

/// Classifies one machine-readable document.
class dep5_classifier {
 public:
  dep5_classifier(const std::vector<const segment*>& segments, classification& out) : out_(out) {
    for (const auto* s : segments) {
      readings_.push_back(read_segment(*s));
      const bool has_text = !s->text.empty() && s->text.find_first_not_of(" \t\r\n.") != std::string::npos;
      if (has_text) by_name_.emplace(lower(s->declared), readings_.size() - 1);
    }
  }

  void run() {
    for (const auto& r : readings_)
      if (r.where->kind != "licence") add_stanza(*r.where);
  }

 private:
  void add_stanza(const segment& s) {
    if (s.kind == "header" && has_catch_all()) return;
    const auto part = s.kind == "header" ? scope::main : scope_of_files(s.files, out_.package);
    const auto what =
        s.kind == "header" ? std::string{"the whole work"} : shorten(shippable_files(s.files, out_.package));
    const auto whole = by_name_.find(lower(s.declared));
    if (whole != by_name_.end()) return add_text(s, readings_[whole->second], part, what);
    add_synopsis(s, part, what);
  }

  [[nodiscard]] bool has_catch_all() const {
    return std::any_of(readings_.begin(), readings_.end(), [](const reading& r) {
      return std::find(r.where->files.begin(), r.where->files.end(), "*") != r.where->files.end();
    });
  }

  /// The stanza's name has a text of its own.
  void add_text(const segment& stanza, const reading& r, std::string_view part, const std::string& what) {
    report_restrictions(r, part, what);
    auto licences = r.licences;
    const auto declared = parse_synopsis(stanza.declared);
    const auto* strongest = strongest_of(r);
    if (!licences.empty() && !declared.empty()) {
      // "License: GPL-1+ or Artistic" above two texts: the name says how the texts belong together.
      if (declared.size() > 1 && licences.size() == 1) licences = declared;
      note_difference(stanza, r, declared, licences, part);
    }
    if (licences.empty()) return add_unread(stanza, r, declared, part, what);
    add({to_text(licences), join(lightest(licences), " AND "), strongest->score, std::string{part}, what,
         cite(*r.where, strongest->evidence), cite_exception(*r.where, *strongest), r.where->begin, r.where->end});
  }

  static const recognition* strongest_of(const reading& r) {
    const recognition* best = nullptr;
    for (const auto& x : r.found)
      if (!x.licences.empty() && (!best || x.score > best->score)) best = &x;
    return best;
  }

  void note_difference(const segment& stanza, const reading& r, const expression& declared, const expression& licences,
                       std::string_view part) {
    if (to_text(declared) == to_text(licences) || !may_be_shipped(part)) return;
    if (lightest(declared) == lightest(licences)) return;
    const auto a = burden_of(lightest(declared));
    const auto b = burden_of(lightest(licences));
    const bool same_later = is_or_later(lightest(declared).front()) == is_or_later(lightest(licences).front());
    if (a == b && (a < burden::file_copyleft || same_later)) return;
    const auto key = "name and text differ: declared as " + stanza.declared + ", but the text reads as " +
                     to_text(licences) + "; the memo follows the text";
    if (noted_.insert(key).second)
      out_.undecided.push_back({out_.package, key, {cite_declared(stanza), cite(*r.where, strongest_of(r)->evidence)}});
  }

  /// A text that matches no known licence: the declared name counts if it has a meaning.
  void add_unread(const segment& stanza, const reading& r, const expression& declared, std::string_view part,
                  const std::string& what) {
    if (!declared.empty())
      return add({to_text(declared),
                  join(lightest(declared), " AND "),
                  declared_score,
                  std::string{part},
                  what,
                  cite_declared(stanza),
                  {},
                  r.where->begin,
                  r.where->end});
    if (!may_be_shipped(part)) return;
    report_unknown(stanza, r.where->begin, r.where->end, what);
  }

  void report_unknown_name(const segment& stanza, const std::string& name, const std::string& what) {
    const auto text = by_name_.find(lower(name));
    const auto& where = text == by_name_.end() ? stanza : *readings_[text->second].where;
    const auto reason = "the terms called \"" + name + "\" match no known licence (for " + what + "); read them" +
                        (text == by_name_.end() ? ""
                                                : " at bytes " + std::to_string(where.begin) + "–" +
                                                      std::to_string(where.end) + " of the document");
    if (noted_.insert(name).second) out_.undecided.push_back({out_.package, reason, {cite_declared(where)}});
  }

  void report_unknown(const segment& stanza, std::int64_t begin, std::int64_t end, const std::string& what) {
    const auto reason = "the terms called \"" + stanza.declared + "\" match no known licence (for " + what +
                        "); read them at bytes " + std::to_string(begin) + "–" + std::to_string(end) +
                        " of the document";
    if (noted_.insert(stanza.declared).second)
      out_.undecided.push_back({out_.package, reason, {cite_declared(stanza)}});
  }

  /// "GPL-2+ or BSD-3-clause": each name has its own text, or an agreed meaning.
  void add_synopsis(const segment& s, std::string_view part, const std::string& what) {
    std::map<std::string, meaning> known;
    const auto licences = parse_synopsis(s.declared, [&](const std::string& name) {
      auto m = meaning_of(s, name);
      // An unknown name is heavier than any known licence, so it is chosen only where there is no alternative.
      if (m.licences.empty()) m.licences = single("LicenseRef-" + name);
      auto out = m.licences;
      known.emplace(name, std::move(m));
      return out;
    });
    if (licences.empty()) return;
    const auto& chosen = lightest(licences);
    for (const auto& [name, m] : known) {
      const auto own = to_text(m.licences);
      const bool is_chosen = std::any_of(m.licences.begin(), m.licences.end(), [&](const conjunction& all) {
        return std::all_of(all.begin(), all.end(),
                           [&](const auto& id) { return std::find(chosen.begin(), chosen.end(), id) != chosen.end(); });
      });
      if (!is_chosen) continue;
      if (m.evidence.text.empty()) {
        if (may_be_shipped(part)) report_unknown_name(s, name, what);
        continue;
      }
      add({to_text(licences), join(lightest(m.licences), " AND "), m.score, std::string{part}, what, m.evidence,
           m.exception, m.text_begin, m.text_end});
    }
  }

  meaning meaning_of(const segment& s, const std::string& name) const {
    const auto text = by_name_.find(lower(name));
    if (text != by_name_.end()) {
      const auto& r = readings_[text->second];
      if (const auto* best = strongest_of(r))
        return {r.licences,     best->score, cite(*r.where, best->evidence), cite_exception(*r.where, *best),
                r.where->begin, r.where->end};
    }
    auto id = licence_named(name);
    if (id.empty()) return {};
    return {single(std::move(id)), declared_score, cite_declared(s), {}, s.declared_begin, s.declared_end};
  }

  void report_restrictions(const reading& r, std::string_view part, const std::string& what) {
    if (!may_be_shipped(part)) return;
    for (const auto& x : r.found)
      for (const auto& where : x.restrictions)
        if (noted_.insert(std::to_string(r.where->begin + to_int(where.begin))).second)
          out_.undecided.push_back(
              {out_.package,
               "the terms for " + what + " contain words that may forbid the use; a person must read them",
               {cite(*r.where, where)}});
  }

  void add(finding f) {
    for (auto& other : out_.findings)
      if (other.licences == f.licences && other.chosen == f.chosen &&
          (other.scope == f.scope || (other.scope == scope::main && f.scope == scope::part))) {
        if (other.scope == scope::main) return;
        if (other.applies_to.size() < 120) other.applies_to += ", " + f.applies_to;
        return;
      }
    out_.findings.push_back(std::move(f));
  }

  classification& out_;
  std::vector<reading> readings_;
  std::map<std::string, std::size_t> by_name_;
  std::set<std::string> noted_;
};

/// Classifies one free-form document.
class free_classifier {
 public:
  explicit free_classifier(classification& out) : out_(out) {}

  void add(const segment& s) {
    std::size_t previous_end = 0;
    const auto found = recognise(s.text);
    for (std::size_t i = 0; i < found.size(); ++i) {
      const auto& r = found[i];
      if (r.pointer && !out_.findings.empty()) continue;
      const auto next = i + 1 < found.size() ? found[i + 1].evidence.begin : s.text.size();
      const auto part = scope_of(s, r, previous_end, next);
      previous_end = r.evidence.end;
      if (r.licences.empty())
        report_unknown(s, r, part);
      else
        add_finding(s, r, part);
      if (may_be_shipped(part)) report_restrictions(s, r);
    }
  }

  /// Where a document says of the library itself that it is under certain terms, the copyleft of the work as a whole
  /// and of other parts is about the rest of it (as for GCC and its run-time libraries).
  void set_aside_what_is_not_named(const std::string& document) {
    const auto is_named = [&](const finding& f) {
      return f.evidence.source == document && f.scope == scope::named && !is_strong(f);
    };
    if (std::none_of(out_.findings.begin(), out_.findings.end(), is_named)) return;
    for (auto& f : out_.findings)
      if (f.evidence.source == document && may_be_shipped(f.scope) && f.scope != scope::named &&
          weight_of(f) >= burden::file_copyleft) {
        f.applies_to += "; the document names the library itself under other terms";
        f.scope = scope::elsewhere;
      }
  }

 private:
  static burden weight_of(const finding& f) {
    const auto chosen = from_text(f.chosen);
    return chosen.empty() ? burden::unknown : burden_of(chosen.front());
  }
  static bool is_strong(const finding& f) { return weight_of(f) >= burden::strong_copyleft; }

  std::string_view scope_of(const segment& s, const recognition& r, std::size_t previous_end, std::size_t next) {
    const auto from = std::max(previous_end, r.evidence.begin > context_bytes ? r.evidence.begin - context_bytes : 0);
    const auto before = std::string_view{s.text}.substr(from, r.evidence.begin - from);
    const auto behind =
        std::string_view{s.text}.substr(r.evidence.end, std::max(next, r.evidence.end) - r.evidence.end);
    const auto part = scope_of_context(before, behind.substr(0, context_bytes), out_.package);
    const bool for_documents = !r.licences.empty() && burden_of(lightest(r.licences)) == burden::document_copyleft;
    if (for_documents && part == scope::part) return scope::documentation;
    const bool first = !has_main_ && !r.licences.empty();
    if (!first || !may_be_shipped(part)) return part;
    has_main_ = true;
    return part == scope::part ? scope::main : part;
  }

  /// The nearest line before the terms that says what they are about: a heading, or a copyright notice.
  static std::string announced_by(const segment& s, const recognition& r) {
    const auto from = r.evidence.begin > 2 * context_bytes ? r.evidence.begin - 2 * context_bytes : 0;
    const auto before = std::string_view{s.text}.substr(from, r.evidence.begin - from);
    for (auto end = before.size(); end > 0;) {
      const auto newline = before.rfind('\n', end - 1);
      const auto begin = newline == std::string_view::npos ? 0 : newline + 1;
      if (const auto line = telling_part(before.substr(begin, end - begin)); !line.empty())
        return "near \"" + line + "\"";
      end = newline == std::string_view::npos ? 0 : newline;
    }
    return "the document says no more";
  }

  static std::string telling_part(std::string_view line) {
    constexpr std::size_t shown_bytes = 90;
    const auto begin = line.find_first_not_of(" \t\r*#-=/%");
    const auto last = line.find_last_not_of(" \t\r*");
    if (begin == std::string_view::npos || last < begin) return {};
    line = line.substr(begin, last - begin + 1);
    const bool telling = line.find("opyright") != std::string_view::npos ||
                         line.find("(C)") != std::string_view::npos ||
                         (line.back() == ':' && line.find("conditions") == std::string_view::npos);
    if (!telling) return {};
    auto out = std::string{line.substr(0, shown_bytes)};
    std::replace(out.begin(), out.end(), '`', '\'');
    return out;
  }

  void add_finding(const segment& s, const recognition& r, std::string_view part) {
    finding f{to_text(r.licences),
              join(lightest(r.licences), " AND "),
              r.score,
              std::string{part},
              part == scope::main ? "the whole work" : announced_by(s, r),
              cite(s, r.evidence),
              cite_exception(s, r),
              s.begin + to_int(r.extent.begin),
              s.begin + to_int(r.extent.end)};
    for (const auto& other : out_.findings)
      if (other.licences == f.licences && other.scope == f.scope) return;
    out_.findings.push_back(std::move(f));
  }

  void report_unknown(const segment& s, const recognition& r, std::string_view part) {
    if (!may_be_shipped(part)) return;
    out_.undecided.push_back(
        {out_.package,
         "these words give or limit a permission, but match no known licence (" + announced_by(s, r) + ")",
         {cite(s, r.evidence)}});
  }

  void report_restrictions(const segment& s, const recognition& r) {
    for (const auto& where : r.restrictions)
      out_.undecided.push_back(
          {out_.package, "these words may forbid the use; a person must read them", {cite(s, where)}});
  }

  classification& out_;
  bool has_main_ = false;
};

}  // namespace

classification classify(const segmentation& s) {
  classification out{s.package, s.version, {}, s.undecided};
  std::map<std::string, std::vector<const segment*>> dep5;
  std::map<std::string, free_classifier> free_form;
  for (const auto& part : s.segments) {
    if (part.kind == "text")
      free_form.try_emplace(part.document, out).first->second.add(part);
    else
      dep5[part.document].push_back(&part);
  }
  for (auto& [document, part] : free_form) part.set_aside_what_is_not_named(document);
  for (const auto& [document, segments] : dep5) dep5_classifier{segments, out}.run();
  if (out.findings.empty()) out.undecided.push_back({s.package, "no licence was recognised in its documents", {}});
  return out;
}

}  // namespace agents::licence
