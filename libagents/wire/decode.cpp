// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "libagents/contract/msgpack.hpp"
#include "libagents/wire/codec.hpp"
#include "libagents/wire/detail/fields.hpp"

namespace agents::wire {
namespace {

using namespace detail;

std::string quoted(std::string_view name) { return "\"" + std::string{name} + "\""; }

/// Takes the fields of a message out of the envelope and its payloads out of the frames. The first problem stays.
class reader {
 public:
  reader(std::string_view kind, const value& fields, frames& in) : kind_(kind), fields_(fields), in_(in) {}

  void number(std::string_view name, std::int64_t& v, range allowed, presence p) {
    const auto* found = find(name, p);
    if (!found) return;
    if (!found->is_integer() || found->as_integer() < allowed.least || found->as_integer() > allowed.most)
      return wrong(name, *found,
                   "an integer from " + std::to_string(allowed.least) + " to " + std::to_string(allowed.most));
    v = found->as_integer();
  }
  void number(std::string_view name, std::optional<std::int64_t>& v, range allowed) {
    if (find(name, optional)) number(name, v.emplace(), allowed, required);
  }
  void time(std::string_view name, microseconds& v, presence p) {
    std::int64_t count = 0;
    number(name, count, count_range, p);
    v = microseconds{count};
  }
  void name(std::string_view name, std::string& v, presence p) {
    take_string(name, v, max_name_bytes, p);
    if (p == required && v.empty() && !problem_) fail("the field " + quoted(name) + " is empty");
  }
  void text(std::string_view name, std::string& v, std::size_t max_bytes, presence p) {
    take_string(name, v, max_bytes, p);
  }
  void numbers(std::string_view name, std::vector<std::int64_t>& v, presence p) {
    const auto* found = list(name, p);
    if (!found) return;
    for (const auto& item : *found) {
      if (!item.is_integer() || item.as_integer() < 0 || item.as_integer() > max_number)
        return wrong(name, item, "integers from 0 to " + std::to_string(max_number));
      v.push_back(item.as_integer());
    }
  }
  void names(std::string_view name, std::vector<std::string>& v) {
    const auto* found = list(name, optional);
    if (!found) return;
    for (const auto& item : *found) {
      if (!is_text(item, max_name_bytes)) return wrong(name, item, text_of(max_name_bytes));
      v.push_back(item.as_string());
    }
  }
  void flag(std::string_view name, bool& v, bool fallback) {
    v = fallback;
    const auto* found = find(name, optional);
    if (!found) return;
    if (!found->is_bool()) return wrong(name, *found, "a boolean");
    v = found->as_bool();
  }
  void code(std::string_view name, errc& v, presence p) {
    std::string text;
    v = errc::none;
    take_string(name, text, max_name_bytes, p);
    if (!text.empty()) v = errc_from_string(text);
    if (p == required && v == errc::none && !problem_) fail("the field \"code\" names no error; send \"internal\"");
  }
  void run(std::string_view name, std::optional<run_id>& v) {
    const auto* found = find(name, optional);
    if (!found) return;
    run_id id;
    if (!found->is_bytes() || found->as_bytes().size() != id.bytes.size()) return wrong(name, *found, "16 bytes (bin)");
    std::copy(found->as_bytes().begin(), found->as_bytes().end(), id.bytes.begin());
    v = id;
  }
  void budget(std::string_view name, std::optional<amount>& v) {
    const auto* found = find(name, optional);
    if (!found) return;
    if (!found->is_object()) return wrong(name, *found, "a map of micro_money and tokens");
    reader inner{kind_, *found, in_};
    inner.number("micro_money", v.emplace().micro_money, count_range, required);
    inner.number("tokens", v->tokens, count_range, required);
    if (inner.problem_ && !problem_) problem_ = inner.problem_;
  }
  void payload(std::string_view what, packed& v, presence p, std::size_t most = max_payload_bytes) {
    const auto frame = next_payload_++;
    if (frame >= in_.size()) {
      if (p == required) fail(std::string{what} + " is missing; send it in frame " + std::to_string(frame + 1));
      return;
    }
    if (in_[frame].empty())
      return fail("frame " + std::to_string(frame + 1) + ", " + std::string{what} +
                  ", is empty; send one MessagePack value, or no frame");
    if (in_[frame].size() > most)
      return fail(std::string{what} + " has " + std::to_string(in_[frame].size()) + " bytes; at most " +
                  std::to_string(most) + " are allowed");
    v = std::move(in_[frame]);
  }

  /// Every frame must have had a meaning.
  void end() {
    if (next_payload_ < in_.size())
      fail(std::to_string(in_.size()) + " frames; this kind has at most " + std::to_string(next_payload_));
  }
  void fail(const std::string& what) {
    if (!problem_) problem_ = {errc::corrupt, quoted(kind_) + ": " + what};
  }
  [[nodiscard]] const std::optional<error>& problem() const { return problem_; }

