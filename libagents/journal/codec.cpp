// SPDX-License-Identifier: Apache-2.0
#include "libagents/journal/codec.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "libagents/contract/json.hpp"
#include "libagents/contract/msgpack.hpp"
#include "libagents/journal/limits.hpp"
#include "libagents/journal/msgpack_bytes.hpp"

namespace agents::journal {
namespace {

using detail::byte_reader;

/// The keys of the map. Append-only.
enum class key : std::uint8_t {
  kind = 0,
  at = 1,
  run = 2,
  step = 3,
  attempt = 4,
  capability = 5,
  module = 6,
  version = 7,
  outcome = 8,
  text = 9,
  score = 10,
  queueing = 11,
  handling = 12,
  micro_money = 13,
  tokens = 14,
  depth = 15,
  in_flight = 16,
  data = 17,
};
constexpr int known_keys = 18;

/// Fields that are no text, all of them present: an upper bound of their bytes.
constexpr std::size_t most_fixed_bytes = 3 + known_keys * (1 + detail::longest_number) + detail::packed_run_bytes;

std::size_t most_bytes_without_data(const event& e) {
  return most_fixed_bytes + 5 * detail::longest_string_header + e.step.size() + e.capability.size() + e.module.size() +
         e.version.size() + e.text.size();
}

/// Writes the entries that differ from their defaults, in the order of the keys, and counts them.
class entry_writer {
 public:
  explicit entry_writer(char* to) : to_(to) {}

  void number(key k, std::int64_t v) {
    if (v != 0) to_ = detail::put_signed(begin(k), v);
  }
  void real(key k, double v) {
    if (v != 0) to_ = detail::put_double(begin(k), v);
  }
  void string(key k, std::string_view text) {
    if (!text.empty()) to_ = detail::put_string(begin(k), text);
  }
  void always(key k, std::uint64_t v) { to_ = detail::put_unsigned(begin(k), v); }
  void run(const run_id& id) { to_ = detail::put_run(begin(key::run), id); }
  /// The value follows, written by someone else.
  void announce(key k) { begin(k); }

  [[nodiscard]] char* end() const { return to_; }
  [[nodiscard]] int count() const { return count_; }

 private:
  char* begin(key k) {
    ++count_;
    return to_ = detail::put_unsigned(to_, static_cast<std::uint8_t>(k));
  }

  char* to_;
  int count_ = 0;
};

void write_entries(entry_writer& w, const event& e, const run_id& inherited) {
  w.always(key::kind, static_cast<std::uint8_t>(e.kind));
  w.number(key::at, e.at.ns);
  if (e.run != inherited) w.run(e.run);
  w.string(key::step, e.step);
  w.number(key::attempt, e.attempt);
  w.string(key::capability, e.capability);
  w.string(key::module, e.module);
  w.string(key::version, e.version);
  w.number(key::outcome, static_cast<std::uint8_t>(e.outcome));
  w.string(key::text, e.text);
  w.real(key::score, e.score);
  w.number(key::queueing, e.queueing.count());
  w.number(key::handling, e.handling.count());
  w.number(key::micro_money, e.micro_money);
  w.number(key::tokens, e.tokens);
  w.number(key::depth, e.depth);
  w.number(key::in_flight, e.in_flight);
  if (e.data) w.announce(key::data);
}

/// Reads the values of the entries into an event. Every function answers whether the bytes were of the right form.
class entry_reader {
 public:
  entry_reader(std::string_view bytes, event& out) : in_(bytes), e_(out) {}

  std::optional<std::uint32_t> entries() { return in_.map_header(); }
  std::optional<std::uint64_t> next_key() { return in_.unsigned_integer(); }
  bool skip() { return in_.any().has_value(); }
  [[nodiscard]] std::string_view rest() const { return in_.rest(); }

  bool entry(key k) {
    switch (k) {
      case key::kind: return kind();
      case key::at: return signed_number(e_.at.ns);
      case key::run: return run();
      case key::step: return string(e_.step);
      case key::attempt: return small_number(e_.attempt);
      case key::capability: return string(e_.capability);
      case key::module: return string(e_.module);
      case key::version: return string(e_.version);
      case key::outcome: return outcome();
      case key::text: return string(e_.text);
      case key::score: return real(e_.score);
      case key::queueing: return span(e_.queueing);
      case key::handling: return span(e_.handling);
      case key::micro_money: return signed_number(e_.micro_money);
      case key::tokens: return signed_number(e_.tokens);
      case key::depth: return small_number(e_.depth);
      case key::in_flight: return small_number(e_.in_flight);
      case key::data: return data();
    }
    return false;
  }

 private:
  template <class T>
  static bool store(T& to, std::optional<T> v) {
    if (v) to = *v;
    return v.has_value();
  }

  bool signed_number(std::int64_t& to) { return store(to, in_.signed_integer()); }
  bool real(double& to) { return store(to, in_.number()); }
  bool run() { return store(e_.run, in_.run()); }

