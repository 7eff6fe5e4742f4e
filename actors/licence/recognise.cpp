// SPDX-License-Identifier: Apache-2.0
#include "actors/licence/recognise.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <span>

#include "actors/licence/evidence.hpp"
#include "actors/licence/gnu_notice.hpp"
#include "actors/licence/phrase.hpp"
#include "actors/licence/words.hpp"

namespace agents::licence {
namespace {

/// Words after the last recognised condition that still belong to a licence: its disclaimer.
constexpr std::size_t disclaimer_words = 170;
constexpr std::size_t evidence_words = 14;      ///< a citation of a grant is at least that long, for its reader
constexpr std::size_t announced_words = 60;     ///< between "distributed under the following" and the licence itself
constexpr std::size_t introduction_words = 20;  ///< between "permission is granted to" and "under the terms of"
constexpr std::size_t link_reach = 45;          ///< words between "alternatively" and what it introduces

using name_set = std::set<std::string_view>;

/// A place where a licence begins, with every grant that matches there.
struct anchor {
  std::size_t first = 0;  ///< words
  std::size_t last = 0;
  name_set grants = {};
  std::optional<std::string> licence = {};  ///< already known: a GNU notice or a complete text
  double score = 0;
  bool complete = false;
  std::size_t stop = 0;  ///< end of its block
};

/// A text with everything found in it.
struct analysis {
  std::string_view text;
  std::vector<word> words;
  std::vector<phrase_hit> hits;
};

const phrase_book& book() {
  static const phrase_book the_book = [] {
    std::vector<std::string_view> patterns;
    for (const auto& row : evidence_table()) patterns.push_back(row.pattern);
    return phrase_book{patterns};
  }();
  return the_book;
}

const evidence& row_of(const phrase_hit& hit) { return evidence_table()[hit.phrase]; }

analysis analyse(std::string_view text) {
  analysis out{text, split_words(text), {}};
  out.hits = book().find_all(out.words);
  return out;
}

bool is_weak(std::string_view grant) { return grant == "other_terms" || grant == "announcement"; }

/// Complete texts; each reaches to the next title or to the end.
std::vector<anchor> find_complete_texts(const analysis& a) {
  std::vector<anchor> out;
  for (const auto& hit : a.hits) {
    const auto& row = row_of(hit);
    if (row.kind != role::title) continue;
    if (!out.empty() && out.back().licence == row.licence) continue;
    if (!out.empty()) out.back().stop = hit.first;
    out.push_back({.first = hit.first,
                   .last = hit.last,
                   .licence = std::string{row.licence},
                   .score = 1,
                   .complete = true,
                   .stop = a.words.size()});
  }
  return out;
}

bool is_inside(const std::vector<anchor>& texts, std::size_t at) {
  return std::any_of(texts.begin(), texts.end(), [&](const anchor& t) { return at >= t.first && at < t.stop; });
}

void add_grant(std::vector<anchor>& to, const phrase_hit& hit) {
  if (!to.empty() && !to.back().licence && hit.first < to.back().last) {
    to.back().grants.insert(row_of(hit).name);
    to.back().last = std::max(to.back().last, hit.last);
    return;
  }
  to.push_back({.first = hit.first, .last = hit.last, .grants = {row_of(hit).name}});
}

/// "gives unlimited permission to copy the configure scripts" is an exception, not a licence.
bool is_in_exception(const analysis& a, const phrase_hit& grant) {
  return std::any_of(a.hits.begin(), a.hits.end(), [&](const phrase_hit& h) {
    return row_of(h).kind == role::exception && h.first <= grant.first && grant.first < h.last;
  });
}

std::vector<anchor> find_grants(const analysis& a, const std::vector<anchor>& texts, bool weak) {
  std::vector<anchor> out;
  for (const auto& hit : a.hits)
    if (row_of(hit).kind == role::grant && is_weak(row_of(hit).name) == weak && !is_inside(texts, hit.first) &&
        !is_in_exception(a, hit))
      add_grant(out, hit);
  return out;
}

std::vector<anchor> find_notices(const analysis& a, const std::vector<anchor>& texts) {
  std::vector<anchor> out;
  for (auto& notice : find_gnu_notices(a.text, a.words))
    if (!is_inside(texts, notice.first))
      out.push_back({.first = notice.first,
                     .last = notice.last,
                     .licence = std::move(notice.licence),
                     .score = notice.versioned ? 0.95 : 0.7});
  return out;
}

void set_stops(std::vector<anchor>& anchors, std::size_t end) {
  for (std::size_t i = 0; i < anchors.size(); ++i)
    if (!anchors[i].complete) anchors[i].stop = i + 1 < anchors.size() ? anchors[i + 1].first : end;
}

/// Every strong anchor of the text in order, each with the end of its block.
std::vector<anchor> find_anchors(const analysis& a, const std::vector<anchor>& texts) {
  auto out = texts;
  std::erase_if(out, [](const anchor& t) { return t.licence->empty(); });
  for (auto& part : {find_grants(a, texts, false), find_notices(a, texts)})
    out.insert(out.end(), part.begin(), part.end());
  std::stable_sort(out.begin(), out.end(), [](const anchor& x, const anchor& y) { return x.first < y.first; });
  set_stops(out, a.words.size());
  return out;
}

name_set features_in(const analysis& a, std::size_t first, std::size_t stop) {
  name_set out;
  for (const auto& hit : a.hits)
    if (hit.first >= first && hit.first < stop && row_of(hit).kind == role::feature) out.insert(row_of(hit).name);
  return out;
}

template <class Visit>
bool all_of_names(std::string_view names, const Visit& visit) {
  while (!names.empty()) {
    const auto end = std::min(names.find(' '), names.size());
    if (!visit(names.substr(0, end))) return false;
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return true;
}

bool fits(const recogniser& r, const name_set& grants, const name_set& features) {
  if (!grants.contains(r.grant)) return false;
  return all_of_names(r.all, [&](auto name) { return features.contains(name); }) &&
         all_of_names(r.none, [&](auto name) { return !features.contains(name); });
}

const recogniser* decide(const name_set& grants, const name_set& features) {
  const auto rows = recogniser_table();
  const auto row = std::find_if(rows.begin(), rows.end(), [&](const auto& r) { return fits(r, grants, features); });
  return row == rows.end() ? nullptr : &*row;
}

byte_range bytes_of(const analysis& a, std::size_t first, std::size_t last) {
  if (a.words.empty() || first >= last) return {};
  return {a.words[first].begin, a.words[last - 1].end};
}

std::vector<byte_range> restrictions_in(const analysis& a, std::size_t first, std::size_t stop) {
  std::vector<byte_range> out;
  for (const auto& hit : a.hits)
    if (row_of(hit).kind == role::restriction && hit.first >= first && hit.first < stop)
      out.push_back(bytes_of(a, hit.first, hit.last));
  return out;
}

/// Titles that several licences share are told apart by the rest of the text.
std::string variant_of(const analysis& a, const std::string& licence) {
  const auto features = features_in(a, 0, a.words.size());
  if (licence == "LicenseRef-afl-text") return features.contains("afl20") ? "AFL-2.0" : "AFL-2.1";
  if (licence != "LicenseRef-cc-text") return licence;
  if (features.contains("cc_nc")) return {};
  return features.contains("cc_share") || features.contains("cc_sa") ? "CC-BY-SA" : "CC-BY";
}

recognition to_recognition(const analysis& a, const anchor& x) {
  recognition out;
  out.evidence = bytes_of(a, x.first, std::min(std::max(x.last, x.first + evidence_words), std::max(x.stop, x.last)));
  out.extent = bytes_of(a, x.first, x.stop);
  out.complete = x.complete;
  if (!x.complete) out.restrictions = restrictions_in(a, x.first, x.stop);
  if (x.licence) {
    if (auto id = variant_of(a, *x.licence); !id.empty()) out.licences = single(std::move(id));
    out.score = x.score;
  } else if (const auto* row = decide(x.grants, features_in(a, x.first, x.stop))) {
    out.licences = from_text(row->licence);
    out.score = row->score;
  }
  return out;
}

/// True when the text between two anchors, or just before the first, offers them as alternatives.
bool are_alternatives(const analysis& a, const anchor& x, const anchor& y) {
  static const std::array<phrase, 7> before{
      phrase{"terms of either"}, phrase{"under either"}, phrase{"dual license|licensed"}, phrase{"dually licensed"},
      phrase{"either of"},       phrase{"choice of"},    phrase{"one of the following"}};
  static const std::array<phrase, 4> between{phrase{"alternatively"}, phrase{"or ?under ?the ?terms ?of either"},
                                             phrase{"or at your option under|the|any"}, phrase{"or both in parallel"}};
  const std::span<const word> words{a.words};
  const auto gap = words.subspan(x.last, y.first >= x.last ? y.first + 1 - x.last : 0);
  const auto tail = gap.subspan(gap.size() > link_reach ? gap.size() - link_reach : 0);
  for (const auto& p : between)
    if (find_first(p, tail)) return true;
  const auto from = x.first > 20 ? x.first - 20 : 0;
  const auto lead = words.subspan(from, x.last - from);
  static const phrase either_or{"or"};
  const bool joined = gap.size() <= 2 * link_reach && find_first(either_or, gap);
  if (joined &&
      std::any_of(before.begin(), before.end(), [&](const auto& p) { return find_first(p, lead).has_value(); }))
    return true;
  return gap.size() <= 5 && joined;
}

bool is_gnu(const recognition& r) {
  return std::any_of(r.licences.begin(), r.licences.end(), [](const conjunction& all) {
    return std::any_of(all.begin(), all.end(), [](const std::string& id) {
      const auto family = family_of(id);
      return family == "GPL" || family == "LGPL" || family == "AGPL";
    });
  });
}

void add_exception(recognition& to, std::string_view exception) {
  for (auto& alternative : to.licences)
    for (auto& id : alternative) {
      const auto family = family_of(id);
      const bool fits_family = exception == "LLVM-exception" ? family == "Apache-2.0"
                                                             : family == "GPL" || family == "LGPL" || family == "AGPL";
      if (fits_family && exception_of(id).empty()) id += " WITH " + std::string{exception};
    }
}

/// Each exception belongs to the nearest licence of its kind before it, or else to the first one after it.
void attach_exceptions(const analysis& a, std::vector<recognition>& found) {
  for (const auto& hit : a.hits) {
    const auto& row = row_of(hit);
    if (row.kind != role::exception) continue;
    const auto at = a.words[hit.first].begin;
    recognition* owner = nullptr;
    for (auto& r : found) {
      const bool kind = row.licence == "LLVM-exception" ? to_text(r.licences).starts_with("Apache") : is_gnu(r);
      if (kind && (r.evidence.begin <= at || !owner)) owner = &r;
    }
    if (!owner) continue;
    add_exception(*owner, row.licence);
    if (owner->exception.end == 0)
      owner->exception =
          bytes_of(a, hit.first, std::min(a.words.size(), std::max(hit.last, hit.first + evidence_words)));
  }
}

/// "Permission is granted to copy … under the terms of …": the unknown grant only introduces the known one.
void drop_introductions(std::vector<anchor>& anchors, std::vector<recognition>& all) {
  for (std::size_t i = all.size(); i-- > 1;) {
    const bool introduces = all[i - 1].licences.empty() && !all[i].licences.empty() &&
                            anchors[i].first - anchors[i - 1].first <= introduction_words;
    if (!introduces) continue;
    all.erase(all.begin() + static_cast<std::ptrdiff_t>(i - 1));
    anchors.erase(anchors.begin() + static_cast<std::ptrdiff_t>(i - 1));
  }
}

/// Joins the alternatives and drops the repetitions of one licence.
std::vector<recognition> join(const analysis& a, const std::vector<anchor>& anchors, std::vector<recognition> all) {
  std::vector<recognition> out;
  std::size_t previous = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool known = !all[i].licences.empty();
    const bool follows = !out.empty() && known && !out.back().licences.empty();
    if (follows && out.back().licences == all[i].licences) {
      out.back().extent.end = std::max(out.back().extent.end, all[i].extent.end);
      out.back().complete = out.back().complete || all[i].complete;
    } else if (follows && are_alternatives(a, anchors[previous], anchors[i])) {
      out.back().licences = either(out.back().licences, all[i].licences);
      out.back().extent.end = all[i].extent.end;
    } else {
      out.push_back(std::move(all[i]));
    }
    previous = i;
  }
  return out;
}

/// The last word that a recognised licence explains: its last feature, and a disclaimer after it.
std::size_t explained_until(const analysis& a, const anchor& x) {
  auto last = x.last;
  for (const auto& hit : a.hits)
    if (hit.first >= x.first && hit.first < x.stop && row_of(hit).kind != role::grant) last = std::max(last, hit.last);
  return std::min(x.stop, last + disclaimer_words);
}

/// Words that promise something, outside of what the known licences explain.
void add_unexplained(const analysis& a, const std::vector<anchor>& texts, const std::vector<anchor>& anchors,
                     std::vector<recognition>& out) {
  std::size_t reported_until = 0;
  for (auto& weak : find_grants(a, texts, true)) {
    if (weak.first < reported_until) continue;
    const auto lead = weak.grants.contains("announcement") ? announced_words : evidence_words;
    const auto near = [&](const anchor& x) {
      return weak.first + lead >= x.first && weak.first < explained_until(a, x);
    };
    if (std::any_of(anchors.begin(), anchors.end(), near)) continue;
    weak.stop = std::min(a.words.size(), weak.last + 60);
    reported_until = weak.stop;
    out.push_back(to_recognition(a, weak));
  }
}

/// "The full text is in /usr/share/common-licenses/GPL-2", when a text says nothing more.
void add_references(const analysis& a, std::vector<recognition>& out) {
  if (std::any_of(out.begin(), out.end(), [](const recognition& r) { return !r.licences.empty(); })) return;
  const phrase_hit* best = nullptr;
  for (const auto& hit : a.hits)
    if (row_of(hit).kind == role::reference && (!best || (hit.first == best->first && hit.last > best->last)))
      best = &hit;
  if (!best) return;
  const auto where = bytes_of(a, best->first, best->last);
  out.push_back({single(std::string{row_of(*best).licence}), 0.75, where, where, {}, true, false, {}});
}

}  // namespace

std::vector<recognition> recognise(std::string_view text) {
  const auto a = analyse(text);
  const auto texts = find_complete_texts(a);
  auto anchors = find_anchors(a, texts);
  std::vector<recognition> all;
  for (const auto& x : anchors) all.push_back(to_recognition(a, x));
  drop_introductions(anchors, all);
  auto out = join(a, anchors, std::move(all));
  add_references(a, out);
  attach_exceptions(a, out);
  add_unexplained(a, texts, anchors, out);
  std::stable_sort(out.begin(), out.end(),
                   [](const auto& x, const auto& y) { return x.evidence.begin < y.evidence.begin; });
  return out;
}

}  // namespace agents::licence
