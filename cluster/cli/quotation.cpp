// SPDX-License-Identifier: Apache-2.0
#include "cluster/cli/quotation.hpp"

namespace agents::cli {
namespace {

constexpr std::string_view open_quote = "«";
constexpr std::string_view close_quote = "»";
constexpr std::string_view white_space = " \t\r\n\v\f";

void append_in_one_line(std::string_view text, std::string& to) {
  while (!text.empty()) {
    const auto word = text.substr(0, text.find_first_of(white_space));
    to += word;
    text.remove_prefix(word.size());
    if (text.empty()) return;
    to += ' ';
    const auto next = text.find_first_not_of(white_space);
    text.remove_prefix(next == std::string_view::npos ? text.size() : next);
  }
}

}  // namespace

std::string with_quotations_in_one_line(std::string_view text) {
  std::string out;
  while (true) {
    const auto begin = text.find(open_quote);
    const auto end = begin == std::string_view::npos ? begin : text.find(close_quote, begin);
    if (end == std::string_view::npos) return out.append(text);
    out += text.substr(0, begin);
    append_in_one_line(text.substr(begin, end - begin), out);
    out += close_quote;
    text.remove_prefix(end + close_quote.size());
  }
}

}  // namespace agents::cli
