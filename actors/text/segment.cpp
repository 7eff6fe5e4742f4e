// SPDX-License-Identifier: Apache-2.0
#include "actors/text/segment.hpp"

#include <utility>

#include "actors/text/heading.hpp"
#include "actors/text/sentence.hpp"

namespace agents::text {
namespace {

std::string_view cut(std::string_view text, range r) { return text.substr(r.begin, r.size()); }

/// Does a new unit begin at `at`, after the white space that begins at `gap`? A blank line always starts one; an
/// enumerator does after a line break or a wide gap (line breaks are often lost in extraction).
bool starts_unit(std::string_view text, std::size_t gap, std::size_t at) {
  int lines = 0;
  for (auto i = gap; i < at; ++i) lines += text[i] == '\n' ? 1 : 0;
  if (lines >= 2) return true;
  if (lines == 0 && at - gap < 2) return false;
  return enumerator_at(text.substr(at)).has_value();
}

/// Paragraphs and numbered items, page furniture included.
std::vector<range> raw_units(std::string_view text) {
  std::vector<range> out;
  const auto add = [&](std::size_t begin, std::size_t end) {
    if (const auto r = trim(text, {begin, end}); r.size() > 0) out.push_back(r);
  };
  std::size_t begin = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (!is_space(text[at])) {
      ++at;
      continue;
    }
    const auto gap = at;
    while (at < text.size() && is_space(text[at])) ++at;
    if (at < text.size() && !starts_unit(text, gap, at)) continue;
    add(begin, gap);
    begin = at;
  }
  add(begin, text.size());
  return out;
}

/// A unit that begins in lower case after one without a final mark is the rest of it.
bool continues(std::string_view text, range before, range next) {
  if (!is_lower(text[next.begin])) return false;
  const char last = text[before.end - 1];
  return last != '.' && last != ';' && last != ':' && last != '!' && last != '?';
}

std::vector<range> units_of(std::string_view text) {
  std::vector<range> out;
  for (const auto& r : raw_units(text)) {
    if (is_page_furniture(cut(text, r))) continue;
    if (!out.empty() && continues(text, out.back(), r))
      out.back().end = r.end;
    else
      out.push_back(r);
  }
  return out;
}

class segmenter {
 public:
  segmenter(std::string_view text, const segment_options& options) : text_(text), options_(options) {}

  std::vector<segment> run() {
    for (const auto& unit : units_of(text_)) add_unit(unit);
    return std::move(out_);
  }

 private:
  void add_unit(range unit) {
    const auto content = cut(text_, unit);
    if (auto heading = title_of(content)) {
      path_.enter(heading->level, std::move(heading->text));
      add(trim(text_, {unit.begin, unit.begin + heading->body}), true);
      unit.begin += heading->body;
    } else if (const auto number = enumerator_at(content)) {
      path_.enter(number->level, {});
      if (extend_by(unit)) return;
    }
    for (const auto& r : joined(sentences(text_, unit))) add(r, false);
  }

  /// Short items of a list belong together: "(b) [***];" alone can be neither found nor cited.
  bool extend_by(range item) {
    constexpr std::size_t short_item = 100;  // bytes
    if (out_.empty() || out_.back().title || item.size() > short_item) return false;
    auto& last = out_.back();
    const auto joined_size = static_cast<std::int64_t>(item.end) - last.begin;
    if (joined_size > options_.target_bytes || last.heading != path_.to_string()) return false;
    last.end = static_cast<std::int64_t>(item.end);
    return true;
  }

  /// Joins short neighbours up to the target and cuts what is above the limit.
  std::vector<range> joined(const std::vector<range>& parts) const {
    const auto target = static_cast<std::size_t>(options_.target_bytes);
    std::vector<range> out;
    for (const auto& part : parts) {
      if (!out.empty() && part.end - out.back().begin <= target) {
        out.back().end = part.end;
        continue;
      }
      for (const auto& piece : split_long(text_, part, static_cast<std::size_t>(options_.limit_bytes)))
        out.push_back(piece);
    }
    return out;
  }

  void add(range r, bool title) {
    out_.push_back({.begin = static_cast<std::int64_t>(r.begin),
                    .end = static_cast<std::int64_t>(r.end),
                    .heading = path_.to_string(),
                    .title = title});
  }

  std::string_view text_;
  segment_options options_;
  heading_path path_;
  std::vector<segment> out_;
};

}  // namespace

std::vector<segment> segment_text(std::string_view text, const segment_options& options) {
  return segmenter{text, options}.run();
}

}  // namespace agents::text
