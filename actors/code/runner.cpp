// SPDX-License-Identifier: Apache-2.0
#include "actors/code/runner.hpp"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "actors/code/sandboxed_interpreter.hpp"

namespace agents::code {
namespace {

/// Waiting interpreters have this limit; a snippet that wants another one gets a new sandbox.
constexpr std::int64_t warm_memory_mb = 256;

/// A snippet that ends without reading its input is no reason for this thread to end.
void block_pipe_signal() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

duration limit_of(const snippet& s, duration at_most) {
  const auto own = std::chrono::round<duration>(std::chrono::duration<double>{s.timeout_seconds});
  return std::clamp(own, duration::zero(), std::max(duration::zero(), at_most));
}

/// In the interpreter that waits, or in a new one, also when the waiting one turns out to be dead. It stays in `by`:
/// what is left of it may be cleared away later.
expected<snippet_result> run_in(std::unique_ptr<sandboxed_interpreter>& by, const snippet& s, duration at_most,
                                const std::atomic<bool>& unwanted) {
  const auto& in = *interpreter_of(s.language);
  if (by) {
    const auto begin = std::chrono::steady_clock::now();
    auto result = by->run(s, in.job_of(s), limit_of(s, at_most), unwanted);
    if (!by->ended_before()) return result;
    by.reset();  // it was killed while it waited: nothing of the snippet has run
    at_most -= std::chrono::steady_clock::now() - begin;
  }
  if (!by) {
    auto fresh = sandboxed_interpreter::start(in, s.memory_mb);
    if (!fresh) return fresh.propagate();
    by = std::move(*fresh);
  }
  return by->run(s, in.job_of(s), limit_of(s, at_most), unwanted);
}

}  // namespace

expected<snippet_result> run_once(const snippet& s) {
  if (auto ok = check(s); !ok) return ok.propagate();
  block_pipe_signal();
  const std::atomic<bool> unwanted{false};
  std::unique_ptr<sandboxed_interpreter> fresh;
  return run_in(fresh, s, duration::max(), unwanted);
}

/// The threads, what waits for them, and the interpreters that wait.
///
/// An interpreter is killed when the thread that started it ends; the threads live as long as the crew.
class runner::crew {
 public:
  explicit crew(runner_settings s) : settings_(s) {
    if (settings_.parallel == 0) settings_.parallel = std::max(2U, std::thread::hardware_concurrency());
  }
  ~crew() {
    {
      const std::lock_guard lock{mutex_};
      ending_ = true;
      for (const auto& o : waiting_) o.what->unwanted = true;
      for (const auto& w : running_) w->unwanted = true;
    }
    changed_.notify_all();
    for (auto& t : threads_) t.join();
  }
  crew(const crew&) = delete;
  crew& operator=(const crew&) = delete;

  std::shared_ptr<running_snippet> begin(snippet s, duration time_left) {
    auto what = std::make_shared<running_snippet>();
    {
      const std::lock_guard lock{mutex_};
      if (threads_.size() < settings_.parallel) threads_.emplace_back([this] { work(); });
      waiting_.push_back({std::move(s), time_left, what});
    }
    changed_.notify_one();
    return what;
  }

 private:
  struct order {
    snippet s;
    duration time_left;
    std::shared_ptr<running_snippet> what;
  };
  using interpreters = std::vector<std::unique_ptr<sandboxed_interpreter>>;

  void work() {
    block_pipe_signal();
    std::unique_lock lock{mutex_};
    for (;;) {
      changed_.wait(lock, [this] { return ending_ || !waiting_.empty() || language_to_warm() != nullptr; });
      if (ending_) return;
      if (!waiting_.empty())
        carry_out(lock);
      else
        warm_up(lock, *language_to_warm());
    }
  }

  void carry_out(std::unique_lock<std::mutex>& lock) {
    auto o = std::move(waiting_.front());
    waiting_.pop_front();
    running_.push_back(o.what);
    auto by = take_warm(o.s);
    lock.unlock();
    o.what->result = o.what->unwanted ? expected<snippet_result>{unexpected{errc::cancelled, "nobody waits for it"}}
                                      : run_in(by, o.s, o.time_left, o.what->unwanted);
    o.what->done = true;
    by.reset();
    lock.lock();
    std::erase(running_, o.what);
    if (language_to_warm()) changed_.notify_one();
  }

  std::unique_ptr<sandboxed_interpreter> take_warm(const snippet& s) {
    if (settings_.warm == 0) return nullptr;
    auto& ready = warm_[std::string{interpreter_of(s.language)->language}];
    std::erase_if(ready, [](const auto& i) { return !i->waits(); });  // something has killed them
    if (ready.empty() || s.memory_mb != warm_memory_mb) return nullptr;
    auto out = std::move(ready.back());
    ready.pop_back();
    return out;
  }

  /// A language that was used and has too few waiting interpreters.
  const std::string* language_to_warm() {
    for (const auto& [language, ready] : warm_)
      if (ready.size() + warming_[language] < settings_.warm) return &language;
    return nullptr;
  }

  void warm_up(std::unique_lock<std::mutex>& lock, const std::string& language) {
    ++warming_[language];
    lock.unlock();
    auto fresh = sandboxed_interpreter::start(*interpreter_of(language), warm_memory_mb);
    lock.lock();
    --warming_[language];
    if (fresh)
      warm_[language].push_back(std::move(*fresh));
    else
      settings_.warm = 0;  // the next snippet starts its own and says why that fails
  }

  runner_settings settings_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ending_ = false;
  std::deque<order> waiting_;
  std::vector<std::shared_ptr<running_snippet>> running_;
  std::map<std::string, interpreters> warm_;
  std::map<std::string, std::size_t> warming_;
  std::vector<std::thread> threads_;
};

runner::runner(runner_settings s) : crew_(std::make_unique<crew>(s)) {}
runner::~runner() = default;

std::shared_ptr<running_snippet> runner::begin(snippet s, duration time_left) {
  return crew_->begin(std::move(s), time_left);
}

}  // namespace agents::code
