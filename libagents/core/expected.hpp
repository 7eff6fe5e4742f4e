// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "libagents/core/assert.hpp"
#include "libagents/core/errc.hpp"

namespace agents {

/// Marks a return value as an error: `return unexpected{errc::io, "…"}`.
struct unexpected {
  unexpected(errc code, std::string message) : what{code, std::move(message)} {}
  explicit unexpected(error e) : what(std::move(e)) {}
  error what;
};

/// A `T`, or the `error` that prevented it. A small stand-in for C++23's `std::expected<T, error>`.
///
/// Reading the value of an error (or the reverse) is a defect of the caller and aborts.
template <class T>
class [[nodiscard]] expected {
 public:
  using value_type = T;

  expected(T value) : data_(std::in_place_index<0>, std::move(value)) {}        // NOLINT(google-explicit-constructor)
  expected(unexpected e) : data_(std::in_place_index<1>, std::move(e.what)) {}  // NOLINT(google-explicit-constructor)
  template <class U>
  requires(!std::is_same_v<std::remove_cvref_t<U>, T> && !std::is_same_v<std::remove_cvref_t<U>, expected> &&
           std::is_convertible_v<U, T>) expected(U&& value)
      : data_(std::in_place_index<0>, std::forward<U>(value)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool has_value() const noexcept { return data_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  [[nodiscard]] T& value() & { return AGENTS_ASSERT(has_value()), *std::get_if<0>(&data_); }
  [[nodiscard]] const T& value() const& { return AGENTS_ASSERT(has_value()), *std::get_if<0>(&data_); }
  [[nodiscard]] T&& value() && { return AGENTS_ASSERT(has_value()), std::move(*std::get_if<0>(&data_)); }
  [[nodiscard]] T& operator*() & { return value(); }
  [[nodiscard]] const T& operator*() const& { return value(); }
  [[nodiscard]] T&& operator*() && { return std::move(*this).value(); }
  [[nodiscard]] T* operator->() { return &value(); }
  [[nodiscard]] const T* operator->() const { return &value(); }

  [[nodiscard]] const agents::error& error() const& { return AGENTS_ASSERT(!has_value()), *std::get_if<1>(&data_); }
  [[nodiscard]] agents::error&& error() && { return AGENTS_ASSERT(!has_value()), std::move(*std::get_if<1>(&data_)); }

  /// The error, ready to be returned from a function with another value type.
  [[nodiscard]] unexpected propagate() const { return unexpected{error()}; }

  template <class U>
  [[nodiscard]] T value_or(U&& fallback) const& {
    return has_value() ? value() : static_cast<T>(std::forward<U>(fallback));
  }

 private:
  std::variant<T, agents::error> data_;
};

template <>
class [[nodiscard]] expected<void> {
 public:
  using value_type = void;

  expected() = default;
  expected(unexpected e) : error_(std::move(e.what)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool has_value() const noexcept { return !error_; }
  explicit operator bool() const noexcept { return has_value(); }
  [[nodiscard]] const agents::error& error() const { return AGENTS_ASSERT(!has_value()), *error_; }
  [[nodiscard]] unexpected propagate() const { return unexpected{error()}; }

 private:
  std::optional<agents::error> error_;
};

}  // namespace agents
