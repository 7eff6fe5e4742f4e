// SPDX-License-Identifier: Apache-2.0
#include "libagents/contract/msgpack.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <msgpack.hpp>
#include <utility>

#include "libagents/contract/utf8.hpp"
#include "libagents/core/assert.hpp"

namespace agents {
namespace {

/// Collects small writes in a fixed buffer, because appending single bytes to a string is what costs most.
class chunked_buffer {
 public:
  explicit chunked_buffer(std::string& out) : out_(out) {}
  chunked_buffer(const chunked_buffer&) = delete;
  chunked_buffer& operator=(const chunked_buffer&) = delete;
  ~chunked_buffer() { flush(); }

  void write(const char* data, std::size_t size) {
    if (size == 0) return;  // then `data` may be null
    if (size > chunk_.size() - used_) return write_large(data, size);
    std::memcpy(chunk_.data() + used_, data, size);
    used_ += size;
  }

 private:
  void write_large(const char* data, std::size_t size) {
    flush();
    if (size > chunk_.size()) {
      out_.append(data, size);
      return;
    }
    std::memcpy(chunk_.data(), data, size);
    used_ = size;
  }

  void flush() {
    out_.append(chunk_.data(), used_);
    used_ = 0;
  }

  std::string& out_;
  std::array<char, 2048> chunk_;
  std::size_t used_ = 0;
};

/// msgpack's packer, except for doubles: it would turn 1.0 into the integer 1.
class packer : public msgpack::packer<chunked_buffer> {
 public:
  explicit packer(chunked_buffer& buffer) : msgpack::packer<chunked_buffer>(buffer), buffer_(buffer) {}

  void pack_float64(double v) {
    const auto bits = std::bit_cast<std::uint64_t>(v);
    char out[9] = {static_cast<char>(0xCB)};
    for (int i = 0; i < 8; ++i) out[i + 1] = static_cast<char>(bits >> (56 - 8 * i));
    buffer_.write(out, sizeof out);
  }

 private:
  chunked_buffer& buffer_;
};

/// MessagePack counts in 32 bits.
std::uint32_t checked_size(std::size_t size) {
  AGENTS_ASSERT(size <= UINT32_MAX);
  return static_cast<std::uint32_t>(size);
}

void write_string(packer& to, std::string_view text) {
  to.pack_str(checked_size(text.size()));
  to.pack_str_body(text.data(), static_cast<std::uint32_t>(text.size()));
}

void write_bytes(packer& to, const bytes& data) {
  to.pack_bin(checked_size(data.size()));
  to.pack_bin_body(reinterpret_cast<const char*>(data.data()), static_cast<std::uint32_t>(data.size()));
}

void write(packer& to, const value& v);

void write_array(packer& to, const array& items) {
  to.pack_array(checked_size(items.size()));
  for (const auto& item : items) write(to, item);
}

void write_object(packer& to, const object& members) {
  to.pack_map(checked_size(members.size()));
  for (const auto& [name, item] : members) {
    write_string(to, name);
    write(to, item);
  }
}

void write(packer& to, const value& v) {
  switch (v.type()) {
    case value::kind::null: to.pack_nil(); break;
    case value::kind::boolean: v.as_bool() ? to.pack_true() : to.pack_false(); break;
    case value::kind::integer: to.pack_int64(v.as_integer()); break;
    case value::kind::number: to.pack_float64(v.as_number()); break;
    case value::kind::string: write_string(to, v.as_string()); break;
    case value::kind::bytes: write_bytes(to, v.as_bytes()); break;
    case value::kind::array: write_array(to, v.as_array()); break;
    case value::kind::object: write_object(to, v.as_object()); break;
  }
}

/// An array or map under construction.
struct open_container {
  bool is_map = false;
  bool wants_key = false;
  array items = {};
  object::storage members = {};
};

/// Builds a `value` from the events of msgpack's parser. A method that returns false stops the parser.
class value_visitor : public msgpack::null_visitor {
 public:
  value_visitor(std::size_t size, const parse_limits& limits, msgpack_reading reading)
      : max_nodes_(std::min(size, limits.max_nodes)),
        max_depth_(limits.max_depth),
        size_(size),
        strict_(reading == msgpack_reading::strict) {
    open_.reserve(8);
  }

  bool visit_nil() { return add(value{}); }
  bool visit_boolean(bool v) { return add(v); }
  bool visit_positive_integer(std::uint64_t v) { return add(v); }
  bool visit_negative_integer(std::int64_t v) { return add(v); }
  bool visit_float32(float v) { return add(static_cast<double>(v)); }
  bool visit_float64(double v) { return add(v); }
  bool visit_str(const char* text, std::uint32_t size) {
    if (strict_ && !is_utf8({text, size}))
      return fail(errc::corrupt, "a str of " + std::to_string(size) + " bytes" + place_name() +
                                     " is not UTF-8; send such bytes as bin");
    if (!open_.empty() && open_.back().wants_key)
      return open_.back().members.emplace_back().name.assign(text, size), true;
    return add(std::string{text, size});
  }
  bool visit_bin(const char* data, std::uint32_t size) {
    const auto* begin = reinterpret_cast<const std::uint8_t*>(data);
    return add(bytes(begin, begin + size));
  }
  bool visit_ext(const char*, std::uint32_t) {
    return fail(errc::unsupported, "extension types are not supported; send bin or a map instead");
  }

