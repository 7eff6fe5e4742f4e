// SPDX-License-Identifier: Apache-2.0
#include "cluster/cli/completion.hpp"

#include <CLI/CLI.hpp>
#include <ostream>

namespace agents::cli {
namespace {

std::string words(const CLI::App& app) {
  std::string out;
  for (const auto* sub : app.get_subcommands({})) out += sub->get_name() + " ";
  for (const auto* option : app.get_options())
    for (const auto& name : option->get_lnames()) out += "--" + name + " ";
  return out;
}

/// "case" branches: one per command, nested commands by their full path.
void cases(const CLI::App& app, const std::string& path, std::ostream& out) {
  for (const auto* sub : app.get_subcommands({})) {
    const auto name = path.empty() ? sub->get_name() : path + " " + sub->get_name();
    out << "    \"" << name << "\") words=\"" << words(*sub) << "\" ;;\n";
    cases(*sub, name, out);
  }
}

void bash(const CLI::App& app, std::ostream& out) {
  out << "_agents() {\n"
         "  local path=\"\" word words\n"
         "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
         "    [[ $word == -* ]] && break\n"
         "    path=\"${path:+$path }$word\"\n"
         "  done\n"
         "  case \"$path\" in\n"
         "    \"\") words=\"" << words(app) << "\" ;;\n";
  cases(app, "", out);
  out << "    *) words=\"\" ;;\n"
         "  esac\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\") $(compgen -f -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
         "}\n"
         "complete -o filenames -F _agents agents\n";
}

void fish(const CLI::App& app, const std::string& condition, std::ostream& out) {
  for (const auto* sub : app.get_subcommands({})) {
    out << "complete -c agents -n '" << condition << "' -a '" << sub->get_name() << "' -d '" << sub->get_description() << "'\n";
    fish(*sub, "__fish_seen_subcommand_from " + sub->get_name(), out);
  }
  for (const auto* option : app.get_options())
    for (const auto& name : option->get_lnames())
      out << "complete -c agents -n '" << condition << "' -l '" << name << "' -d '" << option->get_description() << "'\n";
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
