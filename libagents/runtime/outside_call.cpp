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
  auto decision = route_call(s, {.capability = capability, .policy = s.policy});
  if (!decision.chosen) {
    c->end(unexpected{decision.problem, decision.why});
    return c;
  }
  request what;
  what.capability = capability;
  what.input = share(std::move(input));
  what.deadline = s.clock.now() + (timeout > duration::zero() ? timeout : decision.chosen->contract->timeout);
  c->send(decision, std::move(what), who);
  return c;
}

void outside_call::send(const routing_decision& d, request what, deadline_by who) {
  const auto deadline = what.deadline;
  const auto& module = d.chosen->from->name;
  {
    const std::lock_guard lock{mutex_};
    self_ = shared_from_this();
    at_ = std::static_pointer_cast<replica>(d.replica);
    call_ = make_call(services_, std::move(what), d, self_);
    if (who == deadline_by::timer)
      timer_ = services_.timers.at(deadline, [c = weak_from_this()] {
        if (const auto call = c.lock()) call->give_up_late();
      });
  }
  std::optional<take_next_here> at_the_end;
  if (who == deadline_by::caller) at_the_end.emplace();  // it has nothing else to do
  if (!send_call(d, call_))
    end(unexpected{errc::overloaded,
                   "the mailbox of " + module + " is full, too long for the deadline, or being closed"});
}

void outside_call::deliver(reply r) {
  if (r.outcome == errc::none)
    end(std::move(r.output));
  else
    end(unexpected{r.outcome, std::move(r.text)});
}

void outside_call::give_up_late() { give_up(errc::deadline, call_->offer->from->name + " did not answer in time"); }

void outside_call::cancel() { give_up(errc::cancelled, "the caller has gone"); }

void outside_call::give_up(errc code, const std::string& why) {
  std::shared_ptr<replica> at;
  shared_call call;
  {
    const std::lock_guard lock{mutex_};
    if (!done_) return;
    at = at_;
    call = call_;
  }
  end(unexpected{code, why});
  if (at) at->cancel(call);
}

void outside_call::end(expected<shared_value> r) {
  on_answer done;
  std::shared_ptr<outside_call> self;
  timer_queue::id timer = 0;
  {
    const std::lock_guard lock{mutex_};
    done = std::exchange(done_, {});
    self = std::exchange(self_, {});
    timer = std::exchange(timer_, 0);
  }
  services_.timers.cancel(timer);
  if (done) done(std::move(r));
}

}  // namespace agents
