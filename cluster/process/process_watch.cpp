// SPDX-License-Identifier: Apache-2.0
#include "cluster/process/process_watch.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "cluster/process/line_splitter.hpp"
#include "libagents/sandbox/process.hpp"

namespace agents {
namespace {

/// Read at once from one process; one that has more is read again only after the pause.
constexpr std::size_t bite_bytes = 16384;
constexpr int pause_ms = 20;
/// Read at most from a process that has ended.
constexpr int last_bites = 16;

/// How often the memory of processes is added up that no cgroup watches.
constexpr int look_ms = 100;

using steady = std::chrono::steady_clock;

/// One process: started, read and reaped by the watch's thread only; signalled by any.
class child final : public watched_process {
 public:
  child(process_image image, std::weak_ptr<worker_observer> observer)
      : image_(std::move(image)), observer_(std::move(observer)) {}

  void terminate() override {
    const std::lock_guard lock{mutex_};
    if (!std::exchange(terminated_, true) && process_) process_->terminate();
    unwanted_ = true;
  }
  void kill() override {
    const std::lock_guard lock{mutex_};
    if (process_) process_->kill();
    unwanted_ = true;
  }

  /// False when it does not run.
  bool begin() {
    std::unique_lock lock{mutex_};
    auto started = unwanted_
                       ? expected<std::unique_ptr<process>>{unexpected{errc::cancelled, "it was not wanted any more"}}
                       : process::start(image_);
    if (image_.confined && image_.confined->may.at_most.wall > duration::zero())
      last_moment_ = steady::now() + image_.confined->may.at_most.wall;
    image_ = {};  // with its secrets
    if (started) process_ = std::move(*started);
    lock.unlock();
    if (!started) tell_end(started.error().message, false);
    return started.has_value();
  }
  [[nodiscard]] int handle() const { return process_->handle(); }
  [[nodiscard]] int output() const { return paused_ || !process_->output().is_open() ? -1 : process_->output().get(); }
  [[nodiscard]] bool is_paused() const { return paused_; }
  void resume() { paused_ = false; }
  [[nodiscard]] steady::time_point last_moment() const { return last_moment_; }
  [[nodiscard]] bool is_watched() const { return process_->is_watched(); }

  void read_output(std::vector<char>& buffer) {
    const auto n = ::read(process_->output().get(), buffer.data(), buffer.size());
    if (n == 0) process_->output() = file_handle{};
    if (n > 0) pass_on({buffer.data(), static_cast<std::size_t>(n)});
    paused_ = n == static_cast<ssize_t>(buffer.size());
  }

  /// Ends it when it has used more than it may.
  void look(steady::time_point now) {
    if (!cause_.empty()) return;
    if (now >= last_moment_)
      cause_ = "its time was over (`wall` of its grants)";
    else if (process_->exceeds_memory())
      cause_ = "its memory was used up (`memory` of its grants)";
    if (!cause_.empty()) kill();
  }

  void reap(std::vector<char>& buffer) {
    std::unique_ptr<process> ended;
    {
      const std::lock_guard lock{mutex_};
      ended = std::move(process_);
    }
    const auto end = ended->reap();
    ssize_t n = 1;
    for (int i = 0; i < last_bites && n > 0 && ended->output().is_open(); ++i) {
      n = ::read(ended->output().get(), buffer.data(), buffer.size());
      if (n > 0) pass_on({buffer.data(), static_cast<std::size_t>(n)});
    }
    lines_.finish(sink());
    tell_end(end.text() + (cause_.empty() ? "" : "; " + cause_), end.orderly());
  }

 private:
  void pass_on(std::string_view bytes) { lines_.feed(bytes, sink()); }
  line_splitter::on_line sink() {
    return [to = observer_.lock()](std::string line) {
      if (to) to->on_line(std::move(line));
    };
  }
  void tell_end(const std::string& how, bool orderly) {
    if (const auto to = observer_.lock()) to->on_exit(how, orderly);
  }

