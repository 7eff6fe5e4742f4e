// SPDX-License-Identifier: Apache-2.0
#include "libagents/runtime/remote_modules.hpp"

#include <utility>

namespace agents {
namespace {

std::string difference(const manifest& registered, const manifest& offered) {
  if (registered.version != offered.version)
    return "the node has " + registered.name + " " + registered.version + ", this worker is " + offered.version +
           "; bring all workers to one version and restart the node";
  return "this worker offers something else than " + registered.name + " " + registered.version +
         ", as which the module is registered; give it a version of its own and restart the node";
}

}  // namespace

void remote_modules::expect(const std::string& module, std::vector<std::shared_ptr<supervised_remote>> places,
                            registrar r) {
  const std::lock_guard lock{mutex_};
  modules_[module] = {std::move(places), std::move(r), nullptr};
}

/// The first worker says what the module is; later ones must say the same.
expected<void> remote_modules::settle(expected_module& m, const manifest& of) {
  auto offered = of;
  offered.mode = execution_mode::process;
  if (m.known) {
    if (to_value(offered) == to_value(*m.known)) return {};
    return unexpected{errc::conflict, difference(*m.known, offered)};
  }
  const auto known = std::make_shared<const manifest>(std::move(offered));
  if (auto ok = m.enter(known); !ok) return ok;
  for (const auto& p : m.places) p->become(known);
  m.known = known;
  return {};
}

expected<worker_place> remote_modules::admit(const manifest& of, const std::string& who) {
  const std::lock_guard lock{mutex_};
  if (closed_) return unexpected{errc::overloaded, "the node is being stopped"};
  const auto found = modules_.find(of.name);
  if (found == modules_.end())
    return unexpected{errc::rejected, "the node expects no module \"" + of.name + "\" from elsewhere; add [module." +
                                          of.name + "] with remote = true to its configuration"};
  auto& m = found->second;
  if (auto ok = settle(m, of); !ok) return ok.propagate();
  for (const auto& p : m.places)
    if (auto place = p->take(who)) return std::move(*place);
  return unexpected{errc::overloaded, "all " + std::to_string(m.places.size()) + " places of " + of.name +
                                          " are taken or rest; raise its `replicas`, or wait for one to fall free"};
}

void remote_modules::close() {
  const std::lock_guard lock{mutex_};
  closed_ = true;
  modules_.clear();
}

}  // namespace agents