 private:
  static std::string text_of(std::size_t max_bytes) {
    return "str of at most " + std::to_string(max_bytes) + " bytes of UTF-8";
  }
  static bool is_text(const value& v, std::size_t max_bytes) {
    return v.is_string() && v.as_string().size() <= max_bytes;
  }
  const value* find(std::string_view name, presence p) {
    const auto* found = fields_.find(name);
    if (!found && p == required) fail("the field " + quoted(name) + " is missing from the envelope");
    return found;
  }
  const array* list(std::string_view name, presence p) {
    const auto* found = find(name, p);
    if (!found) return nullptr;
    if (found->is_array() && found->as_array().size() <= max_list_entries) return &found->as_array();
    wrong(name, *found, "an array of at most " + std::to_string(max_list_entries) + " entries");
    return nullptr;
  }
  void take_string(std::string_view name, std::string& v, std::size_t max_bytes, presence p) {
    const auto* found = find(name, p);
    if (!found) return;
    if (!is_text(*found, max_bytes)) return wrong(name, *found, text_of(max_bytes));
    v = found->as_string();
  }
  void wrong(std::string_view name, const value& found, const std::string& wanted) {
    fail("the field " + quoted(name) + " of the envelope is " + std::string{to_string(found.type())} +
         " or out of range; send " + wanted);
  }

  std::string_view kind_;
  const value& fields_;
  frames& in_;
  std::size_t next_payload_ = 1;
  std::optional<error> problem_;
};

/// What fields alone cannot say.
void check_rules(reader&, const auto&) {}
void check_rules(reader& r, const answer& m) {
  if ((m.code == errc::none) != !m.output.empty()) r.fail("an answer has either an output or a code; send one of them");
}
void check_rules(reader& r, const welcome& m) {
  if (m.state.has_value() != !m.saved.empty())
    r.fail("\"state\" and the saved state come together; send both or neither");
}

template <class Message>
void read_message(reader& r, envelope& e) {
  if constexpr (!outside_sessions<Message>) r.number("session", e.session, id_range, required);
  auto& m = e.body.emplace<Message>();
  visit_fields(r, m);
  check_rules(r, m);
  r.end();
}

using read_function = void (*)(reader&, envelope&);

template <std::size_t... I>
constexpr auto make_readers(std::index_sequence<I...>) {
  return std::array<read_function, sizeof...(I)>{read_message<std::variant_alternative_t<I, message>>...};
}

constexpr auto readers = make_readers(std::make_index_sequence<std::size(kind_names)>{});

unexpected corrupt(const std::string& what) { return {errc::corrupt, what}; }

expected<value> decode_envelope(const frames& f) {
  if (f.empty() || f.size() > 3)
    return corrupt(std::to_string(f.size()) + " frames; a message has an envelope and at most two payloads");
  for (std::size_t i = 1; i < f.size(); ++i)
    if (f[i].size() > max_payload_bytes)
      return corrupt("frame " + std::to_string(i + 1) + " has " + std::to_string(f[i].size()) + " bytes; at most " +
                     std::to_string(max_payload_bytes) + " are allowed");
  auto v = unpack(f[0], {max_envelope_bytes, max_envelope_depth, max_envelope_values}, msgpack_reading::strict);
  if (!v) return unexpected{errc::corrupt, "frame 1, the envelope: " + v.error().message};
  if (!v->is_object())
    return corrupt("frame 1, the envelope, is " + std::string{to_string(v->type())} + "; send a map");
  return v;
}

expected<void> check_version(const value& fields) {
  const auto* v = fields.find("v");
  if (!v || !v->is_integer()) return corrupt("the field \"v\" of the envelope is missing or no integer; send 1");
  if (v->as_integer() == version) return {};
  return unexpected{errc::unsupported, "a message of version " + std::to_string(v->as_integer()) +
                                           "; this side reads version " + std::to_string(version)};
}

}  // namespace

expected<envelope> decode(frames f) {
  auto fields = decode_envelope(f);
  if (!fields) return fields.propagate();
  if (auto ok = check_version(*fields); !ok) return ok.propagate();
  const auto* kind = fields->find("kind");
  if (!kind || !kind->is_string() || kind->as_string().size() > max_name_bytes)
    return corrupt("the field \"kind\" of the envelope is missing or no str; send one of the kinds of the format");
  reader r{kind->as_string(), *fields, f};
  envelope e;
  const auto known = std::find(std::begin(kind_names), std::end(kind_names), kind->as_string());
  if (known == std::end(kind_names)) {
    e.body = unknown{kind->as_string()};
    return e;
  }
  readers[static_cast<std::size_t>(known - std::begin(kind_names))](r, e);
  if (r.problem()) return unexpected{*r.problem()};
  return e;
}

expected<value> decode_manifest(const hello& h) {
  const parse_limits limits{max_manifest_bytes, max_payload_depth, max_manifest_values};
  auto v = unpack(h.manifest, limits, msgpack_reading::strict);
  if (!v) return unexpected{v.error().code, "the manifest: " + v.error().message};
  return v;
}

expected<value> decode_payload(std::string_view bytes, std::string_view what) {
  auto v = unpack(bytes, {max_payload_bytes, max_payload_depth, max_payload_values}, msgpack_reading::strict);
  if (!v) return unexpected{v.error().code, std::string{what} + ": " + v.error().message};
  return v;
}

}  // namespace agents::wire
