// SPDX-License-Identifier: Apache-2.0
#include "libagents/runtime/process_port.hpp"

#include <utility>

namespace agents {
namespace {

/// Of what a process printed, so much is kept for the text of an error.
constexpr std::size_t kept_bytes = 2048;
/// A larger result is unpacked by a thread of the scheduler: the one that brings it has others to bring.
constexpr std::size_t unpacked_here_bytes = std::size_t{16} << 10;

bool is_small(const wire::node_report& r) {
  const auto* end = std::get_if<wire::report::finished>(&r);
  return end && end->output.size() <= unpacked_here_bytes;
}

std::string seconds_text(duration d) {
  auto text = std::to_string(seconds(d));
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text + " s";
}

}  // namespace

void process_port::push(signal s) {
  enqueue(std::move(s));
  waker_.notify();
}

void process_port::enqueue(signal s) {
  const std::lock_guard lock{mutex_};
  signals_.push_back(std::move(s));
}

void process_port::on_report(wire::node_report r) {
  if (const auto* i = std::get_if<wire::report::introduced>(&r)) {
    const std::lock_guard lock{mutex_};
    hello_ = i->from;
    changed_.notify_all();
  }
  if (!is_small(r)) return push(std::move(r));
  const take_next_here at_the_end;
  enqueue(std::move(r));
  waker_.notify_next();
}

void process_port::on_exit(const std::string& how, bool orderly) {
  {
    const std::lock_guard lock{mutex_};
    exit_ = exited{how, orderly};
    changed_.notify_all();
  }
  push(exited{how, orderly});
}

void process_port::on_line(std::string line) {
  std::uint64_t dropped = 0;
  {
    const std::lock_guard lock{mutex_};
    tail_ += (tail_.empty() ? "" : "\n") + line;
    if (tail_.size() > 2 * kept_bytes) tail_.erase(0, tail_.size() - kept_bytes);
    if (!limit_.admit(services_.clock.now())) return;
    dropped = limit_.take_dropped();
  }
  if (dropped > 0) publish("(" + std::to_string(dropped) + " lines more, too many to show)");
  publish(std::move(line));
}

void process_port::publish(std::string text) {
  event e;
  e.kind = event_kind::progress;
  e.module = module_;
  e.text = std::move(text);
  services_.publish(std::move(e));
}

expected<wire::hello> process_port::wait_for_hello(duration limit) {
  std::unique_lock lock{mutex_};
  const bool came = changed_.wait_for(lock, limit, [this] { return hello_ || exit_ || given_up_; });
  if (hello_) return *hello_;
  if (given_up_ && !exit_) return unexpected{errc::cancelled, "the node stops"};
  const auto how = exit_ ? exit_->how : std::string{};
  lock.unlock();
  if (came) return unexpected{errc::crashed, "it ended before it said hello: " + how + "." + last_lines(kept_bytes)};
  return unexpected{errc::deadline, "it said no hello within " + seconds_text(limit) +
                                        "; does the command serve a module?" + last_lines(kept_bytes)};
}

void process_port::give_up_hello() {
  const std::lock_guard lock{mutex_};
  given_up_ = true;
  changed_.notify_all();
}

std::vector<process_port::signal> process_port::take() {
  const std::lock_guard lock{mutex_};
  return std::exchange(signals_, {});
}

std::string process_port::last_lines(std::size_t most_bytes) const {
  const std::lock_guard lock{mutex_};
  if (tail_.empty()) return {};
  if (tail_.size() <= most_bytes) return " It printed: " + tail_;
  const auto from = tail_.find('\n', tail_.size() - most_bytes);
  return " It printed at last: " + tail_.substr(from == std::string::npos ? tail_.size() - most_bytes : from + 1);
}

}  // namespace agents
