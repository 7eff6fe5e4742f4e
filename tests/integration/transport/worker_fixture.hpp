// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>

#include "cluster/transport/worker_hub.hpp"
#include "libagents/contract/msgpack.hpp"
#include "libagents/wire/codec.hpp"
#include "tests/catch.hpp"
#include "tests/integration/transport/worker_program.hpp"

namespace agents::testing {

/// Reports, in the order in which they came. Whoever waits longer than this for one has found a defect.
class inbox final : public wire::worker_listener {
 public:
  void on_report(wire::node_report r) override {
    const std::lock_guard lock{mutex_};
    reports_.push_back(std::move(r));
    arrived_.notify_all();
  }

  /// The next report of this type; others stay.
  template <class T>
  T take() {
    std::unique_lock lock{mutex_};
    std::deque<wire::node_report>::iterator found;
    const bool came = arrived_.wait_for(lock, std::chrono::seconds{20}, [&] {
      found =
          std::find_if(reports_.begin(), reports_.end(), [](const auto& r) { return std::holds_alternative<T>(r); });
      return found != reports_.end();
    });
    REQUIRE(came);
    T taken = std::get<T>(std::move(*found));
    reports_.erase(found);
    return taken;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<wire::node_report> reports_;
};

inline wire::node_session_settings impatient() {
  return {.number = 1,
          .heartbeat = std::chrono::milliseconds{100},
          .silence = std::chrono::milliseconds{600},
          .grace = std::chrono::milliseconds{300}};
}

/// A hub with one worker process, welcomed.
struct worker_fixture {
  system_clock time;
  std::unique_ptr<agents::random> numbers = system_random();
  std::unique_ptr<worker_hub> hub = open_hub();
  std::shared_ptr<inbox> reports = std::make_shared<inbox>();
  worker_invitation invitation;
  std::optional<worker_program> worker;

  explicit worker_fixture(const worker_command& command, wire::node_session_settings settings = {},
                          std::optional<wire::saved_state> saved = {}) {
    auto invited = hub->invite(reports, settings);
    REQUIRE(invited);
    invitation = std::move(*invited);
    worker.emplace(command, invitation.endpoint, invitation.token);
    hello = reports->take<wire::report::introduced>().from;
    link().accept(std::move(saved));
  }
  ~worker_fixture() { invitation.link->close(errc::none, ""); }

  std::unique_ptr<worker_hub> open_hub() {
    auto opened = worker_hub::open(time, *numbers);
    REQUIRE(opened);
    return std::move(*opened);
  }
  wire::worker_link& link() { return *invitation.link; }
  std::int64_t start(std::string capability, const value& input, duration limit = std::chrono::seconds{20},
                     std::optional<std::int64_t> chunks = {}) {
    wire::call c;
    c.capability = std::move(capability);
    c.input = pack(input);
    c.chunks = chunks;
    const auto id = link().start(std::move(c), time.now() + limit);
    REQUIRE(id);
    return *id;
  }
  wire::report::finished end_of(std::int64_t id) {
    auto end = reports->take<wire::report::finished>();
    CHECK(end.id == id);
    return end;
  }
  wire::report::finished ask(std::string capability, const value& input, duration limit = std::chrono::seconds{20}) {
    return end_of(start(std::move(capability), input, limit));
  }

  wire::hello hello;
};

inline value text(std::string t) { return object{{"text", std::move(t)}}; }
inline value number(std::int64_t n) { return object{{"n", n}}; }

}  // namespace agents::testing
