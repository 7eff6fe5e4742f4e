// SPDX-License-Identifier: Apache-2.0
#include "libagents/contract/json.hpp"

#include <cstdlib>

#include "libagents/contract/utf8.hpp"

/// Any text gives a value or an error; a value is printed as JSON that reads back as the same text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto v = agents::parse_json({reinterpret_cast<const char*>(data), size}, {.max_bytes = 1 << 20});
  if (!v) return 0;
  const auto text = agents::to_json(*v);
  const auto again = agents::parse_json(text);
  if (!again || agents::to_json(*again) != text || !agents::is_utf8(text)) std::abort();
  const auto pretty = agents::parse_json(agents::to_json(*v, agents::json_style::pretty));
  if (!pretty || !(*pretty == *again) || !agents::is_utf8(agents::json_excerpt(*v))) std::abort();
  return 0;
}
