// SPDX-License-Identifier: Apache-2.0
#include "libagents/contract/json.hpp"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

namespace agents {
namespace {

/// Reads characters and tells a place outside of itself how far the reading got.
class tracked_iterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  tracked_iterator() = default;
  tracked_iterator(const char* at, const char** furthest) : at_(at), furthest_(furthest) {}
  reference operator*() const { return *at_; }
  tracked_iterator& operator++() {
    *furthest_ = ++at_;
    return *this;
  }
  tracked_iterator operator++(int) {
    auto before = *this;
    ++*this;
    return before;
  }
  [[maybe_unused]] friend bool operator==(const tracked_iterator& a, const tracked_iterator& b) {
    return a.at_ == b.at_;
  }
  friend bool operator!=(const tracked_iterator& a, const tracked_iterator& b) { return a.at_ != b.at_; }

 private:
  const char* at_ = nullptr;
  const char** furthest_ = nullptr;
};

/// An array or object under construction.
struct open_container {
  bool is_object = false;
  std::string name = {};
  array items = {};
  object::storage members = {};
};

std::string reason_of(std::string_view library_text) {
  // "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while … - REASON; last read: …"
  if (const auto colon = library_text.find(": "); colon != std::string_view::npos)
    library_text.remove_prefix(colon + 2);
  // The part after "last read" quotes the text, which may be secret.
  library_text = library_text.substr(0, library_text.find("; last read"));
  return std::string{library_text};
}

/// Builds a `value` from the events of the parser; stops it when a limit is passed.
class value_builder {
 public:
  explicit value_builder(const parse_limits& limits) : limits_(limits) {}

  bool null() { return add(value{}); }
  bool boolean(bool v) { return add(v); }
  /// The parser reports only negative integers here; so a zero was written "-0".
  bool number_integer(std::int64_t v) { return add(v == 0 ? value{-0.0} : value{v}); }
  bool number_unsigned(std::uint64_t v) { return add(v); }
  bool number_float(double v, const std::string&) { return add(v); }
  bool string(std::string& v) { return add(std::move(v)); }
  bool binary(std::vector<std::uint8_t>&) { return false; }
  bool start_object(std::size_t) { return open(true); }
  bool start_array(std::size_t) { return open(false); }
  bool key(std::string& name) { return open_.back().name = std::move(name), true; }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception& e) {
    problem = reason_of(e.what());
    problem_position = position;
    return false;
  }

  value result;
  std::string problem;
  /// Bytes up to and including the offending token; 0 when the parser did not say.
  std::size_t problem_position = 0;

 private:
  bool count_node() {
    if (++nodes_ <= limits_.max_nodes) return true;
    problem = "more than " + std::to_string(limits_.max_nodes) + " values; split the text or raise max_nodes";
    return false;
  }

  bool add(value v) { return count_node() && place(std::move(v)); }

  bool place(value v) {
    if (open_.empty())
      result = std::move(v);
    else if (open_.back().is_object)
      open_.back().members.push_back({std::move(open_.back().name), std::move(v)});
    else
      open_.back().items.push_back(std::move(v));
    return true;
  }

  bool open(bool is_object) {
    if (!count_node()) return false;
    if (open_.size() >= static_cast<std::size_t>(std::max(limits_.max_depth, 0))) {
      problem = "nested deeper than " + std::to_string(limits_.max_depth) + " levels; flatten it or raise max_depth";
      return false;
    }
    open_.push_back({.is_object = is_object});
    return true;
  }

  bool close() {
    auto done = std::move(open_.back());
    open_.pop_back();
    return place(done.is_object ? value{object{std::move(done.members)}} : value{std::move(done.items)});
  }

  const parse_limits& limits_;
  std::vector<open_container> open_;
  std::size_t nodes_ = 0;
};

unexpected bad_json(std::string_view text, std::size_t position, const std::string& problem) {
  const auto before = text.substr(0, position);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const auto newline = before.rfind('\n');
  const auto column = newline == std::string_view::npos ? before.size() : before.size() - newline - 1;
  return unexpected{errc::bad_input, "JSON, line " + std::to_string(line) + ", column " +
                                         std::to_string(std::max<std::size_t>(column, 1)) + ": " + problem};
}

}  // namespace

expected<value> parse_json(std::string_view text, const parse_limits& limits) {
  if (text.size() > limits.max_bytes)
    return unexpected{errc::bad_input, "JSON of " + std::to_string(text.size()) + " bytes; at most " +
                                           std::to_string(limits.max_bytes) + " are allowed (max_bytes)"};
  if (text.empty()) return unexpected{errc::bad_input, "JSON, line 1, column 1: the text is empty"};
  const char* furthest = text.data();
  const char* end = text.data() + text.size();
  value_builder builder{limits};
  const bool whole =
      nlohmann::json::sax_parse(tracked_iterator{text.data(), &furthest}, tracked_iterator{end, &furthest}, &builder);
  // The parser takes a zero byte for the end of the text.
  if (whole && furthest != end) builder.problem = "a zero byte after the value";
  if (!whole || !builder.problem.empty()) {
    const auto read = static_cast<std::size_t>(furthest - text.data());
    return bad_json(text, builder.problem_position > 0 ? builder.problem_position : read,
                    builder.problem.empty() ? "malformed" : builder.problem);
  }
  return std::move(builder.result);
}

}  // namespace agents