  bool start_array(std::uint32_t size) {
    if (!open(size, size)) return false;
    open_.back().items.reserve(size);
    return true;
  }
  bool end_array() {
    auto items = std::move(open_.back().items);
    return open_.pop_back(), place(std::move(items));
  }
  bool start_map(std::uint32_t pairs) {
    if (!open(pairs, 2 * static_cast<std::uint64_t>(pairs))) return false;
    open_.back().is_map = true;
    open_.back().members.reserve(pairs);
    return true;
  }
  bool start_map_key() { return open_.back().wants_key = true; }
  bool end_map_key() { return open_.back().wants_key = false, true; }
  bool end_map() {
    const auto announced = open_.back().members.size();
    object done{std::move(open_.back().members)};
    if (strict_ && done.size() != announced)
      return fail(errc::corrupt, "a key occurs twice in a map; send each key once");
    return open_.pop_back(), place(std::move(done));
  }

  void parse_error(std::size_t, std::size_t offset) {
    fail(errc::corrupt, "invalid MessagePack at byte " + std::to_string(offset));
  }
  void insufficient_bytes(std::size_t, std::size_t offset) {
    fail(errc::corrupt, "the MessagePack bytes end too early, at byte " + std::to_string(offset));
  }

  [[nodiscard]] bool has_failed() const { return !problem.message.empty(); }

  value result;
  error problem;

 private:
  bool fail(errc code, std::string message) {
    if (!has_failed()) problem = {code, std::move(message)};
    return false;
  }

  /// " of \"text\"": the member that is being read, if it has a name that can be shown.
  [[nodiscard]] std::string place_name() const {
    if (open_.empty() || !open_.back().is_map || open_.back().wants_key) return {};
    const auto& name = open_.back().members.back().name;
    return name.size() <= 64 ? " of \"" + name + "\"" : std::string{};
  }

  bool add(value&& v) {
    if (!open_.empty() && open_.back().wants_key)
      return fail(errc::corrupt,
                  "a map key of the kind " + std::string{to_string(v.type())} + "; keys must be strings");
    return place(std::move(v));
  }

  bool place(value&& v) {
    if (open_.empty())
      result = std::move(v);
    else if (open_.back().is_map)
      open_.back().members.back().value = std::move(v);  // its name came before
    else
      open_.back().items.push_back(std::move(v));
    return true;
  }

  /// Every announced value needs at least one byte; so the sum of all announcements is bounded by the input's size,
  /// and a lying header is refused before anything is allocated for it.
  bool open(std::uint64_t nodes, std::uint64_t least_bytes) {
    if (!open_.empty() && open_.back().wants_key)
      return fail(errc::corrupt, "a map key is an array or a map; keys must be strings");
    if (open_.size() >= static_cast<std::size_t>(std::max(max_depth_, 0)))
      return fail(errc::corrupt, "nested deeper than " + std::to_string(max_depth_) + " levels (max_depth)");
    announced_nodes_ += nodes;
    announced_bytes_ += least_bytes;
    if (announced_bytes_ > size_)
      return fail(errc::corrupt,
                  "a header announces more values than the " + std::to_string(size_) + " bytes can hold");
    if (announced_nodes_ > max_nodes_)
      return fail(errc::corrupt, "more than " + std::to_string(max_nodes_) + " values (max_nodes)");
    open_.emplace_back();
    return true;
  }

  std::uint64_t max_nodes_;
  int max_depth_;
  std::uint64_t size_;
  bool strict_;
  std::uint64_t announced_nodes_ = 0;
  std::uint64_t announced_bytes_ = 0;
  std::vector<open_container> open_;
};

error problem_of(const value_visitor& visitor) {
  return visitor.has_failed() ? visitor.problem : error{errc::corrupt, "invalid MessagePack"};
}

}  // namespace

void pack_into(std::string& out, const value& v) {
  chunked_buffer buffer{out};
  packer to{buffer};
  write(to, v);
}

std::string pack(const value& v) {
  std::string out;
  pack_into(out, v);
  return out;
}

expected<value> unpack(std::string_view bytes, const parse_limits& limits, msgpack_reading reading) {
  if (bytes.size() > limits.max_bytes)
    return unexpected{errc::corrupt, "MessagePack of " + std::to_string(bytes.size()) + " bytes; at most " +
                                         std::to_string(limits.max_bytes) + " are allowed (max_bytes)"};
  value_visitor visitor{bytes.size(), limits, reading};
  std::size_t offset = 0;
  try {
    const bool whole = msgpack::parse(bytes.data(), bytes.size(), offset, visitor);
    if (!whole || visitor.has_failed()) return unexpected{problem_of(visitor)};
  } catch (const msgpack::unpack_error&) {
    return unexpected{problem_of(visitor)};
  }
  if (offset != bytes.size())
    return unexpected{errc::corrupt, std::to_string(bytes.size() - offset) + " bytes follow the value; send one value"};
  return std::move(visitor.result);
}

}  // namespace agents
