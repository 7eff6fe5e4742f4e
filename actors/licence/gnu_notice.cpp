// SPDX-License-Identifier: Apache-2.0
#include "actors/licence/gnu_notice.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "actors/licence/licences.hpp"

namespace agents::licence {
namespace {

constexpr std::size_t look_back = 9;       ///< words before a mention that decide what it is
constexpr std::size_t version_reach = 26;  ///< words after a mention in which its version stands
constexpr std::size_t later_reach = 14;    ///< words after a version in which "or later" stands

/// A place that names a GNU licence.
struct mention {
  std::string_view family;
  std::string version;  ///< of names like "GPLv2+"
  bool or_later = false;
  bool abbreviated = false;
  std::size_t first = 0;
  std::size_t last = 0;
};

/// Reads words of a text by index; outside of it there are empty words.
class reader {
 public:
  reader(std::string_view text, std::span<const word> words) : text_(text), words_(words) {}

  [[nodiscard]] std::string at(std::size_t index) const {
    if (index >= words_.size()) return {};
    std::string out{text_of(text_, words_[index])};
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
    return out;
  }
  [[nodiscard]] bool is(std::size_t index, std::string_view w) const {
    return index < words_.size() && words_[index].key == key_of(w);
  }
  template <class List>
  [[nodiscard]] bool is_any(std::size_t index, const List& list) const {
    return std::any_of(list.begin(), list.end(), [&](std::string_view w) { return is(index, w); });
  }
  /// True for a part of a path or of an address: "common-licenses/GPL-2".
  [[nodiscard]] bool follows_slash(std::size_t index) const {
    return index < words_.size() && words_[index].begin > 0 && text_[words_[index].begin - 1] == '/';
  }
  [[nodiscard]] std::size_t size() const { return words_.size(); }

