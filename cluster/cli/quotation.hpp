// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace agents::cli {

/// A text for people: inside «…» every run of white space, line breaks included, becomes one blank. A quotation without
/// an end stays as it is. Only for showing: what is verified is the exact text.
[[nodiscard]] std::string with_quotations_in_one_line(std::string_view text);

}  // namespace agents::cli
