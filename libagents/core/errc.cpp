// SPDX-License-Identifier: Apache-2.0
#include "libagents/core/errc.hpp"

#include <array>

namespace agents {
namespace {

struct row {
  std::string_view name;
  std::string_view text;
  bool transient;
};

constexpr std::array<row, static_cast<std::size_t>(last_errc) + 1> table{{
    {"none", "No error.", false},
    {"deadline", "The request was not answered before its deadline.", true},
    {"no_route", "No eligible module offers the capability.", true},
    {"node_down", "The node that ran the module is not reachable.", true},
    {"overloaded", "The module's mailbox is full; the request was refused at once.", true},
    {"bad_input", "The input does not satisfy the contract of the capability.", false},
    {"bad_output", "The output of the module does not satisfy its contract.", true},
    {"rejected", "The module or a policy refused the request.", false},
    {"crashed", "The module ended abnormally while it handled the request.", true},
    {"cancelled", "The request was cancelled by its caller.", false},
    {"budget", "The budget does not cover the request.", false},
    {"internal", "A defect of libagents or of its environment.", false},
    {"not_found", "The named thing does not exist.", false},
    {"corrupt", "The bytes are damaged or are not of the expected format.", false},
    {"io", "The operating system refused a read or a write.", true},
    {"unsupported", "The thing is valid but this version cannot handle it.", false},
    {"conflict", "Somebody else changed or owns the thing.", true},
    {"waiting", "The run waits for a person.", false},
}};

const row& row_of(errc code) noexcept {
  const auto i = static_cast<std::size_t>(code);
  return table[i < table.size() ? i : static_cast<std::size_t>(errc::internal)];
}

}  // namespace

std::string_view to_string(errc code) noexcept { return row_of(code).name; }

std::string_view sentence(errc code) noexcept { return row_of(code).text; }

bool is_transient(errc code) noexcept { return row_of(code).transient; }

errc errc_from_string(std::string_view name) noexcept {
  for (std::size_t i = 0; i < table.size(); ++i)
    if (table[i].name == name) return static_cast<errc>(i);
  return errc::internal;
}

std::string to_string(const error& e) {
  std::string out{to_string(e.code)};
  out += ": ";
  out += e.message.empty() ? std::string{sentence(e.code)} : e.message;
  return out;
}

}  // namespace agents
