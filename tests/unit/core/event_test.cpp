// SPDX-License-Identifier: Apache-2.0
#include "libagents/core/event.hpp"

#include <stdexcept>

#include "tests/catch.hpp"

using namespace agents;

namespace {

class throwing_sink final : public event_sink {
 public:
  void on_event(const event&) override { throw std::runtime_error{"the disk is full"}; }
};

event progress(const std::string& text) {
  event e;
  e.kind = event_kind::progress;
  e.text = text;
  return e;
}

}  // namespace

TEST_CASE("an observer that throws harms nobody: others get every event and one alert, what it missed is counted") {
  event_bus bus;
  const auto before = std::make_shared<event_log>();
  const auto after = std::make_shared<event_log>();
  bus.add(before);
  bus.add(std::make_shared<throwing_sink>());
  bus.add(after);
  for (const auto* text : {"one", "two", "three"}) bus.on_event(progress(text));
  CHECK(bus.missed() == 4);  // the three, and the alert
  for (const auto& log : {before, after}) {
    std::string texts;
    std::size_t alerts = 0;
    for (const auto& e : log->events()) {
      if (e.kind == event_kind::progress) texts += e.text + " ";
      if (e.kind != event_kind::alert) continue;
      ++alerts;
      CHECK(e.module == "observer");
      CHECK(e.text.find("the disk is full") != std::string::npos);
    }
    CHECK(texts == "one two three ");
    CHECK(alerts == 1);
  }
}

TEST_CASE("a bus whose only observers throw goes on counting") {
  event_bus bus;
  bus.add(std::make_shared<throwing_sink>());
  bus.add(std::make_shared<throwing_sink>());
  bus.on_event(progress("one"));
  bus.on_event(progress("two"));
  CHECK(bus.missed() >= 4);
}
