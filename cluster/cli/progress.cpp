// SPDX-License-Identifier: Apache-2.0
#include "cluster/cli/progress.hpp"

#include <algorithm>
#include <array>
#include <ostream>

#include "cluster/cli/console.hpp"
#include "libagents/contract/printable.hpp"
#include "libagents/contract/utf8.hpp"

namespace agents::cli {
namespace {

constexpr auto frame = std::chrono::milliseconds{80};
constexpr std::array<std::string_view, 8> spinner{"⠋", "⠙", "⠸", "⠴", "⠦", "⠇", "⠏", "⠋"};
constexpr std::size_t id_columns = 14;
constexpr std::size_t module_columns = 24;

std::string padded(std::string text, std::size_t columns) {
  if (text.size() < columns) text.append(columns - text.size(), ' ');
  return text;
}

std::string step_of(const std::string& unit) { return unit.substr(0, unit.find('[')); }

/// What a process module prints has a row of its own.
event printed_by(const event& e) {
  event out = e;
  out.step = "(" + e.module + ")";
  return out;
}

}  // namespace

progress_view::progress_view(std::ostream& out, style how, bool color) : out_(out), style_(how), color_(color) {
  if (style_ == style::tree) thread_ = std::thread{[this] { draw_loop(); }};
}

progress_view::~progress_view() { finish(); }

void progress_view::on_event(const event& e) {
  const std::lock_guard lock{mutex_};
  if (stop_) return;
  take(e);
  if (style_ == style::lines) print_line(e);
  dirty_ = true;
}

void progress_view::notice(const std::string& line) {
  const std::lock_guard lock{mutex_};
  if (stop_) return;
  if (style_ == style::tree) return notices_.push_back(line);
  out_ << "  " << line << "\n";
  out_.flush();
}

void progress_view::take(const event& e) {
  now_ = std::max(now_, e.at);
  switch (e.kind) {
    case event_kind::plan_accepted:
      if (e.data) add_plan(*e.data);
      return;
    case event_kind::attempt_started: {
      auto& r = row_of(e);
      ++r.attempts;
      if (e.attempt == 1) ++r.open;
      r.waiting = false;
      r.module = e.module;
      if (r.began == time_point{}) r.began = e.at;
      return;
    }
    case event_kind::attempt_finished:
      row_of(e).note = e.outcome == errc::none ? std::string{} : std::string{to_string(e.outcome)};
      if (e.step.starts_with('(') && e.outcome == errc::none) {
        auto& r = row_of(e);
        r.open = 0;
        r.done = 1;
        r.ended = e.at;
      }
      return;
    case event_kind::reflection: row_of(e).note = "reflect: " + e.text; return;
    case event_kind::progress: row_of(e.step.empty() ? printed_by(e) : e).note = e.text; return;
    case event_kind::approval_requested: row_of(e).waiting = true; return;
    case event_kind::step_finished: {
      auto& r = row_of(e);
      if (r.open > 0) --r.open;
      ++(e.outcome == errc::none ? r.done : r.failed);
      r.ended = e.at;
      r.note = e.outcome == errc::none ? std::string{} : e.text;
      return;
    }
    default: return;
  }
}

progress_view::row& progress_view::row_of(const event& e) {
  const auto id = step_of(e.step);
  const auto [found, fresh] = index_.emplace(id, rows_.size());
  if (fresh) {
    rows_.emplace_back();
    rows_.back().id = id;
  }
  auto& r = rows_[found->second];
  r.many |= e.step.find('[') != std::string::npos;
  return r;
}

void progress_view::add_plan(const value& plan) {
  const auto* steps = plan.find("steps");
  if (!steps || !steps->is_array()) return;
  for (const auto& step : steps->as_array()) {
    event e;
    e.step = step.get_string("id");
    (void)row_of(e);
  }
}

void progress_view::draw_loop() {
  std::unique_lock lock{mutex_};
  while (!stop_) {
    changed_.wait_for(lock, frame);
    ++tick_;
    draw();
  }
}

std::string progress_view::line(const row& r) const {
  const console paint{out_, out_, false, color_, true};
  std::string mark = paint.dim("·");
  if (r.waiting)
    mark = paint.yellow("?");
  else if (r.open > 0)
    mark = paint.yellow(spinner[tick_ % spinner.size()]);
  else if (r.failed > 0)
    mark = paint.red("✗");
  else if (r.done > 0)
    mark = paint.green("✓");
  std::string text = "  " + mark + " " + padded(r.id, id_columns) + " " + paint.dim(padded(r.module, module_columns));
  if (r.began != time_point{}) {
    const auto until = r.open > 0 || r.ended == time_point{} ? now_ : r.ended;
    text += " " + padded(human_seconds(seconds(std::max(duration{}, until - r.began))), 9);
  }
  if (r.many) text += " " + std::to_string(r.done) + "/" + std::to_string(r.done + r.open + r.failed);
  const auto units = std::max(1u, r.done + r.open + r.failed);
  if (r.attempts > units) text += " " + paint.yellow(std::to_string(r.attempts) + " attempts");
  if (r.waiting) text += " waits for a person";
  if (!r.note.empty()) text += " " + paint.dim(std::string{utf8_prefix(printable(r.note), 100)});
  return text;
}

void progress_view::draw() {
  if (!dirty_ && rows_.empty() && notices_.empty()) return;
  dirty_ = false;
  if (drawn_ > 0) out_ << "\x1b[" << drawn_ << "A";
  const console paint{out_, out_, false, color_, true};
  for (const auto& n : notices_) out_ << "\x1b[2K  " << paint.yellow(n) << "\n";
  notices_.clear();
  for (const auto& r : rows_) out_ << "\x1b[2K" << line(r) << "\n";
  drawn_ = rows_.size();
  out_.flush();
}

void progress_view::print_line(const event& e) {
  if (e.kind == event_kind::progress && e.step.empty()) {
    out_ << "  " << printable(e.module + ": " + e.text) << "\n";
    return;
  }
  if (e.kind == event_kind::reflection) {
    out_ << "  " << printable("reflect " + e.step + ": " + e.text) << "\n";
    return;
  }
  if (e.kind != event_kind::step_finished || e.step.find('[') != std::string::npos) {
    if (e.kind != event_kind::step_finished || e.outcome == errc::none) return;
  }
  out_ << "  " << (e.outcome == errc::none ? "done " : "FAILED ") << e.step;
  const auto& r = row_of(e);
  if (!r.module.empty()) out_ << " " << r.module;
  if (r.began != time_point{}) out_ << " " << human_seconds(seconds(std::max(duration{}, e.at - r.began)));
  if (e.outcome != errc::none) out_ << " " << to_string(e.outcome) << ": " << printable(e.text);
  out_ << "\n";
  out_.flush();
}

void progress_view::finish() {
  {
    const std::lock_guard lock{mutex_};
    if (stop_) return;
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  if (style_ == style::tree) draw();
}

}  // namespace agents::cli
