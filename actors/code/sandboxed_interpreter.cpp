// SPDX-License-Identifier: Apache-2.0
#include "actors/code/sandboxed_interpreter.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string>
#include <string_view>

#include "libagents/contract/utf8.hpp"

namespace agents::code {
namespace {

using steady = std::chrono::steady_clock;

constexpr std::size_t most_output = 1 << 20;
constexpr std::size_t most_errors = 64 << 10;
/// How often it is looked whether the snippet is still wanted, and its memory where the kernel does not.
constexpr std::int64_t look_ms = 50;
constexpr char replacement[] = "\xEF\xBF\xBD";

sandbox::permissions permissions_of(std::int64_t memory_mb) {
  sandbox::permissions p;
  p.at_most.memory_bytes = memory_mb << 20;
  p.at_most.tmp_bytes = std::min<std::int64_t>(memory_mb, 64) << 20;
  p.at_most.processes = 32;
  return p;
}

std::string valid_utf8(std::string_view raw) {
  std::string out;
  while (!raw.empty()) {
    const auto length = utf8_sequence_length(raw);
    out += length == 0 ? std::string_view{replacement} : raw.substr(0, length);
    raw.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

/// What one pipe gives, up to a limit; the rest is read and dropped.
struct printed {
  file_handle& from;
  std::size_t most;
  std::string text = {};
  bool truncated = false;

  /// False when there is nothing now.
  bool read_some() {
    char part[16384];
    if (!from.is_open()) return false;
    const auto n = ::read(from.get(), part, sizeof part);
    if (n == 0) from = file_handle{};
    if (n <= 0) return false;
    const auto taken = std::min(static_cast<std::size_t>(n), most - text.size());
    text.append(part, taken);
    truncated = truncated || taken < static_cast<std::size_t>(n);
    return true;
  }
};

/// Writes as much as the pipe takes; closes it at the end, or when nobody reads.
void feed(file_handle& to, std::string_view& rest) {
  while (to.is_open() && !rest.empty()) {
    const auto n = ::write(to.get(), rest.data(), rest.size());
    if (n < 0 && errno == EAGAIN) return;
    if (n < 0) rest = {};
    if (n > 0) rest.remove_prefix(static_cast<std::size_t>(n));
  }
  if (rest.empty()) to = file_handle{};
}

/// The pipe to an interpreter, seen from its other end: how much of what was written has nobody read?
class unread_input {
 public:
  explicit unread_input(const file_handle& writes)
      : reads_(::open(("/proc/self/fd/" + std::to_string(writes.get())).c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)) {}
  [[nodiscard]] std::size_t bytes() const {
    int n = 0;
    return reads_.is_open() && ::ioctl(reads_.get(), FIONREAD, &n) == 0 ? static_cast<std::size_t>(n) : 0;
  }

 private:
  file_handle reads_;
};

}  // namespace

expected<std::unique_ptr<sandboxed_interpreter>> sandboxed_interpreter::start(const interpreter& in,
                                                                              std::int64_t memory_mb) {
  process_image image{in.program, in.arguments, {"PATH=/usr/bin:/bin", "LANG=C.UTF-8", "PYTHONDONTWRITEBYTECODE=1"}};
  image.confined.emplace().may = permissions_of(memory_mb);
  image.with_input = image.apart_errors = true;
  auto p = process::start(image);
  if (!p) return p.propagate();
  return std::unique_ptr<sandboxed_interpreter>{new sandboxed_interpreter{std::move(*p), memory_mb}};
}

bool sandboxed_interpreter::waits() const {
  pollfd end{process_->handle(), POLLIN, 0};
  return ::poll(&end, 1, 0) == 0;
}

snippet_result sandboxed_interpreter::run(const snippet& s, const std::string& job, duration limit,
                                          const std::atomic<bool>& unwanted) {
  auto& p = *process_;
  const auto begin = steady::now();
  const auto last = begin + limit;
  const auto all_input = job + s.input;
  std::string_view rest = all_input;
  const unread_input unread{p.input()};
  snippet_result r;
  printed output{p.output(), most_output};
  printed errors{p.errors(), most_errors};
  bool killed = false;
  for (bool ended = false; !ended;) {
    feed(p.input(), rest);
    const auto now = steady::now();
    const bool late = now >= last;
    const bool greedy = p.exceeds_memory();
    if (!killed && (late || greedy || unwanted.load())) {
      killed = true;
      r.timed_out = late;
      r.out_of_memory = greedy;
      p.kill();
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(last - now).count();
    pollfd files[4] = {{p.handle(), POLLIN, 0},
                       {output.from.is_open() ? output.from.get() : -1, POLLIN, 0},
                       {errors.from.is_open() ? errors.from.get() : -1, POLLIN, 0},
                       {p.input().is_open() ? p.input().get() : -1, POLLOUT, 0}};
    ::poll(files, 4, static_cast<int>(killed ? look_ms : std::clamp<std::int64_t>(left, 0, look_ms)));
    if (files[1].revents != 0) output.read_some();
    if (files[2].revents != 0) errors.read_some();
    ended = files[0].revents != 0;
  }
  r.wall_seconds = std::chrono::duration<double>(steady::now() - begin).count();
  const auto end = p.reap();
  ended_before_ = !killed && all_input.size() - rest.size() - unread.bytes() < job.size();
  while (output.read_some() || errors.read_some()) continue;
  r.exit_code = end.exit_code;
  r.signal = end.signal;
  // Without a cgroup the interpreter itself is told that there is no more, and says so.
  r.out_of_memory =
      r.out_of_memory || end.out_of_memory || (end.exit_code != 0 && errors.text.ends_with("MemoryError\n"));
  if (end.cpu) r.cpu_seconds = seconds(*end.cpu);
  r.output = valid_utf8(output.text);
  r.errors = valid_utf8(errors.text);
  r.output_truncated = output.truncated;
  r.errors_truncated = errors.truncated;
  return r;
}

}  // namespace agents::code