  bool small_number(std::uint32_t& to) {
    const auto v = in_.unsigned_integer();
    if (!v || *v > UINT32_MAX) return false;
    to = static_cast<std::uint32_t>(*v);
    return true;
  }

  bool string(std::string& to) {
    const auto text = in_.string();
    if (text) to.assign(*text);
    return text.has_value();
  }

  bool span(duration& to) {
    const auto ns = in_.signed_integer();
    if (ns) to = duration{*ns};
    return ns.has_value();
  }

  bool kind() {
    const auto v = in_.unsigned_integer();
    if (!v || *v > UINT8_MAX) return false;
    e_.kind = static_cast<event_kind>(*v);
    return true;
  }

  bool outcome() {
    const auto v = in_.unsigned_integer();
    if (!v) return false;
    e_.outcome = *v <= static_cast<std::uint64_t>(last_errc) ? static_cast<errc>(*v) : errc::internal;
    return true;
  }

  bool data() {
    const auto bytes = in_.any();
    if (!bytes) return false;
    parse_limits limits;
    limits.max_bytes = max_payload_bytes;
    limits.max_depth = max_data_depth;
    limits.max_nodes = max_payload_bytes;  // a node takes a byte at least, so the size is the limit
    auto v = unpack(*bytes, limits);
    if (v) e_.data = share(std::move(*v));
    return v.has_value();
  }

  byte_reader in_;
  event& e_;
};

unexpected damaged(const std::string& what) {
  return unexpected{errc::corrupt, "damaged event: " + what + "; restore the journal from a copy or drop its tail"};
}

/// Reads one entry; remembers in `seen` which known keys have occurred.
expected<void> read_entry(entry_reader& in, std::uint32_t& seen) {
  const auto k = in.next_key();
  if (!k) return damaged("a key is no small integer");
  if (*k >= known_keys) return in.skip() ? expected<void>{} : damaged("the value of key " + std::to_string(*k));
  const auto bit = std::uint32_t{1} << *k;
  if ((seen & bit) != 0) return damaged("key " + std::to_string(*k) + " occurs twice");
  seen |= bit;
  if (!in.entry(static_cast<key>(*k))) return damaged("the value of key " + std::to_string(*k));
  return {};
}

bool deeper_than(const value& v, int levels) {
  if (!v.is_array() && !v.is_object()) return false;
  if (levels == 0) return true;
  const auto too_deep = [levels](const value& child) { return deeper_than(child, levels - 1); };
  if (v.is_array()) return std::any_of(v.as_array().begin(), v.as_array().end(), too_deep);
  const auto& members = v.as_object();
  return std::any_of(members.begin(), members.end(), [&](const auto& m) { return too_deep(m.value); });
}

}  // namespace

void encode_event(std::string& out, const event& e, const run_id& inherited) {
  // The map's header comes first but its count is known last: one byte for up to 15 entries, three for more.
  const auto begin = out.size();
  out.resize(begin + most_bytes_without_data(e));
  char* const header = out.data() + begin;
  entry_writer w{header + 1};
  write_entries(w, e, inherited);
  auto size = static_cast<std::size_t>(w.end() - header);
  if (w.count() <= 15) {
    *header = static_cast<char>(0x80 | w.count());
  } else {
    std::copy_backward(header + 1, w.end(), w.end() + 2);
    header[0] = static_cast<char>(0xde);
    header[1] = 0;
    header[2] = static_cast<char>(w.count());
    size += 2;
  }
  out.resize(begin + size);
  if (e.data) pack_into(out, *e.data);
}

expected<event> take_event(std::string_view& bytes, const run_id& inherited) {
  event e;
  e.run = inherited;
  entry_reader in{bytes, e};
  const auto entries = in.entries();
  if (!entries) return damaged("it does not begin with a map");
  std::uint32_t seen = 0;
  for (std::uint32_t i = 0; i < *entries; ++i)
    if (auto read = read_entry(in, seen); !read) return read.propagate();
  if ((seen & 1) == 0) return damaged("it has no kind");
  bytes = in.rest();
  return e;
}

expected<event> decode_event(std::string_view bytes, const run_id& inherited) {
  auto e = take_event(bytes, inherited);
  if (e && !bytes.empty()) return damaged(std::to_string(bytes.size()) + " bytes follow it");
  return e;
}

expected<void> check_journalable(const event& e) {
  if (!is_journaled(e.kind))
    return unexpected{errc::bad_input, "events of the kind " + std::string{to_string(e.kind)} +
                                           " are observations and are not journaled; publish them only"};
  if (e.data && deeper_than(*e.data, max_data_depth))
    return unexpected{errc::bad_input, "the data of an event is nested deeper than " + std::to_string(max_data_depth) +
                                           " levels; flatten it"};
  return {};
}

}  // namespace agents::journal
