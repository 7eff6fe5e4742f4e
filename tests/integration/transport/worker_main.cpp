// SPDX-License-Identifier: Apache-2.0
// A module in a process of its own, with a capability for everything that can go right or wrong.
#include <memory>
#include <stdexcept>
#include <string_view>

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

/// Computes for so many milliseconds, or until the caller has gone.
number spin(const number& limit, agents::call& c, bool heeds_cancellation) {
  const auto end = c.now() + std::chrono::milliseconds{limit.n};
  number turns;
  while (c.now() < end && !(heeds_cancellation && c.cancelled())) ++turns.n;
  return turns;
}

agents::task<line> ask_twice(line in, agents::call& c) {
  auto once = co_await c.ask<line>("text.other@1", in);
  if (!once) co_return once.propagate();
  co_return co_await c.ask<line>("text.other@1", *once);
}

agents::task<number> pause(number ms, agents::call& c) {
  co_await c.sleep(std::chrono::milliseconds{ms.n});
  co_return ms;
}

agents::module everything() {
  return agents::module("everything", "1.0.0")
      .offers("text.echo@1", [](const line& in) { return in; })
      .offers("text.refuse@1",
              [](const line&) -> agents::expected<line> {
                return agents::unexpected{agents::errc::rejected, "no"};
              })
      .offers("text.throw@1", [](const line& in) -> line { throw std::runtime_error{in.text}; })
      .offers("text.charge@1", [](const line& in, agents::call& c) { return c.charge(7, 70), c.progress("half"), in; })
      .offers("text.context@1",
              [](const line&, agents::call& c) {
                return line{c.request().step + " " + std::to_string(c.request().attempt) + " " + c.critique() + " " +
                            c.idempotency_key()};
              })
      .offers("number.count@1",
              [](const number& to, agents::call& c) {
                for (std::int64_t i = 0; i < to.n; ++i) c.emit(number{i});
                return to;
              })
      .offers("number.spin@1", [](const number& n, agents::call& c) { return spin(n, c, true); })
      .offers("number.hang@1", [](const number& n, agents::call& c) { return spin(n, c, false); })
      .offers("text.ask@1", ask_twice)
      .offers("number.pause@1", pause);
}

struct sum_of_before {  // version 1 of the state
  std::int64_t sum = 0;
  AGENTS_FIELDS(sum)
};
struct sums {
  std::int64_t sum = 0;
  std::int64_t additions = 0;
  std::string padding;
  AGENTS_FIELDS(sum, additions, padding)
};

/// Sums up what it is told. A negative number is refused; a number from 1000 on makes the state so many bytes larger.
agents::module adder(agents::save_time when) {
  const auto state = std::make_shared<sums>();
  return agents::module("adder", "2.0.0")
      .offers("number.add@1",
              [state](const number& x, agents::call& c) -> agents::expected<number> {
                if (x.n < 0) return agents::unexpected{agents::errc::rejected, "negative"};
                if (x.n >= 1000) state->padding.resize(static_cast<std::size_t>(x.n), 'x');
                state->sum += x.n;
                ++state->additions;
                if (x.n == 7) c.save_state();
                return number{state->sum};
              })
      .keeps_state(
          2, [state] { return *state; }, [state](const sums& saved) { *state = saved; }, when)
      .migrates_state(1, 2, [](const sum_of_before& old) {
        return sums{old.sum, 1, ""};
      });
}

agents::module chosen(std::string_view name) {
  if (name == "adder") return adder(agents::save_time::after_each_call);
  if (name == "adder_on_request") return adder(agents::save_time::on_request);
  return everything();
}

}  // namespace

int main(int argc, char** argv) {
  return agents::worker_exit_code(agents::serve(chosen(argc > 1 ? argv[1] : "everything")));
}
