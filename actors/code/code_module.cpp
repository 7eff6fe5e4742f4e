// SPDX-License-Identifier: Apache-2.0
#include "actors/code/code_module.hpp"

#include <memory>
#include <mutex>

namespace agents::code {
namespace {

/// How often it is looked whether a snippet has ended: often at first, because most are short.
constexpr duration first_look = std::chrono::microseconds{500};
constexpr duration last_look = std::chrono::milliseconds{20};

/// The runner of one incarnation, made when the first snippet comes.
class lazy_runner {
 public:
  explicit lazy_runner(runner_settings s) : settings_(s) {}
  runner& get() {
    std::call_once(once_, [this] { runner_ = std::make_unique<runner>(settings_); });
    return *runner_;
  }

 private:
  runner_settings settings_;
  std::once_flag once_;
  std::unique_ptr<runner> runner_;
};

/// Gives the run up when the coroutine that waits for it is destroyed.
struct giving_up {
  std::shared_ptr<running_snippet> what;
  giving_up(std::shared_ptr<running_snippet> w) : what(std::move(w)) {}  // NOLINT(google-explicit-constructor)
  giving_up(const giving_up&) = delete;
  giving_up& operator=(const giving_up&) = delete;
  ~giving_up() { what->unwanted = true; }
};

task<snippet_result> run(std::shared_ptr<lazy_runner> by, snippet s, call& c) {
  if (auto ok = check(s); !ok) co_return ok.propagate();
  const giving_up running{by->get().begin(std::move(s), c.remaining())};
  for (auto pause = first_look; !running.what->done; pause = std::min(pause * 5 / 4, last_look))
    co_await c.sleep(pause);
  if (!*running.what->result && running.what->result->error().code == errc::unsupported)
    co_return unexpected{errc::internal, running.what->result->error().message};
  co_return std::move(*running.what->result);
}

}  // namespace

module code_module(runner_settings settings) {
  return module("code_runner", "1.0.0")
      .described("Runs Python and shell snippets, each in a fresh sandbox without network")
      .offers("code.run@1",
              [by = std::make_shared<lazy_runner>(settings)](snippet s, call& c) -> task<snippet_result> {
                return run(by, std::move(s), c);
              },
              {.effect = effect::pure,
               .description = "Exit code, output and errors of a program; nothing of it survives",
               .timeout = std::chrono::seconds{60}});
}

}  // namespace agents::code
