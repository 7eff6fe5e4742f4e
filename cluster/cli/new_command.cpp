// SPDX-License-Identifier: Apache-2.0
#include "cluster/cli/new_command.hpp"

#include <filesystem>
#include <fstream>
#include <ostream>
#include <string_view>
#include <utility>
#include <vector>

#include "libagents/core/expected.hpp"

namespace agents::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view module_source = R"(#include "NAME.hpp"

// What goes in and what comes out: the fields are declared once; that gives the contract.
struct person {
  std::string name;
  AGENTS_FIELDS(name)
};

struct greeting {
  std::string text;
  AGENTS_FIELDS(text)
};

static agents::expected<greeting> greet(const person& who) {
  if (who.name.empty()) return agents::unexpected{agents::errc::rejected, "nobody to greet: the name is empty"};
  return greeting{"Hello, " + who.name + "!"};
}

agents::module NAME_module() {
  return agents::module("NAME", "1.0.0")
      .described("Greets a person")
      .offers("NAME.greet@1", greet, {.effect = agents::effect::pure});
}
)";

constexpr std::string_view module_header = R"(#pragma once

#include <libagents/module.hpp>

agents::module NAME_module();
)";

constexpr std::string_view test_source =
    R"(// Runs the module as it will run: supervised, its input and output checked against the contract.
#include <cstdio>
#include <libagents/runtime/node.hpp>

#include "NAME.hpp"

int main() {
  agents::node node{{}};
  if (auto ok = node.add(NAME_module); !ok) return std::fprintf(stderr, "%s\n", ok.error().message.c_str()), 1;
  const auto ask = [&node](const char* name) {
    return node.ask("NAME.greet@1", agents::object{{"name", name}}, std::chrono::seconds{5});
  };
  const auto answer = ask("Ada");
  const auto refused = ask("");
  const bool right = answer && (*answer)->get_string("text") == "Hello, Ada!" && !refused &&
                     refused.error().code == agents::errc::rejected;
  std::puts(right ? "NAME: all tests passed" : "NAME: a test failed");
  return right ? 0 : 1;
}
)";

constexpr std::string_view program_source =
    R"(// The `agents` program with your module in it: ./build/agents run job.toml --input name=Ada
#include <cluster/cli/program.hpp>

#include "NAME.hpp"

int main(int argc, char** argv) { return agents::program(argc, argv, {NAME_module}); }
)";

constexpr std::string_view job_source = R"(name = "NAME"
goal = "Greet somebody"

[input]
name = "world"

[[step]]
id = "greet"
ask = "NAME.greet@1"
with = { name = "{input.name}" }

[answer]
answer = "{greet.text}"
)";

constexpr std::string_view cmake_source = R"(cmake_minimum_required(VERSION 3.25)
project(NAME LANGUAGES CXX)
find_package(libagents REQUIRED)  # elsewhere than in /usr: -DCMAKE_PREFIX_PATH=(its installation or build folder)

add_library(NAME_module STATIC NAME.cpp)
target_compile_features(NAME_module PUBLIC cxx_std_20)
target_link_libraries(NAME_module PUBLIC libagents::runtime)

add_executable(agents main.cpp)
target_link_libraries(agents PRIVATE NAME_module libagents::program)

enable_testing()
add_executable(NAME_test NAME_test.cpp)
target_link_libraries(NAME_test PRIVATE NAME_module)
add_test(NAME NAME_test COMMAND NAME_test)
)";

bool is_identifier(std::string_view name) {
  return !name.empty() && name.size() <= 60 && name[0] >= 'a' && name[0] <= 'z' &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

std::string filled(std::string_view text, const std::string& name) {
  std::string out{text};
  for (auto at = out.find("NAME"); at != std::string::npos; at = out.find("NAME", at + name.size())) {
    if (out.compare(at, 9, "NAME NAME") == 0) {  // CMake's own keyword in add_test(NAME …) stays
      out.replace(at + 5, 4, name);
      continue;
    }
    out.replace(at, 4, name);
  }
  return out;
}

/// Where find_package finds the libagents that this program belongs to: its build folder or the prefix of its
/// installation. Empty when neither is there, as for a program that somebody else has built.
fs::path package_prefix() {
  std::error_code failure;
  const auto folder = fs::read_symlink("/proc/self/exe", failure).parent_path();
  if (fs::exists(folder / "libagentsConfig.cmake", failure)) return folder;
  const auto prefix = folder.parent_path();
  return folder.filename() == "bin" && fs::exists(prefix / "include" / "libagents" / "module.hpp", failure)
             ? prefix
             : fs::path{};
}

/// The option that CMake needs to find the package: none where it looks by itself.
std::string prefix_option() {
  const auto prefix = package_prefix();
  if (prefix == "/usr" || prefix == "/usr/local") return {};
  return " -DCMAKE_PREFIX_PATH=" + (prefix.empty() ? "DIR" : prefix.string());
}

std::string next_steps(const std::string& folder) {
  const auto option = prefix_option();
  const std::string explanation =
      option.ends_with("=DIR") ? "(DIR: where libagents is installed, or its build folder)\n" : "";
  return "  cmake -G Ninja -S " + folder + " -B " + folder + "/build" + option + " && cmake --build " + folder +
         "/build\n" + "  ctest --test-dir " + folder + "/build\n" + "  " + folder + "/build/agents run " + folder +
         "/job.toml --input name=Ada\n" + explanation;
}

expected<void> write(const fs::path& file, const std::string& text) {
  std::ofstream out{file, std::ios::binary};
  out << text;
  out.close();
  if (!out)
    return unexpected{errc::io,
                      "cannot write " + file.string() + "; check the permissions of the folder and the free space"};
  return {};
}

}  // namespace

exit_code new_module(const new_module_options& o, const console& c) {
  if (!is_identifier(o.name))
    return c.fail(
        {errc::bad_input,
         "\"" + o.name + "\" is no name for a module: use lowercase letters, digits and '_', beginning with a letter"});
  if (o.name == "main")
    return c.fail({errc::bad_input, "a module in `main.cpp` would take the place of the program; take another name"});
  const fs::path folder = o.folder.empty() ? fs::path{o.name} : fs::path{o.folder};
  std::error_code failure;
  if (fs::exists(folder, failure) && !fs::is_empty(folder, failure))
    return c.fail({errc::bad_input, folder.string() + " exists and is not empty; choose another --folder"});
  fs::create_directories(folder, failure);
  if (failure) return c.fail({errc::io, "cannot create " + folder.string() + ": " + failure.message()});
  const std::vector<std::pair<std::string, std::string_view>> files{
      {o.name + ".hpp", module_header}, {o.name + ".cpp", module_source}, {o.name + "_test.cpp", test_source},
      {"main.cpp", program_source},     {"job.toml", job_source},         {"CMakeLists.txt", cmake_source}};
  array written;
  for (const auto& [name, text] : files) {
    if (auto ok = write(folder / name, filled(text, o.name)); !ok) return c.fail(ok.error());
    written.emplace_back((folder / name).string());
  }
  if (c.json) return c.print(object{{"module", o.name}, {"files", std::move(written)}}), exit_code::ok;
  c.out << "wrote " << folder.string() << "/: the module, its test, a program with it and a job\n\n"
        << next_steps(folder.string());
  return exit_code::ok;
}

}  // namespace agents::cli
