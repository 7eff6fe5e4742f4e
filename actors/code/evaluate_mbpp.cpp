// SPDX-License-Identifier: Apache-2.0
#include "actors/code/evaluate_mbpp.hpp"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "libagents/contract/json.hpp"
#include "libagents/core/clock.hpp"
#include "libagents/core/random.hpp"

namespace agents::code {
namespace {

/// Runs solution.py in a namespace of its own, spoils the function that the first test calls, and runs tests.py. Only
/// who reaches the end says the word of this run.
constexpr std::string_view checker = R"(
import os, re, sys

def main():
    kind, word = sys.argv[1:3]
    del sys.argv[1:]
    space = {'__name__': 'solution'}
    with open('solution.py', encoding='utf-8', newline='') as file:
        exec(compile(file.read(), 'solution.py', 'exec'), space)
    with open('tests.py', encoding='utf-8', newline='') as file:
        tests = file.read()
    world = dict(space, __name__='tests')
    if kind != 'right':
        name = tested(tests, space)
        world[name] = spoiled(kind, space[name])
    exec(compile(tests, 'tests.py', 'exec'), world)
    print(word)

def tested(tests, space):
    for name in re.findall(r'(\w+)\s*\(', tests[tests.index('assert'):]):
        if callable(space.get(name)) and not isinstance(space[name], type) and getattr(space[name], '__module__', '') == 'solution':
            return name
    raise LookupError('the tests call nothing of the solution')

def spoiled(kind, right):
    def wrong(*given, **named):
        if kind == 'raise':
            raise ValueError('planted')
        if kind == 'exit':
            os._exit(0)
        while kind == 'endless':
            pass
        value = right(*given, **named)
        if kind == 'nothing':
            return Unequal() if value is None else None
        return something_else(value)
    return wrong

class Unequal:
    __hash__ = None
    def __eq__(self, other): return False
    def __bool__(self): return False

def something_else(value):
    if isinstance(value, bool): return not value
    if isinstance(value, (int, float, complex)): return value + 1 if value + 1 != value else -value
    if isinstance(value, str): return value + 'x'
    if isinstance(value, bytes): return value + b'x'
    if isinstance(value, list): return value + ['planted']
    if isinstance(value, tuple): return value + ('planted',)
    if isinstance(value, (set, frozenset)): return value | {'planted'}
    if isinstance(value, dict): return dict(value, planted=1)
    return Unequal()

main()
)";

struct problem {
  std::string solution;
  std::string tests;
};

expected<std::vector<problem>> read_problems(const std::filesystem::path& folder) {
  const auto file = folder / "mbpp.jsonl";
  std::ifstream in{file};
  if (!in) return unexpected{errc::not_found, "there is no file " + file.string() + "; name the folder that has it"};
  std::vector<problem> out;
  std::size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    const auto v = parse_json(line);
    const auto* tests = v ? v->find("test_list") : nullptr;
    if (!v || !tests || !tests->is_array() || v->get_string("code").empty())
      return unexpected{errc::corrupt,
                        file.string() + ":" + std::to_string(number) + ": no JSON with code and test_list"};
    problem p{std::string{v->get_string("code")}, std::string{v->get_string("test_setup_code")} + "\n"};
    for (const auto& t : tests->as_array()) p.tests += (t.is_string() ? t.as_string() : "") + "\n";
    out.push_back(std::move(p));
  }
  return out;
}

struct trial {
  const problem* of;
  std::string kind;
};

constexpr std::string_view kinds[] = {"nothing", "else", "raise", "exit"};
/// A program that never ends costs its whole time limit.
constexpr std::size_t endless_share = 50;
constexpr double endless_seconds = 1;

std::vector<trial> trials_of(const std::vector<problem>& problems) {
  std::vector<trial> out;
  for (const auto& p : problems) out.push_back({&p, "right"});
  for (const auto& p : problems)
    for (const auto kind : kinds) out.push_back({&p, std::string{kind}});
  for (std::size_t i = 0; i < problems.size(); i += endless_share) out.push_back({&problems[i], "endless"});
  return out;
}

snippet snippet_of(const trial& t, const std::string& word) {
  snippet s;
  s.code = checker;
  s.files = {{"solution.py", t.of->solution}, {"tests.py", t.of->tests}};
  s.arguments = {t.kind, word};
  s.timeout_seconds = t.kind == "endless" ? endless_seconds : 10;
  return s;
}

/// Did it pass its tests?
bool passes(const snippet_result& r, const std::string& word) {
  return r.exit_code == 0 && r.signal == 0 && !r.timed_out && r.output.ends_with(word + "\n");
}

/// Counts by kind.
struct tally {
  std::map<std::string, std::pair<double, double>> of;  ///< as expected, all
  std::vector<double> right_seconds;
  std::optional<error> problem;
};

void note(tally& t, const trial& what, bool passed, double took) {
  auto& [good, all] = t.of[what.kind];
  const bool as_expected = passed == (what.kind == "right");
  all += 1;
  good += as_expected ? 1 : 0;
  if (what.kind == "right") t.right_seconds.push_back(took);
}

}  // namespace

expected<evaluate::evaluation> evaluate_mbpp(const std::filesystem::path& folder, const run_snippet& run,
                                             unsigned threads) {
  const system_clock clock;
  const auto problems = read_problems(folder);
  if (!problems) return problems.propagate();
  const auto trials = trials_of(*problems);
  const auto chance = system_random();
  const auto begin = clock.now();
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  tally counted;
  const auto work = [&] {
    for (auto i = next++; i < trials.size(); i = next++) {
      const auto word = "done-" + std::to_string(chance->next());
      const auto from = clock.now();
      const auto r = run(snippet_of(trials[i], word));
      const std::lock_guard lock{mutex};
      if (!r && !counted.problem) counted.problem = r.error();
      if (counted.problem) return;
      note(counted, trials[i], passes(*r, word), seconds(clock.now() - from));
    }
  };
  std::vector<std::thread> crew;
  for (unsigned i = 0; i < std::max(1U, threads); ++i) crew.emplace_back(work);
  for (auto& t : crew) t.join();
  if (counted.problem) return unexpected{*counted.problem};
  evaluate::evaluation e;
  e.dataset = "code_mbpp";
  e.examples = static_cast<std::int64_t>(problems->size());
  e.seconds = seconds(clock.now() - begin);
  for (const auto& [kind, n] : counted.of) e.metrics[kind == "right" ? kind : "caught_" + kind] = n.first / n.second;
  e.metrics["runs"] = static_cast<double>(trials.size());
  e.metrics["runs_per_second"] = static_cast<double>(trials.size()) / std::max(1e-9, e.seconds);
  auto& s = counted.right_seconds;
  std::nth_element(s.begin(), s.begin() + static_cast<std::ptrdiff_t>(s.size() / 2), s.end());
  e.metrics["milliseconds"] = s.empty() ? 0 : s[s.size() / 2] * 1e3;
  return e;
}

}  // namespace agents::code
