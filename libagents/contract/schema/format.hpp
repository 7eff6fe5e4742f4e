// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace agents::json_schema {

using format_check = bool (*)(std::string_view text);

/// The check behind a value of `format`, or nullptr for a name without one (it then stays an annotation).
///
/// Known: date, time, date-time, duration, email, hostname, ipv4, ipv6, uri, uri-reference, uuid, json-pointer,
/// relative-json-pointer, regex. The internationalised formats are not checked.
[[nodiscard]] format_check find_format(std::string_view name) noexcept;

}  // namespace agents::json_schema
