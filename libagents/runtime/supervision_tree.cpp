// SPDX-License-Identifier: Apache-2.0
#include "libagents/runtime/supervision_tree.hpp"

#include <algorithm>
#include <future>
#include <set>
#include <utility>

namespace agents {
namespace {

using namespace supervision;

/// More than a busy supervisor ever needs for a turn.
constexpr std::chrono::seconds patience{2};

/// The node's own: modules are independent, and nothing takes the node down.
constexpr supervisor_flags root_flags{.strategy = strategy::one_for_one,
                                      .give_up = give_up::quarantine,
                                      .retry_first_start = true,
                                      .first_backoff = std::chrono::milliseconds{10}};

/// Between two lives of the root that crash: doubled each time.
constexpr duration first_root_pause = std::chrono::milliseconds{10};
constexpr duration longest_root_pause = std::chrono::seconds{5};

child_spec group_spec(const std::string& id) {
  child_spec c;
  c.id = id;
  c.type = child_type::supervisor;
  c.shutdown = infinity;
  return c;
}

child_spec module_spec(const std::string& id, const module_options& o, child_type type) {
  return {id, o.restart, type == child_type::supervisor ? infinity : o.shutdown, o.significant, type, o.depends_on};
}

child_type type_of(const module_options& o) {
  return o.replicas > 1 || o.supervisor.empty() ? child_type::supervisor : child_type::worker;
}

/// A second version of a module stands beside the first.
std::string id_of(const manifest& m, const std::vector<std::string>& members) {
  const bool taken = std::find(members.begin(), members.end(), m.name) != members.end();
  return taken ? m.name + " " + m.version : m.name;
}

value tree_below(const std::shared_ptr<supervisor_port>& port, object what, const std::function<void()>& meanwhile) {
  auto answer = std::make_shared<std::promise<supervisor_description>>();
  auto described = answer->get_future();
  port->describe([answer](supervisor_description d) { answer->set_value(std::move(d)); });
  if (meanwhile) meanwhile();
  if (described.wait_for(patience) != std::future_status::ready) return what;
  const auto d = described.get();
  what["strategy"] = std::string{to_string(d.flags.strategy)};
  what["intensity"] = static_cast<std::int64_t>(d.flags.intensity);
  what["period_seconds"] = seconds(d.flags.period);
  array children;
  for (const auto& c : d.children)
    children.push_back(c.below ? tree_below(c.below, c.what.as_object(), meanwhile) : c.what);
  what["children"] = std::move(children);
  return what;
}

}  // namespace

supervision_tree::supervision_tree(services& s, actor_host& host, const std::vector<group_options>& groups)
    : services_(s), host_(host) {
  groups_[""] = {root_flags, std::make_shared<supervised_group>(s, host, "root", root_flags), {}, {}};
  {
    const std::lock_guard lock{root_->mutex};
    start_root(1);
  }
  for (const auto& g : groups) {
    const auto made = std::make_shared<supervised_group>(s, host, g.name, g.flags);
    groups_[g.name] = {g.flags, made, {}, {}};
    auto& parent = groups_.at(g.parent);
    parent.members.push_back(g.name);
    parent.who->add({group_spec(g.name), made});
  }
}

supervision_tree::~supervision_tree() {
  const std::lock_guard lock{root_->mutex};
  root_->stopping = true;
}

/// Nobody is above the root: when it crashes itself, it is started anew here. The mutex of `root_` is held.
void supervision_tree::start_root(life_number which) {
  root_->began = services_.clock.now();
  groups_.at("").who->start(
      which,
      [this, which](start_result how, const std::string&) {
        if (how == start_result::failed) root_ended(which);
      },
      [this, which](const exit_reason&) { root_ended(which); });
}

/// It never ends in order but when the node stops. At once, but after short lives in a row later and later.
void supervision_tree::root_ended(life_number which) {
  const std::lock_guard lock{root_->mutex};
  if (root_->stopping) return;
  const bool was_short = services_.clock.now() - root_->began < longest_root_pause;
  root_->short_lives = was_short ? root_->short_lives + 1 : 0;
  if (root_->short_lives <= 1) return start_root(which + 1);
  const auto pause = std::min(longest_root_pause, first_root_pause * (1 << std::min(root_->short_lives - 2, 20)));
  services_.timers.at(services_.clock.now() + pause, [this, which, root = root_] {
    const std::lock_guard again{root->mutex};
    if (!root->stopping) start_root(which + 1);
  });
}

expected<void> supervision_tree::check(const manifest& module, const module_options& options) const {
  const std::lock_guard lock{mutex_};
  const auto found = groups_.find(options.supervisor);
  if (found == groups_.end())
    return unexpected{errc::not_found, "there is no supervisor `" + options.supervisor + "`; declare it"};
  const auto& g = found->second;
  if (options.supervisor.empty() && (options.restart != restart_type::permanent || options.significant))
    return unexpected{errc::bad_input, "module `" + module.name +
                                           "`: `restart` and `significant` only count below a supervisor; set "
                                           "`supervisor`, or leave them as they are"};
  if (auto ok = supervision::check(options.supervision, std::vector<child_spec>{}); !ok) return ok;
  const std::vector<std::string_view> members(g.members.begin(), g.members.end());
  if (auto ok = supervision::check(g.flags, module_spec(id_of(module, g.members), options, type_of(options)), members);
      !ok)
    return ok;
  return {};
}

std::shared_ptr<supervised_group> supervision_tree::of_module(const module_options& options, const std::string& id,
                                                              std::vector<declared_child> replicas) const {
  auto flags = options.supervision;
  if (!options.supervisor.empty()) flags.give_up = give_up::escalate;
  return std::make_shared<supervised_group>(services_, host_, id, flags, std::move(replicas));
}

std::string supervision_tree::id_for(const manifest& module, const module_options& options) const {
  const std::lock_guard lock{mutex_};
  const auto found = groups_.find(options.supervisor);
  return found == groups_.end() ? module.name : id_of(module, found->second.members);
}

std::vector<std::string> supervision_tree::dependents_of(const std::string& supervisor, const std::string& id) const {
  const std::lock_guard lock{mutex_};
  std::vector<std::string> out;
  for (const auto& [who, needs] : groups_.at(supervisor).needs)
    if (std::find(needs.begin(), needs.end(), id) != needs.end()) out.push_back(who);
  return out;
}

std::shared_ptr<supervised_group> supervision_tree::group_of(const std::string& supervisor) const {
  const std::lock_guard lock{mutex_};
  return groups_.at(supervisor).who;
}

void supervision_tree::terminate(const std::string& supervisor, const std::string& id, std::function<void()> done) {
  group_of(supervisor)->terminate(id, std::move(done));
}

void supervision_tree::restart(const std::string& supervisor, const std::string& id,
                               std::function<void(expected<void>)> done) {
  group_of(supervisor)->restart(id, std::move(done));
}

void supervision_tree::remove(const std::string& supervisor, const std::string& id, std::function<void()> done) {
  {
    const std::lock_guard lock{mutex_};
    auto& g = groups_.at(supervisor);
    std::erase(g.members, id);
    g.needs.erase(id);
  }
  group_of(supervisor)->remove(id, std::move(done));
}

void supervision_tree::add(const std::string& id, const child_maker& make_child, const module_options& options,
                           const std::vector<std::shared_ptr<replica>>& replicas) {
  const std::lock_guard lock{mutex_};
  auto& g = groups_.at(options.supervisor);
  g.members.push_back(id);
  if (!options.depends_on.empty()) g.needs[id] = options.depends_on;
  std::vector<declared_child> children;
  for (const auto& r : replicas) {
    child_spec c;
    c.id = r->name();
    c.shutdown = options.shutdown;
    children.push_back({std::move(c), make_child(r)});
  }
  if (type_of(options) == child_type::worker)
    g.who->add({module_spec(id, options, child_type::worker), children.front().who});
  else
    g.who->add({module_spec(id, options, child_type::supervisor), of_module(options, id, std::move(children))});
}

void supervision_tree::stop() {
  const std::lock_guard lock{root_->mutex};
  root_->stopping = true;
  groups_.at("").who->stop();
}

value supervision_tree::describe(const std::function<void()>& meanwhile) const {
  const auto root = groups_.at("").who->below();
  object what{{"id", "root"}, {"type", "supervisor"}};
  if (root) return tree_below(root, std::move(what), meanwhile);
  what["state"] = "restarting";
  what["children"] = array{};
  return what;
}

expected<void> check_groups(const std::vector<group_options>& groups) {
  std::set<std::string, std::less<>> names{""};
  for (const auto& g : groups) {
    const auto wrong = [&g](const std::string& why) {
      return unexpected{errc::bad_input, "supervisor `" + g.name + "`: " + why};
    };
    if (g.name.empty()) return unexpected{errc::bad_input, "a supervisor has no name"};
    if (!names.contains(g.parent)) return wrong("its parent `" + g.parent + "` is not declared before it");
    if (!names.insert(g.name).second) return wrong("is declared twice");
    if (g.flags.strategy == strategy::simple_one_for_one)
      return wrong("simple_one_for_one is for children of one kind");
    if (auto ok = check(g.flags, std::vector<child_spec>{}); !ok) return wrong(ok.error().message);
  }
  return {};
}

}  // namespace agents
