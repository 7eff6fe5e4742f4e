// SPDX-License-Identifier: Apache-2.0
// Agreement: several modules are asked the same, and their equal answers are counted.
#include <algorithm>

#include "libagents/orchestration/run_machine_impl.hpp"

namespace agents::detail {
namespace {

/// The tokens of a JSON Pointer.
std::vector<std::string> pointer_path(const std::string& pointer) {
  std::vector<std::string> path;
  for (const char c : pointer) {
    if (c == '/')
      path.emplace_back();
    else if (!path.empty() && path.back().ends_with('~') && (c == '0' || c == '1'))
      path.back().back() = c == '0' ? '\x01' : '/';
    else
      path.back() += c;
  }
  for (auto& key : path) std::replace(key.begin(), key.end(), '\x01', '~');
  return path;
}

/// One module's say in an agreement.
struct vote {
  std::size_t attempt;
  const value* part;
};

/// The answers that count: the last one of each module.
std::vector<vote> votes_of(const unit_state& u, const std::vector<std::string>& path) {
  std::vector<vote> votes;
  for (std::size_t i = 0; i < u.attempts.size(); ++i) {
    const auto& a = u.attempts[i];
    const auto* part = !a.open && a.outcome == errc::none && a.output ? follow(*a.output, path) : nullptr;
    if (!part) continue;
    std::erase_if(votes, [&](const vote& v) { return u.attempts[v.attempt].module == a.module; });
    votes.push_back({i, part});
  }
  return votes;
}

}  // namespace

/// Each call excludes the modules that have one: the next is sent when the one before has found its own.
bool waits_for_copy(const unit_state& u) {
  return u.at == unit_state::phase::running && u.copies > 0 &&
         std::none_of(u.attempts.begin(), u.attempts.end(),
                      [](const attempt_state& a) { return a.open && !a.started; });
}

/// The next of the modules whose agreement is wanted: another one than those that were asked.
void run_machine::send_copy(unit_state& u) {
  --u.copies;
  if (!steps_left()) {
    u.copies = 0;  // fewer then; those that are still asked may agree all the same
    const bool open = std::any_of(u.attempts.begin(), u.attempts.end(), [](const auto& a) { return a.open; });
    return open ? void() : collect_agreement(u, {});
  }
  auto c = call_for(u);
  exclude_modules(c, u.attempts);
  send(u, std::move(c));
}

/// Counts equal answers of different modules; decides as soon as the outcome is certain.
void run_machine::collect_agreement(unit_state& u, const event& last) {
  const auto& agree = *spec_of(u).spec.agree;
  const auto votes = votes_of(u, pointer_path(agree.on));
  std::int64_t best = 0;
  vote winner{};
  for (const auto& v : votes) {
    const auto same =
        std::count_if(votes.begin(), votes.end(), [&v](const vote& other) { return *other.part == *v.part; });
    if (same > best) best = same, winner = v;
  }
  if (best >= agree.need) {
    for (const auto& v : votes)
      emit(lesson_command{u.attempts[v.attempt].module, u.attempts[v.attempt].version, spec_of(u).spec.ask,
                          *v.part == *winner.part});
    cancel_open_attempts(u);
    const auto at = u.attempts.begin() + static_cast<std::ptrdiff_t>(winner.attempt);
    std::rotate(at, at + 1, u.attempts.end());  // the last attempt is the one that counts
    if (!spec_of(u).spec.verify.empty()) return verify(u, u.attempts.back());
    return unit_done(u, u.attempts.back().output);
  }
  const auto open = std::count_if(u.attempts.begin(), u.attempts.end(), [](const attempt_state& a) { return a.open; });
  if ((open > 0 || u.copies > 0) && best + open + u.copies >= agree.need) return;
  cancel_open_attempts(u);
  if (last.outcome == errc::no_route || last.outcome == errc::budget) return reflect(u, last.outcome, last.text);
  reflect(u, errc::rejected,
          std::to_string(best) + " of " + std::to_string(agree.of) + " modules agreed, " + std::to_string(agree.need) +
              " are needed");
}

}  // namespace agents::detail