  process_image image_;
  std::weak_ptr<worker_observer> observer_;
  std::mutex mutex_;  ///< of process_ where others signal it, unwanted_, terminated_
  std::unique_ptr<process> process_;
  steady::time_point last_moment_ = steady::time_point::max();
  std::string cause_;  ///< why it was ended here
  line_splitter lines_;
  bool unwanted_ = false;
  bool terminated_ = false;
  bool paused_ = false;
};

}  // namespace

class process_watch::loop {
 public:
  loop() : wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), buffer_(bite_bytes), thread_([this] { run(); }) {}
  ~loop() {
    {
      const std::lock_guard lock{mutex_};
      ending_ = true;
    }
    ::eventfd_write(wake_.get(), 1);
    thread_.join();
  }
  loop(const loop&) = delete;
  loop& operator=(const loop&) = delete;

  std::shared_ptr<watched_process> start(process_image image, std::weak_ptr<worker_observer> observer) {
    auto c = std::make_shared<child>(std::move(image), std::move(observer));
    {
      const std::lock_guard lock{mutex_};
      starting_.push_back(c);
    }
    ::eventfd_write(wake_.get(), 1);
    return c;
  }

 private:
  void run() {
    while (take_orders()) {
      const auto ready = wait();
      const auto now = steady::now();
      for (const auto& c : children_) c->look(now);
      read_outputs(ready);
      reap_ended(ready);
    }
  }

  /// Begins what is to be started. False when all is over.
  bool take_orders() {
    eventfd_t ignored = 0;
    ::eventfd_read(wake_.get(), &ignored);
    std::vector<std::shared_ptr<child>> fresh;
    bool ending = false;
    {
      const std::lock_guard lock{mutex_};
      fresh.swap(starting_);
      ending = ending_;
    }
    if (ending)
      for (const auto& c : fresh) c->kill();
    for (auto& c : fresh)
      if (c->begin()) children_.push_back(std::move(c));
    if (ending)
      for (const auto& c : children_) c->kill();
    return !ending || !children_.empty();
  }

  /// Pairs of (handle, output) in the order of `children_`, and the eventfd.
  std::vector<pollfd> wait() {
    std::vector<pollfd> files;
    int timeout_ms = -1;
    const auto at_most = [&timeout_ms](std::int64_t ms) {
      if (timeout_ms < 0 || ms < timeout_ms) timeout_ms = static_cast<int>(std::clamp<std::int64_t>(ms, 0, 1 << 30));
    };
    for (const auto& c : children_) {
      files.push_back({c->handle(), POLLIN, 0});
      files.push_back({c->output(), POLLIN, 0});
      if (c->is_paused()) at_most(pause_ms);
      if (c->is_watched()) at_most(look_ms);
      if (c->last_moment() != steady::time_point::max())
        at_most(std::chrono::ceil<std::chrono::milliseconds>(c->last_moment() - steady::now()).count());
    }
    files.push_back({wake_.get(), POLLIN, 0});
    const int n = ::poll(files.data(), files.size(), timeout_ms);
    for (const auto& c : children_) c->resume();
    if (n <= 0)
      for (auto& f : files) f.revents = 0;
    return files;
  }

  void read_outputs(const std::vector<pollfd>& ready) {
    for (std::size_t i = 0; i < children_.size(); ++i)
      if (ready[2 * i + 1].revents != 0) children_[i]->read_output(buffer_);
  }

  void reap_ended(const std::vector<pollfd>& ready) {
    for (std::size_t i = 0; i < children_.size(); ++i) {
      if (ready[2 * i].revents == 0) continue;
      children_[i]->reap(buffer_);
      children_[i] = nullptr;
    }
    std::erase(children_, nullptr);
  }

  file_handle wake_;
  std::vector<char> buffer_;
  std::vector<std::shared_ptr<child>> children_;  ///< the thread's own
  std::mutex mutex_;
  std::vector<std::shared_ptr<child>> starting_;
  bool ending_ = false;
  std::thread thread_;
};

process_watch::process_watch() : loop_(std::make_unique<loop>()) {}
process_watch::~process_watch() = default;

std::shared_ptr<watched_process> process_watch::start(process_image image, std::weak_ptr<worker_observer> observer) {
  return loop_->start(std::move(image), std::move(observer));
}

}  // namespace agents
