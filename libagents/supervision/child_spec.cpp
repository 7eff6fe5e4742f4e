// SPDX-License-Identifier: Apache-2.0
#include "libagents/supervision/child_spec.hpp"

#include <algorithm>

namespace agents::supervision {
namespace {

unexpected wrong(const child_spec& child, const std::string& why) {
  return unexpected{errc::bad_input, "child `" + child.id + "`: " + why};
}

}  // namespace

expected<void> check(const supervisor_flags& flags, const child_spec& child,
                     const std::vector<std::string_view>& declared_before) {
  if (child.id.empty()) return unexpected{errc::bad_input, "a child has no id"};
  if (std::find(declared_before.begin(), declared_before.end(), child.id) != declared_before.end())
    return unexpected{errc::conflict, "child `" + child.id + "` is declared twice"};
  if (child.shutdown < duration::zero()) return wrong(child, "`shutdown` is negative");
  if (child.significant && child.restart == restart_type::permanent)
    return wrong(child, "a permanent child cannot be significant; make it transient or temporary");
  if (child.significant && flags.auto_shutdown == auto_shutdown::never)
    return wrong(child, "`significant` has no effect with `auto_shutdown` = \"never\"; change one of them");
  if (!child.depends_on.empty() && flags.strategy != strategy::one_for_one)
    return wrong(child, "`depends_on` goes with the strategy one_for_one");
  for (const auto& needed : child.depends_on)
    if (std::find(declared_before.begin(), declared_before.end(), needed) == declared_before.end())
      return wrong(child, "`depends_on` names `" + needed + "`, which is not declared before it");
  return {};
}

expected<void> check(const supervisor_flags& flags, const std::vector<child_spec>& children) {
  if (flags.strategy == strategy::simple_one_for_one && children.size() != 1)
    return unexpected{errc::bad_input, "simple_one_for_one needs exactly one child spec, the template of its children"};
  if (flags.period <= duration::zero()) return unexpected{errc::bad_input, "`period` must be longer than 0"};
  std::vector<std::string_view> before;
  for (const auto& c : children) {
    if (auto ok = check(flags, c, before); !ok) return ok;
    before.emplace_back(c.id);
  }
  return {};
}

std::string_view to_string(strategy s) noexcept {
  switch (s) {
    case strategy::one_for_one: return "one_for_one";
    case strategy::one_for_all: return "one_for_all";
    case strategy::rest_for_one: return "rest_for_one";
    case strategy::simple_one_for_one: return "simple_one_for_one";
  }
  return "?";
}

std::string_view to_string(restart_type r) noexcept {
  switch (r) {
    case restart_type::permanent: return "permanent";
    case restart_type::transient: return "transient";
    case restart_type::temporary: return "temporary";
  }
  return "?";
}

std::string_view to_string(exit_reason::kind k) noexcept {
  switch (k) {
    case exit_reason::kind::normal: return "normal";
    case exit_reason::kind::shutdown: return "shutdown";
    case exit_reason::kind::killed: return "killed";
    case exit_reason::kind::crashed: return "crashed";
  }
  return "?";
}

}  // namespace agents::supervision
