// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "actors/plan/contract_options.hpp"
#include "actors/plan/schema_parts.hpp"
#include "libagents/contract/version.hpp"
#include "libagents/core/value.hpp"

/// The AND-OR graph of the contract planner: goals (a value of a type is wanted; any one support will do) and
/// applications (a capability is asked; all premises must hold). It is built backwards from what the user wants, may
/// contain cycles, and is polynomial in the size of the catalog: each goal and each application exists once.
namespace agents::composing {

inline constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

/// One way to satisfy a goal: a member (or the whole, "") of what an application gives, or an input of the task.
struct support {
  std::size_t application = none;  ///< none: the task's input named `path`
  std::string path;
  double penalty = 0;    ///< for weak evidence that the types mean the same; see goal_graph.cpp
  std::string unproven;  ///< not empty: the compatibility is assumed, and why it could not be proven
};

struct goal {
  std::vector<std::string> names;  ///< names of inputs and members that fit; empty: only the type counts
  value schema;
  bool iterated = false;  ///< feeds `each`
  std::string wanted_by;  ///< "member `package` of licence.segment@1"
  std::vector<support> supports;
  std::vector<std::string> misses;  ///< what almost fitted and why not, nearest first
};

struct premise {
  std::string member;  ///< of the application's input; "" = the whole input
  std::size_t goal = 0;
  bool iterated = false;  ///< the goal is a list, and its items go here
};

struct application {
  enum class shape : std::uint8_t {
    single,     ///< the capability, once
    mapped,     ///< the capability, once per item of a list: gives a list
    collected,  ///< no step: a list of one value
    assembled,  ///< no step: an object of several values; only for what the user wants
    done,       ///< a finished step of the previous plan
  };
  shape how = shape::single;
  std::size_t option = none;  ///< none for `collected` and `assembled`
  std::vector<premise> premises;
  double cost = 0;
};

struct goal_graph {
  std::vector<goal> goals;  ///< the first is what the user wants
  std::vector<application> applications;
  bool cut = false;  ///< a limit was reached: there may be more
};

/// What is wanted: a type, or the output of a capability.
struct wanted {
  value schema = true;
  std::optional<capability_ref> capability;
};

/// Builds the graph. `given`: the task's inputs (an object).
[[nodiscard]] goal_graph expand(const wanted& want, const value& given, const option_table& options, fit_checker& fits);

}  // namespace agents::composing
