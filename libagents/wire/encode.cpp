// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "libagents/contract/msgpack.hpp"
#include "libagents/contract/utf8.hpp"
#include "libagents/core/assert.hpp"
#include "libagents/wire/codec.hpp"
#include "libagents/wire/detail/fields.hpp"

namespace agents::wire {
namespace {

using namespace detail;

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

std::string cleaned(std::string_view text, std::size_t max_bytes) {
  std::string out;
  while (!text.empty()) {
    const auto length = utf8_sequence_length(text);
    const auto next = length > 0 ? text.substr(0, length) : replacement;
    if (out.size() + next.size() > max_bytes) break;
    out += next;
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

/// Text as the format wants it: at most so long, and UTF-8.
std::string presentable(const std::string& text, std::size_t max_bytes) {
  return text.size() <= max_bytes && is_utf8(text) ? text : cleaned(text, max_bytes);
}

/// Collects the fields of a message, and moves its payloads into frames.
class writer {
 public:
  writer(std::string_view kind, object::storage& fields, frames& out) : kind_(kind), fields_(fields), out_(out) {}

  void number(std::string_view name, std::int64_t v, range allowed, presence p) {
    AGENTS_ASSERT(v >= allowed.least && v <= allowed.most);
    if (p == required || v != 0) add(name, v);
  }
  void number(std::string_view name, const std::optional<std::int64_t>& v, range allowed) {
    if (v) number(name, *v, allowed, required);
  }
  void time(std::string_view name, microseconds v, presence p) { number(name, v.count(), count_range, p); }
  void name(std::string_view name, const std::string& v, presence p) {
    if (v.size() > max_name_bytes || !is_utf8(v)) return no_name(name, v.size());
    if (p == required || !v.empty()) add(name, v);
  }
  void text(std::string_view name, const std::string& v, std::size_t max_bytes, presence p) {
    if (p == required || !v.empty()) add(name, presentable(v, max_bytes));
  }
  void numbers(std::string_view name, const std::vector<std::int64_t>& v, presence p) {
    if (v.size() > max_list_entries) return too_many(name, v.size());
    if (p == required || !v.empty()) add(name, array(v.begin(), v.end()));
  }
  void names(std::string_view name, const std::vector<std::string>& v) {
    if (v.size() > max_list_entries) return too_many(name, v.size());
    for (const auto& item : v)
      if (item.size() > max_name_bytes || !is_utf8(item)) return no_name(name, item.size());
    if (!v.empty()) add(name, array(v.begin(), v.end()));
  }
  void flag(std::string_view name, bool v, bool fallback) {
    if (v != fallback) add(name, v);
  }
  void code(std::string_view name, errc v, presence p) {
    if (p == required || v != errc::none) add(name, to_string(v));
  }
  void run(std::string_view name, const std::optional<run_id>& v) {
    if (v) add(name, bytes(v->bytes.begin(), v->bytes.end()));
  }
  void budget(std::string_view name, const std::optional<amount>& v) {
    if (v) add(name, object{{"micro_money", v->micro_money}, {"tokens", v->tokens}});
  }
  void payload(std::string_view what, packed& v, presence p, std::size_t most = max_payload_bytes) {
    AGENTS_ASSERT(p == optional || !v.empty());
    if (v.size() > most) return too_large(what, v.size(), most);
    if (!v.empty()) out_.push_back(std::move(v));
  }

  [[nodiscard]] const std::optional<error>& problem() const { return problem_; }

 private:
  void add(std::string_view name, value v) { fields_.push_back({std::string{name}, std::move(v)}); }
  void too_many(std::string_view name, std::size_t count) {
    problem_ = {errc::bad_input, "\"" + kind_ + "\": " + std::to_string(count) + " entries in \"" + std::string{name} +
                                     "\"; send at most " + std::to_string(max_list_entries)};
  }
  void no_name(std::string_view name, std::size_t size) {
    problem_ = {errc::bad_input, "\"" + kind_ + "\": \"" + std::string{name} + "\" has " + std::to_string(size) +
                                     " bytes; send at most " + std::to_string(max_name_bytes) + " bytes of UTF-8"};
  }
  void too_large(std::string_view what, std::size_t size, std::size_t most) {
    problem_ = {errc::bad_input, "\"" + kind_ + "\": " + std::string{what} + " has " + std::to_string(size) +
                                     " bytes; at most " + std::to_string(most) +
                                     " are allowed, put larger things into files"};
  }

  std::string kind_;
  object::storage& fields_;
  frames& out_;
  std::optional<error> problem_;
};

}  // namespace

expected<frames> encode(envelope e) {
  frames out(1);
  out.reserve(3);
  object::storage fields;
  fields.reserve(16);
  fields.push_back({"kind", kind_of(e.body)});
  fields.push_back({"v", version});
  writer w{kind_of(e.body), fields, out};
  std::visit(
      [&](auto& m) {
        using type = std::remove_cvref_t<decltype(m)>;
        if constexpr (!std::is_same_v<type, unknown>) {
          AGENTS_ASSERT((e.session == 0) == outside_sessions<type>);
          if (e.session != 0) w.number("session", e.session, id_range, required);
          visit_fields(w, m);
        } else {
          AGENTS_ASSERT(false && "a message of an unknown kind cannot be written");
        }
      },
      e.body);
  if (w.problem()) return unexpected{*w.problem()};
  pack_into(out[0], object{std::move(fields)});
  return out;
}

}  // namespace agents::wire
