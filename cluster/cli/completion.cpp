// SPDX-License-Identifier: Apache-2.0
#include "cluster/cli/completion.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace agents::cli {
namespace {

/// "bash zsh fish " for an argument that must be one of these: its type is shown as "TEXT:{bash,zsh,fish}".
std::string choices(const CLI::Option& option) {
  auto text = option.get_type_name();
  const auto begin = text.find('{');
  const auto end = text.find('}');
  if (!option.get_positional() || begin == std::string::npos || end == std::string::npos) return {};
  text = text.substr(begin + 1, end - begin - 1);
  std::replace(text.begin(), text.end(), ',', ' ');
  return text + " ";
}

std::string words(const CLI::App& app) {
  std::string out;
  for (const auto* sub : app.get_subcommands({})) out += sub->get_name() + " ";
  for (const auto* option : app.get_options()) {
    out += choices(*option);
    for (const auto& name : option->get_lnames()) out += "--" + name + " ";
  }
  return out;
}

/// The commands by their full path, "new module", with what may follow them.
void list_commands(const CLI::App& app, const std::string& path,
                   std::vector<std::pair<std::string, std::string>>& out) {
  for (const auto* sub : app.get_subcommands({})) {
    const auto name = path.empty() ? sub->get_name() : path + " " + sub->get_name();
    out.emplace_back(name, words(*sub));
    list_commands(*sub, name, out);
  }
}

void bash(const CLI::App& app, std::ostream& out) {
  std::vector<std::pair<std::string, std::string>> commands;
  list_commands(app, "", commands);
  std::string names;
  for (const auto& [name, following] : commands) names += (names.empty() ? "\"" : " | \"") + name + "\"";
  out << "_agents() {\n"
         "  local command=\"\" word words current=\"${COMP_WORDS[COMP_CWORD]}\"\n"
         "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
         "    case \"${command:+$command }$word\" in\n"
         "      "
      << names
      << ") command=\"${command:+$command }$word\" ;;\n"
         "    esac\n"
         "  done\n"
         "  case \"$command\" in\n"
         "    \"\") words=\""
      << words(app) << "\" ;;\n";
  for (const auto& [name, following] : commands) out << "    \"" << name << "\") words=\"" << following << "\" ;;\n";
  out << "  esac\n"
         "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\" || :; [[ -z $command ]] || compgen -f -- "
         "\"$current\")\n"
         "}\n"
         "complete -o filenames -F _agents agents\n";
}

/// Text inside single quotation marks, as fish reads it.
std::string quoted(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return "'" + out + "'";
}

void fish(const CLI::App& app, const std::string& condition, std::ostream& out) {
  const auto line = "complete -c agents -n " + quoted(condition);
  for (const auto* sub : app.get_subcommands({})) {
    out << line << " -a " << quoted(sub->get_name()) << " -d " << quoted(sub->get_description()) << '\n';
    fish(*sub, "__fish_seen_subcommand_from " + sub->get_name(), out);
  }
  for (const auto* option : app.get_options()) {
    if (const auto values = choices(*option); !values.empty()) out << line << " -a " << quoted(values) << '\n';
    for (const auto& name : option->get_lnames())
      out << line << " -l " << quoted(name) << " -d " << quoted(option->get_description()) << '\n';
  }
}

}  // namespace

exit_code print_completion(const CLI::App& app, const std::string& shell, const console& c) {
  if (shell == "fish") {
    fish(app, "__fish_use_subcommand", c.out);
    return exit_code::ok;
  }
  if (shell == "zsh") c.out << "autoload -U +X bashcompinit && bashcompinit\n";
  bash(app, c.out);
  return exit_code::ok;
}

}  // namespace agents::cli
