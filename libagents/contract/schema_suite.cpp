// SPDX-License-Identifier: Apache-2.0
#include "libagents/contract/schema_suite.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "libagents/contract/json.hpp"
#include "libagents/contract/schema.hpp"

namespace agents {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view remote_prefix = "http://localhost:1234/";

expected<value> read_json(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  if (!in) return unexpected{errc::io, file.string() + ": cannot be read"};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  auto parsed = parse_json(text);
  if (!parsed) return unexpected{errc::bad_input, file.string() + ": " + parsed.error().message};
  return parsed;
}

struct suite_layout {
  fs::path tests;
  fs::path remotes;
};

suite_layout layout_of(const fs::path& dir) {
  std::error_code ignored;
  for (const auto& tests : {dir / "tests" / "draft2020-12", dir / "draft2020-12"})
    if (fs::is_directory(tests, ignored)) return {tests, tests.parent_path().parent_path() / "remotes"};
  if (fs::is_directory(dir / "remotes", ignored)) return {dir, dir / "remotes"};
  return {dir, fs::absolute(dir).lexically_normal().parent_path().parent_path() / "remotes"};
}

std::vector<fs::path> test_files(const fs::path& dir) {
  std::vector<fs::path> out;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator{dir, ignored})
    if (entry.is_regular_file(ignored) && entry.path().extension() == ".json") out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

/// Remote documents come from the folder; what has other URIs does not exist.
schema_options options_for(const fs::path& remotes) {
  schema_options out;
  out.load = [remotes](const std::string& uri) -> shared_value {
    if (!uri.starts_with(remote_prefix)) return nullptr;
    auto document = read_json(remotes / uri.substr(remote_prefix.size()));
    return document ? share(std::move(*document)) : nullptr;
  };
  return out;
}

class suite_runner {
 public:
  explicit suite_runner(const fs::path& remotes) : options_(options_for(remotes)) {}

  expected<void> run_file(const fs::path& file) {
    const auto groups = read_json(file);
    if (!groups) return groups.propagate();
    if (!groups->is_array())
      return unexpected{errc::bad_input, file.string() + ": must be a list of groups, each with schema and tests"};
    file_ = file.filename().string();
    for (const auto& group : groups->as_array())
      if (auto ok = run_group(group, file); !ok) return ok;
    return {};
  }

  suite_report report;

 private:
  expected<void> run_group(const value& group, const fs::path& file) {
    group_ = group.get_string("description");
    const auto* document = group.find("schema");
    const auto* tests = group.find("tests");
    if (!document || !tests || !tests->is_array())
      return unexpected{errc::bad_input, file.string() + ": the group \"" + group_ + "\" lacks schema or tests"};
    const auto compiled = schema::compile(*document, options_);
    for (const auto& test : tests->as_array()) {
      const auto* data = test.find("data");
      if (!data || !test.find("valid"))
        return unexpected{errc::bad_input,
                          file.string() + ": a test of the group \"" + group_ + "\" lacks data or valid"};
      if (!compiled)
        add_failure(test, "the schema does not compile: " + compiled.error().message);
      else
        run_test(test, *compiled, *data);
    }
    return {};
  }

  void run_test(const value& test, const schema& compiled, const value& data) {
    const bool should_be_valid = test.get_bool("valid");
    const auto result = compiled.check(data);
    // The reporting way must come to the same result as the fast one.
    const bool agrees = compiled.validate(data).empty() == result.has_value();
    if (result.has_value() == should_be_valid && agrees)
      ++report.passed;
    else if (!agrees)
      add_failure(test, "check and validate disagree");
    else
      add_failure(test, should_be_valid ? result.error().message : std::string{"an invalid value was accepted"});
  }

  void add_failure(const value& test, std::string why) {
    report.failed.push_back({file_, group_, std::string{test.get_string("description")}, std::move(why)});
  }

  schema_options options_;
  std::string file_;
  std::string group_;
};

}  // namespace

expected<suite_report> run_schema_suite(const fs::path& dir) {
  const auto layout = layout_of(dir);
  const auto files = test_files(layout.tests);
  if (files.empty())
    return unexpected{errc::not_found,
                      layout.tests.string() +
                          ": no *.json test files; give the root of the JSON Schema Test Suite, or a folder "
                          "of test files"};
  suite_runner runner{layout.remotes};
  for (const auto& file : files)
    if (auto ok = runner.run_file(file); !ok) return ok.propagate();
  return std::move(runner.report);
}

}  // namespace agents
