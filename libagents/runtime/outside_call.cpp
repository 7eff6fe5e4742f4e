// SPDX-License-Identifier: Apache-2.0
#include "libagents/runtime/outside_call.hpp"

#include <future>
#include <optional>
#include <utility>

namespace agents {

std::shared_ptr<outside_call> outside_call::begin(services& s, std::string_view capability, value input,
                                                  duration timeout, on_answer done) {
  return begin(s, capability, std::move(input), timeout, std::move(done), deadline_by::timer);
}

expected<shared_value> outside_call::ask(services& s, std::string_view capability, value input, duration timeout,
                                         const std::function<void()>& meanwhile) {
  const auto promise = std::make_shared<std::promise<expected<shared_value>>>();
  auto answer = promise->get_future();
  const auto c = begin(
      s, capability, std::move(input), timeout,
      [promise](expected<shared_value> r) { promise->set_value(std::move(r)); }, deadline_by::caller);
  if (meanwhile) meanwhile();
  const auto patience = meanwhile ? duration::zero() : timeout;
  if (answer.wait_for(patience) != std::future_status::ready) c->give_up_late();
  return answer.get();
}

std::shared_ptr<outside_call> outside_call::begin(services& s, std::string_view capability, value input,
                                                  duration timeout, on_answer done, deadline_by who) {
  auto c = std::make_shared<outside_call>(s, std::move(done));
  c->parts_.self = c;
  auto decision = route_call(s, {.capability = capability, .policy = s.policy});
  if (!decision.chosen) {
    c->end(c->take_parts(), unexpected{decision.problem, decision.why});
    return c;
  }
  request what;
  what.capability = capability;
  what.input = share(std::move(input));
  what.deadline = s.clock.now() + (timeout > duration::zero() ? timeout : decision.chosen->contract->timeout);
  c->send(decision, std::move(what), who);
  return c;
}

/// The timer is armed when the request is on its way: it may end it at once.
void outside_call::send(const routing_decision& d, request what, deadline_by who) {
  const auto deadline = what.deadline;
  const auto call = make_call(services_, std::move(what), d, weak_from_this());
  {
    const std::lock_guard lock{mutex_};
    parts_.at = std::static_pointer_cast<replica>(d.replica);
    parts_.call = call;
  }
  std::optional<take_next_here> at_the_end;
  if (who == deadline_by::caller) at_the_end.emplace();  // it has nothing else to do
  if (!send_call(d, call))
    return end(take_parts(), unexpected{errc::overloaded, "the mailbox of " + d.chosen->from->name +
                                                              " is full, too long for the deadline, or being closed"});
  if (who == deadline_by::timer) give_up_at(deadline);
}

void outside_call::give_up_at(time_point deadline) {
  const auto timer = services_.timers.at(deadline, [c = weak_from_this()] {
    if (const auto call = c.lock()) call->give_up_late();
  });
  {
    const std::lock_guard lock{mutex_};
    if (parts_.self) {
      parts_.timer = timer;
      return;
    }
  }
  services_.timers.cancel(timer);  // it has ended already
}

void outside_call::deliver(reply r) {
  if (r.outcome == errc::none)
    end(take_parts(), std::move(r.output));
  else
    end(take_parts(), unexpected{r.outcome, std::move(r.text)});
}

void outside_call::give_up_late() {
  std::string module;
  {
    const std::lock_guard lock{mutex_};
    if (!parts_.call) return;
    module = parts_.call->offer->from->name;
  }
  give_up(errc::deadline, module + " did not answer in time");
}

void outside_call::cancel() { give_up(errc::cancelled, "the caller has gone"); }

/// Whoever waits may destroy the node as soon as he is told: that comes last.
void outside_call::give_up(errc code, const std::string& why) {
  auto parts = take_parts();
  if (parts.at) parts.at->cancel(parts.call);
  end(std::move(parts), unexpected{code, why});
}

outside_call::open_parts outside_call::take_parts() {
  const std::lock_guard lock{mutex_};
  return std::exchange(parts_, {});
}

void outside_call::end(open_parts parts, expected<shared_value> r) {
  if (!parts.self) return;
  services_.timers.cancel(parts.timer);
  parts.call = nullptr;
  parts.at = nullptr;
  if (parts.done) parts.done(std::move(r));
}

}  // namespace agents
