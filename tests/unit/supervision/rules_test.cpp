// SPDX-License-Identifier: Apache-2.0
// Runs the scenarios of rules.txt; tests/integration/otp runs the same under Erlang/OTP.
#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include "libagents/supervision/supervisor.hpp"
#include "tests/catch.hpp"

using namespace agents;
using namespace agents::supervision;

namespace {

using words = std::vector<std::string>;

words split(const std::string& line) {
  std::istringstream in{line};
  words out;
  for (std::string w; in >> w;) out.push_back(w);
  return out;
}

std::string join(const words& w, std::size_t from, const char* between) {
  std::string out;
  for (std::size_t i = from; i < w.size(); ++i) out += (i > from ? between : "") + w[i];
  return out;
}

struct scenario {
  std::string rule;
  supervisor_flags flags;
  std::vector<child_spec> children;
  std::map<std::pair<std::string, int>, start_result> starts;
  std::vector<std::string> deaf;
  std::vector<words> actions;
  words expected;
};

template <class Enum>
Enum named(const std::string& name, std::initializer_list<Enum> all) {
  for (const auto e : all)
    if (to_string(e) == name) return e;
  FAIL("unknown name " << name);
  return *all.begin();
}

child_spec spec(const words& w, std::size_t from) {
  child_spec c;
  c.id = w.at(from);
  c.restart = named(w.at(from + 1), {restart_type::permanent, restart_type::transient, restart_type::temporary});
  const auto& shutdown = w.at(from + 2);
  c.shutdown = shutdown == "brutal_kill" ? brutal_kill
               : shutdown == "infinity"  ? supervision::infinity
                                         : duration{std::chrono::milliseconds{std::stoi(shutdown)}};
  c.type = w.at(from + 3) == "supervisor" ? child_type::supervisor : child_type::worker;
  c.significant = w.size() > from + 4 && w[from + 4] == "significant";
  return c;
}

supervisor_flags flags(const words& w) {
  supervisor_flags f;
  f.strategy = named(
      w.at(1), {strategy::one_for_one, strategy::one_for_all, strategy::rest_for_one, strategy::simple_one_for_one});
  f.intensity = static_cast<std::uint32_t>(std::stoul(w.at(2)));
  f.period = std::chrono::seconds{std::stoi(w.at(3))};
  f.auto_shutdown = w.at(4) == "never"             ? auto_shutdown::never
                    : w.at(4) == "any_significant" ? auto_shutdown::any_significant
                                                   : auto_shutdown::all_significant;
  return f;
}

std::vector<scenario> scenarios() {
  std::ifstream file{AGENTS_SOURCE_DIR "/tests/unit/supervision/rules.txt"};
  std::vector<scenario> all;
  for (std::string line; std::getline(file, line);) {
    const auto w = split(line);
    if (w.empty() || w[0][0] == '#') continue;
    if (w[0] == "rule") {
      all.push_back({});
      all.back().rule = join(w, 1, " ");
      continue;
    }
    auto& s = all.back();
    if (w[0] == "sup") s.flags = flags(w);
    if (w[0] == "child") s.children.push_back(spec(w, 1));
    if (w[0] == "fail") s.starts[{w[1], std::stoi(w[2])}] = start_result::failed;
    if (w[0] == "ignore") s.starts[{w[1], std::stoi(w[2])}] = start_result::ignored;
    if (w[0] == "deaf") s.deaf.push_back(w[1]);
    if (w[0] == "do") s.actions.emplace_back(w.begin() + 1, w.end());
    if (w[0] == "expect") s.expected.push_back(join(w, 1, " "));
  }
  return all;
}

std::string name_of(answer a) {
  switch (a) {
    case answer::ok: return "ok";
    case answer::ignored: return "ignored";
    case answer::already_started: return "already_started";
    case answer::already_present: return "already_present";
    case answer::running: return "running";
    case answer::restarting: return "restarting";
    case answer::not_found: return "not_found";
    case answer::start_failed: return "start_failed";
    case answer::refused: return "refused";
  }
  return "?";
}

/// Children as a supervisor's commands make them, in no time; timers fire only when nothing else can happen.
class world {
 public:
  explicit world(const scenario& s) : scenario_(s), supervisor_(s.flags, s.children, dice_) {}

  words run() {
    obey(supervisor_.start(now_));
    for (const auto& a : scenario_.actions) act(a);
    return trace_;
  }

