// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace agents {

/// A text of somebody else as one line that does nothing to a terminal or a log but be read. Control characters (C0 but
/// the tab, DEL, C1), line separators and marks that reverse the direction of writing are shown as `\n`, `\r`, `\x1b`,
/// `\u009b`; a byte that is not UTF-8 as `\xff`. Everything else, backslashes too, stays as it is: for people, nobody
/// can read it back.
///
/// For texts on their way to a person. Events, journals and answers keep what was said.
[[nodiscard]] std::string printable(std::string_view text);

/// The same, and lines stay lines: for a text that has them by right, such as an answer.
[[nodiscard]] std::string printable_lines(std::string_view text);

}  // namespace agents
