// SPDX-License-Identifier: Apache-2.0
// A module written outside the repository: its types, its handler, its manifest; and an observer watching it.
#include <cctype>
#include <iostream>

#include "libagents/module.hpp"
#include "monitoring/metrics_exporter.hpp"

struct line {
  std::string text;
  AGENTS_FIELDS(text)
};

agents::module shouter() {
  return agents::module("shouter", "1.0.0").offers("text.shout@1", [](const line& in) {
    line out;
    for (const unsigned char c : in.text) out.text += static_cast<char>(std::toupper(c));
    return out;
  });
}

bool is_valid(const agents::manifest& manifest) {
  const auto checked = agents::check(manifest);
  if (!checked) std::cerr << to_string(checked.error()) << '\n';
  return checked.has_value();
}

bool is_counted(const agents::manifest& manifest) {
  const auto exporter = agents::metrics_exporter::make();
  agents::event e;
  e.kind = agents::event_kind::request_finished;
  e.module = manifest.name;
  e.capability = manifest.capabilities.at(0).id;
  exporter->on_event(e);
  return exporter->render().find(
             R"(agents_requests_total{capability="text.shout@1",module="shouter",outcome="none"} 1)") !=
         std::string::npos;
}

int main() {
  const auto shout = shouter();
  return is_valid(shout.manifest()) && is_counted(shout.manifest()) ? 0 : 1;
}