 private:
  std::string_view text_;
  std::span<const word> words_;
};

constexpr std::array<std::string_view, 6> versions{"1", "2", "2.1", "3", "1.2", "1.3"};

/// "2" for "2", "v2", "2.0" and "v2.0+"; empty when it is no version of a GNU licence.
std::string read_version(std::string w, bool& or_later) {
  if (w.starts_with('v')) w.erase(0, 1);
  if (w.ends_with('+')) w.pop_back(), or_later = true;
  if (w.ends_with(".0")) w.resize(w.size() - 2);
  return std::find(versions.begin(), versions.end(), w) == versions.end() ? std::string{} : w;
}

std::optional<mention> long_mention(const reader& r, std::size_t i) {
  mention m;
  if (r.is(i, "general") && r.is(i + 1, "public") && (r.is(i + 2, "license") || r.is(i + 2, "licenses"))) {
    m.family = "GPL";
    m.first = i;
    m.last = i + 3;
    if (i > 0 && (r.is(i - 1, "lesser") || r.is(i - 1, "library"))) m.family = "LGPL", --m.first;
    if (i > 0 && r.is(i - 1, "affero")) m.family = "AGPL", --m.first;
  } else if (r.is(i, "free") && r.is(i + 1, "documentation") && r.is(i + 2, "license")) {
    m.family = "GFDL";
    m.first = i;
    m.last = i + 3;
  } else {
    return std::nullopt;
  }
  if (m.first > 0 && r.is(m.first - 1, "gnu")) --m.first;
  return m;
}

std::optional<mention> short_mention(const reader& r, std::size_t i) {
  if (r.follows_slash(i)) return std::nullopt;
  auto w = r.at(i);
  mention m{.family = {}, .version = {}, .or_later = false, .abbreviated = true, .first = i, .last = i + 1};
  for (const std::string_view name : {"lgpl", "agpl", "gfdl", "gpl"}) {
    if (!w.starts_with(name)) continue;
    m.family = name == "lgpl" ? "LGPL" : name == "agpl" ? "AGPL" : name == "gfdl" ? "GFDL" : "GPL";
    w.erase(0, name.size());
    break;
  }
  if (m.family.empty()) return std::nullopt;
  if (!w.empty()) {
    m.version = read_version(w, m.or_later);
    if (m.version.empty()) return std::nullopt;
  }
  if (i > 0 && (r.is(i - 1, "lesser") || r.is(i - 1, "library")) && m.family == "GPL") m.family = "LGPL";
  return m;
}

std::vector<mention> find_mentions(const reader& r) {
  std::vector<mention> out;
  for (std::size_t i = 0; i < r.size(); ++i) {
    auto m = long_mention(r, i);
    if (!m) m = short_mention(r, i);
    if (!m) continue;
    i = m->last - 1;
    out.push_back(*m);
  }
  return out;
}

enum class use { grant, reference, unclear };

/// "software that is licensed under", "previously distributed under": about something else.
bool is_about_others(const reader& r, std::size_t grant) {
  for (std::size_t back = 1; back <= 2 && back <= grant; ++back)
    if (r.is(grant - back, "previously") || (r.is(grant, "licenses") && r.is(grant - back, "common")) ||
        (r.is(grant - back, "is") && grant > back && r.is(grant - back - 1, "that")))
      return true;
  return false;
}

/// What the nearest telling word before a mention makes of it.
/// `from` is the end of the mention before it: its words tell nothing about this one.
use use_of(const reader& r, const mention& m, std::size_t from) {
  constexpr std::array<std::string_view, 13> grants{
      "under",     "terms",    "licensed",    "license", "either",   "alternatively", "subject",
      "following", "released", "distributed", "or",      "licenses", "licensing"};
  constexpr std::array<std::string_view, 14> references{
      "see",     "copy",         "copies",  "text",     "texts",       "exception", "compatible",
      "covered", "incompatible", "section", "sections", "permissions", "received",  "previously"};
  for (std::size_t back = 1; back <= look_back && m.first >= from + back; ++back) {
    const auto i = m.first - back;
    if (r.is_any(i, references)) return use::reference;
    if (r.is_any(i, grants)) return is_about_others(r, i) ? use::reference : use::grant;
  }
  return use::unclear;
}

/// "The GNU General Public License may be found in …"
bool is_pointer(const reader& r, const mention& m) {
  for (std::size_t i = m.last; i < m.last + 9; ++i)
    if (((r.is(i, "is") || r.is(i, "are")) && (r.is(i + 1, "available") || r.is(i + 1, "included"))) ||
        ((r.is(i, "may") || r.is(i, "can")) && r.is(i + 1, "be") && (r.is(i + 2, "found") || r.is(i + 2, "obtained"))))
      return true;
  return false;
}

bool is_filler(const reader& r, std::size_t i) {
  constexpr std::array<std::string_view, 14> fillers{
      "of", "the", "or", "any", "later", "version", "at", "your", "option", "newer", "versions", "to", "a", "above"};
  return r.is_any(i, fillers);
}

bool says_later(const reader& r, std::size_t i) {
  constexpr std::array<std::string_view, 6> words{"later", "newer", "higher", "greater", "above", "newest"};
  return r.is_any(i, words);
}

/// "version 2 or later of the" directly before the mention.
bool read_version_before(const reader& r, mention& m) {
  bool later = false;
  for (std::size_t back = 1; back <= look_back && back <= m.first; ++back) {
    const auto i = m.first - back;
    bool plus = false;
    if (const auto version = read_version(r.at(i), plus); !version.empty()) {
      const auto word_before = i > 0 && (r.is(i - 1, "version") || r.is(i - 1, "v"));
      if (!word_before && r.at(i).front() != 'v') return false;
      m.version = version;
      m.or_later = plus || later;
      m.first = word_before ? i - 1 : i;
      return true;
    }
    if (!is_filler(r, i)) return false;
    later = later || says_later(r, i);
  }
  return false;
}

void read_later_after(const reader& r, mention& m, std::size_t stop) {
  for (auto i = m.last; i < std::min(stop, m.last + later_reach); ++i) {
    if (r.is(i, "hope")) return;
    if (!says_later(r, i)) continue;
    m.or_later = true;
    m.last = r.is(i + 1, "version") || r.is(i + 1, "versions") ? i + 2 : i + 1;
    return;
  }
}

void read_version_after(const reader& r, mention& m, std::size_t stop) {
  for (auto i = m.last; i < std::min(stop, m.last + version_reach); ++i) {
    if (r.is(i, "hope")) return;
    bool plus = false;
    auto version = read_version(r.at(i), plus);
    if (version.empty()) continue;
    const bool announced = r.is(i - 1, "version") || r.is(i - 1, "v") || r.is(i - 1, "versions") ||
                           r.at(i).starts_with('v') || i == m.last;
    if (!announced) continue;
    m.version = std::move(version);
    m.or_later = plus;
    m.last = i + 1;
    if (!plus) read_later_after(r, m, stop);
    return;
  }
}

bool is_published(const reader& r, const mention& m) { return r.is(m.last, "as") && r.is(m.last + 1, "published"); }

/// Where the grant begins: "under the terms of" before the mention belongs to it.
std::size_t grant_begin(const reader& r, const mention& m) {
  for (std::size_t back = 1; back <= 6 && back <= m.first; ++back)
    if (r.is(m.first - back, "under")) return m.first - back;
  return m.first;
}

/// A mention without version adds nothing where another one of its family has a version.
void drop_vague(std::vector<gnu_notice>& notices) {
  const auto is_versioned = [&](const gnu_notice& n) {
    return std::any_of(notices.begin(), notices.end(), [&](const gnu_notice& other) {
      return other.versioned && family_of(other.licence) == family_of(n.licence);
    });
  };
  std::vector<gnu_notice> kept;
  for (const auto& n : notices)
    if (n.versioned || !is_versioned(n)) kept.push_back(n);
  notices = std::move(kept);
}

}  // namespace

std::vector<gnu_notice> find_gnu_notices(std::string_view text, std::span<const word> words) {
  const reader r{text, words};
  auto mentions = find_mentions(r);
  std::vector<gnu_notice> out;
  auto previous = use::unclear;
  for (std::size_t i = 0; i < mentions.size(); ++i) {
    auto& m = mentions[i];
    auto kind = use_of(r, m, i > 0 ? mentions[i - 1].last : 0);
    // "compatible with LGPLv3+ or GPLv2+": the second is what the first is.
    if (i > 0 && m.abbreviated && m.first == mentions[i - 1].last + 1) kind = previous;
    previous = kind;
    if (kind == use::reference || is_pointer(r, m) || (kind == use::unclear && m.abbreviated)) continue;
    const auto stop = i + 1 < mentions.size() ? mentions[i + 1].first : r.size();
    // "the GNU General Public License (GPL) version 2": the abbreviation does not end the sentence.
    const bool doubled = i + 1 < mentions.size() && mentions[i + 1].abbreviated && stop <= m.last + 1;
    const auto limit = doubled ? (i + 2 < mentions.size() ? mentions[i + 2].first : r.size()) : stop;
    const bool published = is_published(r, m);
    if (m.version.empty() && !read_version_before(r, m))
      read_version_after(r, m, limit);
    else if (!m.or_later)
      read_later_after(r, m, limit);
    if (kind == use::unclear && m.version.empty() && !published) continue;
    out.push_back({gnu_id(m.family, m.version, m.or_later), !m.version.empty(), grant_begin(r, m), m.last});
    if (doubled) ++i;
  }
  drop_vague(out);
  return out;
}

}  // namespace agents::licence
