// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "libagents/core/assert.hpp"

namespace agents {

class value;

/// Raw bytes; not text.
using bytes = std::vector<std::uint8_t>;
using array = std::vector<value>;

/// Named values, sorted by name, names unique. Lookup is O(log n); building from a list is O(n log n).
class object {
 public:
  struct member;
  using storage = std::vector<member>;
  using iterator = storage::iterator;
  using const_iterator = storage::const_iterator;

  object();
  object(const object&);
  object(object&&) noexcept;
  object& operator=(const object&);
  object& operator=(object&&) noexcept;
  ~object();
  object(std::initializer_list<std::pair<std::string_view, value>> members);
  /// Takes members in any order; of two with the same name the later one wins.
  explicit object(storage members);

  [[nodiscard]] std::size_t size() const noexcept;
  [[nodiscard]] bool empty() const noexcept;
  [[nodiscard]] const_iterator begin() const noexcept;
  [[nodiscard]] const_iterator end() const noexcept;
  [[nodiscard]] iterator begin() noexcept;
  [[nodiscard]] iterator end() noexcept;

  /// The member of that name, or nullptr. Valid until the object changes.
  [[nodiscard]] const value* find(std::string_view name) const noexcept;
  [[nodiscard]] value* find(std::string_view name) noexcept;
  [[nodiscard]] bool contains(std::string_view name) const noexcept { return find(name) != nullptr; }
  /// Finds the member or inserts a null.
  value& operator[](std::string_view name);
  void erase(std::string_view name);

  friend bool operator==(const object&, const object&);

 private:
  storage members_;
};

/// A dynamic value: what crosses module borders, is journaled, validated and shown.
///
/// The types are those of JSON plus `bytes`, with integers kept apart from floating point. Integers outside int64 are
/// held as double. Equality is JSON Schema's: 1 == 1.0, and objects ignore order.
///
/// A value owns everything in it; copying is deep. Share big ones as `shared_value`. Not synchronised.
class value {
 public:
  enum class kind : std::uint8_t { null, boolean, integer, number, string, bytes, array, object };

  value() noexcept = default;
  value(std::nullptr_t) noexcept {}                          // NOLINT(google-explicit-constructor)
  value(bool v) noexcept : data_(v) {}                       // NOLINT(google-explicit-constructor)
  value(double v) noexcept : data_(v) {}                     // NOLINT(google-explicit-constructor)
  value(const char* v) : data_(std::string{v}) {}            // NOLINT(google-explicit-constructor)
  value(std::string_view v) : data_(std::string{v}) {}       // NOLINT(google-explicit-constructor)
  value(std::string v) noexcept : data_(std::move(v)) {}     // NOLINT(google-explicit-constructor)
  value(agents::bytes v) noexcept : data_(std::move(v)) {}   // NOLINT(google-explicit-constructor)
  value(agents::array v) noexcept : data_(std::move(v)) {}   // NOLINT(google-explicit-constructor)
  value(agents::object v) noexcept : data_(std::move(v)) {}  // NOLINT(google-explicit-constructor)
  template <class Int>
  requires(std::is_integral_v<Int> && !std::is_same_v<Int, bool>) value(Int v)
  noexcept : data_(from_integer(v)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] kind type() const noexcept { return static_cast<kind>(data_.index()); }
  [[nodiscard]] bool is_null() const noexcept { return type() == kind::null; }
  [[nodiscard]] bool is_bool() const noexcept { return type() == kind::boolean; }
  [[nodiscard]] bool is_integer() const noexcept { return type() == kind::integer; }
  /// True for integers and for floating point.
  [[nodiscard]] bool is_number() const noexcept { return is_integer() || type() == kind::number; }
  [[nodiscard]] bool is_string() const noexcept { return type() == kind::string; }
  [[nodiscard]] bool is_bytes() const noexcept { return type() == kind::bytes; }
  [[nodiscard]] bool is_array() const noexcept { return type() == kind::array; }
  [[nodiscard]] bool is_object() const noexcept { return type() == kind::object; }

  /// Typed access. Asking for the wrong type is a defect of the caller and aborts; ask `is_…` first,
  /// or use the `get_…` forms for values from outside.
  [[nodiscard]] bool as_bool() const { return *checked<bool>(); }
  [[nodiscard]] std::int64_t as_integer() const { return *checked<std::int64_t>(); }
  /// Integers convert.
  [[nodiscard]] double as_number() const {
    return is_integer() ? static_cast<double>(as_integer()) : *checked<double>();
  }
  [[nodiscard]] const std::string& as_string() const { return *checked<std::string>(); }
  [[nodiscard]] const agents::bytes& as_bytes() const { return *checked<agents::bytes>(); }
  [[nodiscard]] const agents::array& as_array() const { return *checked<agents::array>(); }
  [[nodiscard]] agents::array& as_array() { return const_cast<agents::array&>(std::as_const(*this).as_array()); }
  [[nodiscard]] const agents::object& as_object() const { return *checked<agents::object>(); }
  [[nodiscard]] agents::object& as_object() { return const_cast<agents::object&>(std::as_const(*this).as_object()); }

  /// The member of an object, or nullptr when this is no object or has no such member.
  [[nodiscard]] const value* find(std::string_view name) const noexcept;
  [[nodiscard]] std::string_view get_string(std::string_view name, std::string_view fallback = {}) const noexcept;
  [[nodiscard]] std::int64_t get_integer(std::string_view name, std::int64_t fallback = 0) const noexcept;
  [[nodiscard]] double get_number(std::string_view name, double fallback = 0) const noexcept;
  [[nodiscard]] bool get_bool(std::string_view name, bool fallback = false) const noexcept;

  friend bool operator==(const value& a, const value& b);

 private:
  using storage = std::variant<std::monostate, bool, std::int64_t, double, std::string, agents::bytes, agents::array,
                               agents::object>;

  template <class T>
  [[nodiscard]] const T* checked() const {
    const auto* v = std::get_if<T>(&data_);
    AGENTS_ASSERT(v != nullptr);
    return v;
  }

  template <class Int>
  static storage from_integer(Int v) noexcept {
    if constexpr (std::is_unsigned_v<Int> && sizeof(Int) >= 8) {
      if (v > static_cast<Int>(INT64_MAX)) return static_cast<double>(v);
    }
    return static_cast<std::int64_t>(v);
  }

  storage data_;
};

struct object::member {
  std::string name;
  agents::value value;
  friend bool operator==(const member&, const member&) = default;
};

inline std::size_t object::size() const noexcept { return members_.size(); }
inline bool object::empty() const noexcept { return members_.empty(); }
inline object::const_iterator object::begin() const noexcept { return members_.begin(); }
inline object::const_iterator object::end() const noexcept { return members_.end(); }
inline object::iterator object::begin() noexcept { return members_.begin(); }
inline object::iterator object::end() noexcept { return members_.end(); }

/// A value that several threads may read.
using shared_value = std::shared_ptr<const value>;

[[nodiscard]] inline shared_value share(value v) { return std::make_shared<const value>(std::move(v)); }

/// "null", "boolean", "integer", "number", "string", "bytes", "array", "object".
[[nodiscard]] std::string_view to_string(value::kind k) noexcept;

/// A hash of the contents, equal for equal values (1 and 1.0 included). Stable within one version of libagents.
[[nodiscard]] std::uint64_t hash_of(const value& v) noexcept;

/// An estimate of the memory a value holds, in bytes; used for limits.
[[nodiscard]] std::size_t footprint_bytes(const value& v) noexcept;

}  // namespace agents
