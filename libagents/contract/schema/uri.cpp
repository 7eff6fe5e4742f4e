// SPDX-License-Identifier: Apache-2.0
#include "libagents/contract/schema/uri.hpp"

#include <cctype>

namespace agents::json_schema {
namespace {

/// Cuts `text` at the first of `stops`; the cut part, including the stop, stays in `text`.
std::string_view take_until(std::string_view& text, std::string_view stops) {
  const auto part = text.substr(0, text.find_first_of(stops));
  text.remove_prefix(part.size());
  return part;
}

bool is_scheme(std::string_view text) {
  if (text.empty() || std::isalpha(static_cast<unsigned char>(text[0])) == 0) return false;
  for (const char c : text)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '+' && c != '-' && c != '.') return false;
  return true;
}

void drop_last_segment(std::string& path) {
  const auto slash = path.rfind('/');
  path.resize(slash == std::string::npos ? 0 : slash);
}

/// RFC 3986 §5.2.4.
std::string without_dot_segments(std::string_view in) {
  std::string out;
  while (!in.empty()) {
    if (in.starts_with("../")) {
      in.remove_prefix(3);
    } else if (in.starts_with("./") || in.starts_with("/./")) {
      in.remove_prefix(2);
    } else if (in == "/.") {
      in = "/";
    } else if (in.starts_with("/../")) {
      in.remove_prefix(3);
      drop_last_segment(out);
    } else if (in == "/..") {
      in = "/";
      drop_last_segment(out);
    } else if (in == "." || in == "..") {
      in = {};
    } else {
      const auto slash = in.find('/', 1);
      out += in.substr(0, slash);
      in.remove_prefix(std::min(slash, in.size()));
    }
  }
  return out;
}

/// RFC 3986 §5.2.3.
std::string merged_path(const uri& base, const std::string& relative) {
  if (base.authority && base.path.empty()) return std::string{"/"}.append(relative);
  const auto slash = base.path.rfind('/');
  return slash == std::string::npos ? relative : base.path.substr(0, slash + 1) + relative;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

uri uri::parse(std::string_view text) {
  uri out;
  auto rest = text;
  if (const auto scheme = take_until(rest, ":/?#"); rest.starts_with(":") && is_scheme(scheme)) {
    out.scheme = scheme;
    rest.remove_prefix(1);
  } else {
    rest = text;
  }
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    out.authority = take_until(rest, "/?#");
  }
  out.path = take_until(rest, "?#");
  if (rest.starts_with("?")) {
    rest.remove_prefix(1);
    out.query = take_until(rest, "#");
  }
  if (rest.starts_with("#")) out.fragment = rest.substr(1);
  return out;
}

std::string uri::to_string() const {
  std::string out;
  if (scheme) out.append(*scheme).append(":");
  if (authority) out.append("//").append(*authority);
  out += path;
  if (query) out.append("?").append(*query);
  if (fragment) out.append("#").append(*fragment);
  return out;
}

uri resolve(const uri& base, const uri& reference) {
  uri out = reference;
  if (reference.scheme) {
    out.path = without_dot_segments(reference.path);
    return out;
  }
  out.scheme = base.scheme;
  if (reference.authority) {
    out.path = without_dot_segments(reference.path);
    return out;
  }
  out.authority = base.authority;
  if (reference.path.empty()) {
    out.path = base.path;
    if (!reference.query) out.query = base.query;
  } else if (reference.path.starts_with("/")) {
    out.path = without_dot_segments(reference.path);
  } else {
    out.path = without_dot_segments(merged_path(base, reference.path));
  }
  return out;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_escape =
        text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0;
    if (!is_escape) {
      out += text[i];
      continue;
    }
    out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
    i += 2;
  }
  return out;
}

}  // namespace agents::json_schema
