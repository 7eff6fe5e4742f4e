// SPDX-License-Identifier: Apache-2.0
#include "libagents/runtime/run_ending.hpp"

#include <exception>
#include <utility>

#include "libagents/core/exception_text.hpp"

namespace agents {

void run_ending::end(run_result r) {
  if (over_.exchange(true)) return;
  try {
    if (const auto done = std::exchange(done_, {})) done(std::move(r));
  } catch (...) {
    alert("who waited for the end of the run threw: " + text_of(std::current_exception()));
  }
  std::exchange(forget_, {})();
}

void run_ending::actor_ended(const actor_exit& how) {
  if (over_) return;
  auto state = std::make_shared<run_state>();
  state->id = id_;
  state->status = run_status::failed;
  const auto why = "the run's orchestrator crashed: " + how.reason + "; the run is open and can be resumed";
  alert(why);
  run_result r;
  r.id = id_;
  r.journal = unexpected{errc::internal, why};
  r.state = std::move(state);
  end(std::move(r));
}

void run_ending::alert(std::string text) {
  event e;
  e.kind = event_kind::alert;
  e.run = id_;
  e.outcome = errc::internal;
  e.text = std::move(text);
  services_.publish(std::move(e));
}

}  // namespace agents
