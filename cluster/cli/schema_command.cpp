// SPDX-License-Identifier: Apache-2.0
#include "cluster/cli/schema_command.hpp"

#include <fstream>
#include <iterator>
#include <ostream>

#include "libagents/contract/json.hpp"
#include "libagents/contract/schema.hpp"

namespace agents::cli {
namespace {

constexpr int exit_ok = 0;
constexpr int exit_negative = 1;
constexpr int exit_unusable = 2;

int unusable(std::ostream& err, const error& e) {
  err << "agents schema: " << e.message << '\n';
  return exit_unusable;
}

/// A schema from a file; it compiles. The errors name the file.
expected<value> read_schema(const std::filesystem::path& file) {
  std::error_code ignored;
  std::ifstream in{file, std::ios::binary};
  if (!in || std::filesystem::is_directory(file, ignored))
    return unexpected{errc::io, file.string() + ": cannot be read; give a file with a JSON Schema"};
  auto document = parse_json(std::string{std::istreambuf_iterator<char>{in}, {}});
  if (!document)
    return unexpected{errc::bad_input, file.string() + ": " + document.error().message + "; correct the JSON there"};
  if (const auto compiled = schema::compile(*document); !compiled)
    return unexpected{compiled.error().code, file.string() + ": " + compiled.error().message};
  return document;
}

value failures_of(const suite_report& report) {
  array out;
  for (const auto& f : report.failed) out.emplace_back(object{{"file", f.file}, {"group", f.group}, {"test", f.test}});
  return out;
}

void print(const suite_report& report, std::ostream& out) {
  for (const auto& f : report.failed) out << f.file << ": " << f.group << ": " << f.test << "\n    " << f.why << '\n';
  out << report.passed << " passed, " << report.failed.size() << " failed\n";
}

void print(const compatibility& answer, std::ostream& out) {
  out << to_string(answer.result) << '\n';
  if (answer.result == compatibility::result::no) out << "counter-example: " << to_json(answer.counterexample) << '\n';
  if (!answer.reason.empty()) out << answer.reason << '\n';
}

}  // namespace

int schema_test(const std::filesystem::path& dir, bool json, std::ostream& out, std::ostream& err) {
  const auto report = run_schema_suite(dir);
  if (!report) return unusable(err, report.error());
  if (json)
    out << to_json(object{{"passed", report->passed}, {"failed", failures_of(*report)}}) << '\n';
  else
    print(*report, out);
  return report->failed.empty() ? exit_ok : exit_negative;
}

int schema_compatible(const std::filesystem::path& producer, const std::filesystem::path& consumer, bool json,
                      std::ostream& out, std::ostream& err) {
  const auto a = read_schema(producer);
  if (!a) return unusable(err, a.error());
  const auto b = read_schema(consumer);
  if (!b) return unusable(err, b.error());
  const auto answer = compatible(*a, *b);
  if (json)
    out << to_json(object{{"result", to_string(answer.result)},
                          {"counterexample", answer.counterexample},
                          {"reason", answer.reason}})
        << '\n';
  else
    print(answer, out);
  return answer.result == compatibility::result::yes ? exit_ok : exit_negative;
}

}  // namespace agents::cli