 private:
  void act(const words& a) {
    if (a[0] == "which") return which();
    if (a[0] == "count") return count();
    if (a[0] == "stop") return tell(stop_order{});
    if (a[0] == "start_child") return ask(request::kind::start_child, spec(a, 1));
    const auto only_id = [&a] {
      child_spec c;
      c.id = a.at(1);
      return c;
    };
    if (a[0] == "terminate") return ask(request::kind::terminate_child, only_id());
    if (a[0] == "restart") return ask(request::kind::restart_child, only_id());
    if (a[0] == "delete") return ask(request::kind::delete_child, only_id());
    const auto kind = a[0] == "normal"     ? exit_reason::kind::normal
                      : a[0] == "shutdown" ? exit_reason::kind::shutdown
                      : a[0] == "kill"     ? exit_reason::kind::killed
                                           : exit_reason::kind::crashed;
    tell(child_ended{a.at(1), lives_.at(a[1]), {kind, "on purpose"}});
  }

  void ask(request::kind what, child_spec c) { tell(request{what, std::move(c), 1}); }

  void tell(input i) {
    obey(supervisor_.handle(std::move(i), now_));
    while (!timers_.empty()) {
      const auto first = std::min_element(timers_.begin(), timers_.end(),
                                          [](const auto& a, const auto& b) { return a.second < b.second; });
      now_ = std::max(now_, first->second);
      const auto timer = first->first;
      timers_.erase(first);
      obey(supervisor_.handle(timer_fired{timer}, now_));
    }
  }

  void obey(const std::vector<command>& commands) {
    for (const auto& c : commands) {
      if (const auto* start = std::get_if<start_command>(&c)) this->start(*start);
      if (const auto* stop = std::get_if<stop_command>(&c)) this->stop(*stop);
      if (const auto* kill = std::get_if<kill_command>(&c))
        obey(supervisor_.handle(child_ended{kill->id, kill->incarnation, {exit_reason::kind::killed, {}}}, now_));
      if (const auto* timer = std::get_if<timer_command>(&c)) timers_.emplace(timer->timer, timer->when);
      if (const auto* a = std::get_if<answer_command>(&c)) trace_.push_back("answer " + name_of(a->what));
      if (const auto* end = std::get_if<end_command>(&c)) {
        trace_.push_back("end " + std::string{to_string(end->reason.what)});
        timers_.clear();
      }
    }
  }

  void start(const start_command& c) {
    trace_.push_back("start " + c.id);
    const auto found = scenario_.starts.find({c.id, ++starts_[c.id]});
    const auto result = found == scenario_.starts.end() ? start_result::started : found->second;
    lives_[c.id] = c.incarnation;
    obey(supervisor_.handle(child_started{c.id, c.incarnation, result, "on purpose"}, now_));
  }

  void stop(const stop_command& c) {
    trace_.push_back("stop " + c.id);
    if (std::count(scenario_.deaf.begin(), scenario_.deaf.end(), c.id) != 0) return;
    obey(supervisor_.handle(child_ended{c.id, c.incarnation, {exit_reason::kind::shutdown, {}}}, now_));
  }

  void which() {
    words all;
    for (const auto& c : supervisor_.which_children())
      all.push_back(c.spec.id + (c.phase == child_phase::running ? " up" : " down"));
    std::sort(all.begin(), all.end());
    trace_.push_back(all.empty() ? "none" : join(all, 0, ", "));
  }

  void count() {
    const auto n = supervisor_.count_children();
    std::ostringstream out;
    out << n.specs << " specs, " << n.active << " active, " << n.supervisors << " supervisors, " << n.workers
        << " workers";
    trace_.push_back(out.str());
  }

  const scenario& scenario_;
  seeded_random dice_{1};
  supervisor supervisor_;
  time_point now_{1'000'000'000};
  words trace_;
  std::map<std::string, int> starts_;
  std::map<std::string, life_number> lives_;
  std::map<std::uint64_t, time_point> timers_;
};

}  // namespace

TEST_CASE("every rule of OTP's supervisor: the same events in the same order") {
  const auto all = scenarios();
  REQUIRE(all.size() >= 40);
  for (const auto& s : all) {
    INFO(s.rule);
    REQUIRE(check(s.flags, s.children));
    CHECK(world{s}.run() == s.expected);
  }
}
