// SPDX-License-Identifier: Apache-2.0
// The capabilities of known behaviour that the conformance checker asks for, in C++.
#include <algorithm>
#include <memory>
#include <stdexcept>

#include "cluster/transport/worker_process.hpp"
#include "libagents/module.hpp"

namespace {

struct line {
  std::string text;
  AGENTS_FIELDS(text)
};
struct number {
  std::int64_t n = 0;
  AGENTS_FIELDS(n)
};
struct time_limit {
  std::int64_t ms = 0;
  AGENTS_FIELDS(ms)
};
struct context {
  std::string step;
  std::int64_t attempt = 0;
  std::string key;
  std::string critique;
  AGENTS_FIELDS(step, attempt, key, critique)
};

context context_of(const line&, agents::call& c) {
  return {c.request().step, c.request().attempt, std::string{c.idempotency_key()}, std::string{c.critique()}};
}

number count(const number& to, agents::call& c) {
  for (std::int64_t i = 0; i < to.n; ++i) c.emit(number{i});
  return to;
}

agents::expected<line> refuse(const line& in) { return agents::unexpected{agents::errc::rejected, in.text}; }

time_limit spin(const time_limit& limit, agents::call& c) {
  const auto end = c.now() + std::chrono::milliseconds{limit.ms};
  while (c.now() < end) continue;
  return limit;
}

agents::task<time_limit> wait(time_limit limit, agents::call& c) {
  co_await c.sleep(std::chrono::milliseconds{limit.ms});
  co_return limit;
}

agents::task<line> ask(line in, agents::call& c) { co_return co_await c.ask<line>("check.other@1", in); }

agents::module checked() {
  const auto kept = std::make_shared<line>();
  return agents::module("checked", "1.0.0")
      .offers("check.echo@1", [](const line& in) { return in; })
      .offers("check.context@1", context_of)
      .offers("check.charge@1", [](const line& in, agents::call& c) { return c.charge(7, 70), in; })
      .offers("check.refuse@1", refuse)
      .offers("check.raise@1", [](const line& in) -> line { throw std::runtime_error{in.text}; })
      .offers("check.count@1", count)
      .offers("check.spin@1", spin)
      .offers("check.wait@1", wait)
      .offers("check.ask@1", ask)
      .offers("check.save@1", [kept](const line& in, agents::call& c) { return *kept = in, c.save_state(), in; })
      .offers("check.restored@1", [kept](const line&) { return *kept; })
      .keeps_state(
          2, [kept] { return *kept; }, [kept](const line& saved) { *kept = saved; }, agents::save_time::on_request);
}

}  // namespace

int main() { return agents::worker_exit_code(agents::serve(checked())); }
