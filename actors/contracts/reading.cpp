// SPDX-License-Identifier: Apache-2.0
#include "actors/contracts/reading.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>

namespace agents::contracts {

namespace {

namespace fs = std::filesystem;

std::optional<unexpected> check_path(const fs::path& path) {
  std::error_code ec;
  const auto status = fs::status(path, ec);
  if (!fs::exists(status))
    return unexpected{errc::not_found,
                      "there is no file '" + path.string() + "'; give the path of a contract as plain text"};
  if (fs::is_directory(status))
    return unexpected{errc::bad_input,
                      "'" + path.string() + "' is a folder; give the path of one contract (--input FILE)"};
  const auto size = fs::file_size(path, ec);
  if (!ec && size > static_cast<std::uintmax_t>(contract_limit_bytes))
    return unexpected{errc::bad_input, "'" + path.string() + "' has " + std::to_string(size) + " bytes; the limit is " +
                                           std::to_string(contract_limit_bytes) + ": split it"};
  return std::nullopt;
}

expected<std::string> read_file(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  std::string text{std::istreambuf_iterator<char>{file}, {}};
  if (!file.is_open() || file.bad())
    return unexpected{errc::io, "cannot read '" + path.string() + "'; check its permissions"};
  return text;
}

/// Formats that people try most often, by their first bytes.
std::string_view known_format(std::string_view text) {
  if (text.starts_with("%PDF-")) return "a PDF (convert it with: pdftotext -layout FILE)";
  if (text.starts_with("PK\x03\x04")) return "a zip or an office document (save it as plain text)";
  if (text.starts_with("{\\rtf")) return "RTF (save it as plain text)";
  return "a binary file; give the contract as plain text";
}

std::optional<unexpected> check_text(const fs::path& path, std::string_view text) {
  const auto where = "'" + path.string() + "' ";
  if (text.find_first_not_of(" \t\r\n\f") == std::string_view::npos)
    return unexpected{errc::bad_input, where + "is empty; there is nothing to review"};
  if (text.starts_with("%PDF-") || text.starts_with("{\\rtf") || text.find('\0') != std::string_view::npos)
    return unexpected{errc::bad_input, where + "is " + std::string{known_format(text)}};
  if (const auto bad = first_bad_utf8(text); bad >= 0)
    return unexpected{errc::bad_input, where + "is not UTF-8 at byte " + std::to_string(bad) +
                                           "; convert it with: iconv -f WINDOWS-1252 -t UTF-8 FILE"};
  return std::nullopt;
}

struct utf8_lead {
  std::size_t length;        // bytes of the character; 0: no lead byte
  unsigned char low = 0x80;  // limits of the second byte
  unsigned char high = 0xBF;
};

utf8_lead lead_of(unsigned char c) noexcept {
  if (c < 0x80) return {1};
  if (c >= 0xC2 && c <= 0xDF) return {2};
  if (c == 0xE0) return {3, 0xA0, 0xBF};
  if (c == 0xED) return {3, 0x80, 0x9F};
  if (c >= 0xE1 && c <= 0xEF) return {3};
  if (c == 0xF0) return {4, 0x90, 0xBF};
  if (c == 0xF4) return {4, 0x80, 0x8F};
  if (c >= 0xF1 && c <= 0xF3) return {4};
  return {0};
}

bool well_formed(std::string_view text, std::size_t at, const utf8_lead& lead) noexcept {
  if (lead.length == 0 || at + lead.length > text.size()) return false;
  for (std::size_t i = 1; i < lead.length; ++i) {
    const auto c = static_cast<unsigned char>(text[at + i]);
    if (i == 1 ? (c < lead.low || c > lead.high) : (c < 0x80 || c > 0xBF)) return false;
  }
  return true;
}

}  // namespace

std::int64_t first_bad_utf8(std::string_view text) noexcept {
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = lead_of(static_cast<unsigned char>(text[at]));
    if (!well_formed(text, at, lead)) return static_cast<std::int64_t>(at);
    at += lead.length;
  }
  return -1;
}

expected<contract_text> read_contract(const read_request& request) {
  if (request.path.empty()) return unexpected{errc::bad_input, "no contract was named; add: --input CONTRACT.txt"};
  std::error_code ec;
  const auto path = fs::absolute(request.path, ec).lexically_normal();
  if (auto problem = check_path(path)) return std::move(*problem);
  auto text = read_file(path);
  if (!text) return text.propagate();
  if (auto problem = check_text(path, *text)) return std::move(*problem);
  const auto bytes = static_cast<std::int64_t>(text->size());
  return contract_text{path.string(), std::move(*text), bytes};
}

}  // namespace agents::contracts
