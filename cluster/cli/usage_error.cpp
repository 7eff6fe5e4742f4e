// SPDX-License-Identifier: Apache-2.0
#include "cluster/cli/usage_error.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/cli/suggestion.hpp"

namespace agents::cli {
namespace {

const CLI::App* child_of(const CLI::App& app, const std::string& name) {
  for (const auto* sub : app.get_subcommands({}))
    if (sub->get_name() == name) return sub;
  return nullptr;
}

std::string no_such_command(const CLI::App& parent, const std::string& path, const std::string& word) {
  std::vector<std::string> names;
  for (const auto* sub : parent.get_subcommands({})) names.push_back(sub->get_name());
  const auto near = nearest_name(word, names);
  return "there is no command `" + path + word + "`" + (near.empty() ? "" : "; did you mean `" + path + near + "`?") +
         (near.empty() ? ";" : "") + " `agents " + path + "--help` lists them";
}

/// "" when every command that is named exists.
std::string unknown_command(const CLI::App& app, int argc, char** argv) {
  const auto* at = &app;
  std::string path;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (at->get_subcommands({}).empty() || word == "--") return {};
    if (word.starts_with('-')) continue;
    const auto* sub = child_of(*at, word);
    if (!sub) return no_such_command(*at, path, word);
    at = sub;
    path += word + " ";
  }
  return {};
}

bool asks_for_json(int argc, char** argv) {
  const auto end = std::find_if(argv, argv + argc, [](const char* word) { return std::string_view{word} == "--"; });
  return std::any_of(argv, end, [](const char* word) { return std::string_view{word} == "--json"; });
}

}  // namespace

exit_code tell_usage_error(const CLI::App& app, const CLI::ParseError& e, int argc, char** argv) {
  const auto unknown = unknown_command(app, argc, argv);
  const bool json = asks_for_json(argc, argv);
  if (unknown.empty() && !json) {
    (void)app.exit(e);
    return exit_code::usage;
  }
  return standard_console(json).fail({errc::bad_input, unknown.empty() ? e.what() : unknown});
}

}  // namespace agents::cli
