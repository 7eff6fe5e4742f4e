// SPDX-License-Identifier: Apache-2.0
// docs/wire_format.md says what the code does: its worked example, its kinds, its fields, its limits.
#include <fstream>
#include <sstream>

#include "libagents/wire/codec.hpp"
#include "libagents/wire/detail/fields.hpp"
#include "tests/catch.hpp"
#include "tests/unit/wire/samples.hpp"

using namespace agents;
using namespace agents::wire;

namespace {

std::string document() {
  std::ifstream file{AGENTS_SOURCE_DIR "/docs/wire_format.md"};
  REQUIRE(file);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string to_hex(std::string_view bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += {digits[byte >> 4], digits[byte & 15], ' '};
  }
  return out;
}

/// The frames of the n-th block that begins with ```hex, as hexadecimal text: a frame begins at each line "# frame …".
std::vector<std::string> example(int n) {
  const auto text = document();
  std::size_t begin = 0;
  for (int i = 0; i <= n; ++i) {
    begin = text.find("```hex\n", begin);
    REQUIRE(begin != std::string::npos);
    begin += 7;
  }
  std::istringstream lines{text.substr(begin, text.find("```", begin) - begin)};
  std::vector<std::string> found;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# frame")) found.emplace_back();
    std::istringstream words{line.substr(0, line.find('#'))};
    for (std::string word; words >> word;) found.at(found.size() - 1) += word + ' ';
  }
  return found;
}

std::vector<std::string> hex_of(const envelope& e) {
  auto f = encode(e);
  REQUIRE(f);
  std::vector<std::string> out;
  for (const auto& frame : *f) out.push_back(to_hex(frame));
  return out;
}

/// Collects the names of the fields of a kind.
struct name_collector {
  std::vector<std::string> names_seen;
  template <class... T>
  void add(std::string_view name, T&&...) {
    names_seen.emplace_back(name);
  }
#define AGENTS_COLLECT(function)                      \
  template <class... T>                               \
  void function(std::string_view name, T&&... rest) { \
    add(name, std::forward<T>(rest)...);              \
  }
  AGENTS_COLLECT(number)
  AGENTS_COLLECT(time)
  AGENTS_COLLECT(name)
  AGENTS_COLLECT(text)
  AGENTS_COLLECT(numbers)
  AGENTS_COLLECT(names)
  AGENTS_COLLECT(flag)
  AGENTS_COLLECT(code)
  AGENTS_COLLECT(run)
  AGENTS_COLLECT(budget)
#undef AGENTS_COLLECT
  template <class... T>
  void payload(T&&...) {}
};

std::vector<std::string> fields_of(message m) {
  name_collector names;
  std::visit(
      [&](auto& body) {
        if constexpr (!std::is_same_v<std::remove_cvref_t<decltype(body)>, unknown>)
          wire::detail::visit_fields(names, body);
      },
      m);
  return names.names_seen;
}

}  // namespace

TEST_CASE("the worked example of the document is what the code writes") {
  call c;
  c.id = 7;
  c.capability = "text.shout@1";
  c.timeout = std::chrono::milliseconds{2500};
  c.run = samples::sample_run();
  c.step = "shout";
  c.attempt = 1;
  c.key = "0193b3c4/shout";
  c.budget = amount{1000, 0};
  c.chunks = 16;
  c.input = samples::payload(object{{"text", "hi"}});
  CHECK(hex_of({1234567, c}) == example(0));
  result r;
  r.id = 7;
  r.micro_money = 250;
  r.output = samples::payload(object{{"text", "HI"}});
  CHECK(hex_of({1234567, r}) == example(1));
}

TEST_CASE("the document has a row for every kind, and its paragraph names every field") {
  const auto text = document();
  for (const auto& e : samples::every_kind()) {
    const auto kind = std::string{kind_of(e.body)};
    CAPTURE(kind);
    CHECK(text.find("\n| `" + kind + "` |") != std::string::npos);
    const auto begin = text.find("\n`" + kind + "` — ");
    REQUIRE(begin != std::string::npos);
    const auto paragraph = text.substr(begin, text.find("\n\n", begin + 1) - begin);
    for (const auto& name : fields_of(e.body)) {
      CAPTURE(name);
      CHECK(paragraph.find("`" + name + "`") != std::string::npos);
    }
  }
}

TEST_CASE("the document names the limits") {
  const auto text = document();
  for (const auto limit : {static_cast<std::int64_t>(max_envelope_bytes), std::int64_t{max_envelope_depth},
                           static_cast<std::int64_t>(max_envelope_values), static_cast<std::int64_t>(max_payload_bytes),
                           std::int64_t{max_payload_depth}, static_cast<std::int64_t>(max_payload_values),
                           static_cast<std::int64_t>(max_manifest_bytes),
                           static_cast<std::int64_t>(max_manifest_values), static_cast<std::int64_t>(max_name_bytes),
                           static_cast<std::int64_t>(max_text_bytes), static_cast<std::int64_t>(max_critique_bytes),
                           static_cast<std::int64_t>(max_list_entries), max_window, max_number}) {
    CAPTURE(limit);
    CHECK(text.find("| " + std::to_string(limit) + " |") != std::string::npos);
  }
}
