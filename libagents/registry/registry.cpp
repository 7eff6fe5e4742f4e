// SPDX-License-Identifier: Apache-2.0
#include "libagents/registry/registry.hpp"

#include <algorithm>
#include <mutex>

namespace agents {
namespace {

constexpr std::size_t max_cached_references = 4096;

unexpected in_module(const manifest& m, const capability_contract& c, const error& e) {
  return {e.code, "module \"" + m.name + "\", capability \"" + c.id + "\": " + e.message};
}

expected<shared_offer> make_offer(const std::shared_ptr<const manifest>& m, std::size_t number,
                                  const std::vector<std::shared_ptr<replica_handle>>& replicas,
                                  const circuit_options& circuit, const std::shared_ptr<version_traffic>& traffic) {
  const auto& contract = m->capabilities[number];
  auto id = capability_id::parse(contract.id);
  if (!id) return in_module(*m, contract, id.error());
  auto input = schema::compile(contract.input);
  if (!input) return in_module(*m, contract, input.error());
  auto output = schema::compile(contract.output);
  if (!output) return in_module(*m, contract, output.error());
  return shared_offer{std::make_shared<offer>(offer{m, &contract, number, std::move(*id), std::move(*input),
                                                    std::move(*output), std::make_shared<reliability>(), replicas,
                                                    std::make_shared<circuit_breaker>(circuit), traffic})};
}

}  // namespace

expected<void> registry::add(std::shared_ptr<const manifest> m,
                             const std::vector<std::shared_ptr<replica_handle>>& replicas,
                             const circuit_options& circuit, double share) {
  if (auto ok = check(*m); !ok) return ok;
  const auto traffic = std::make_shared<version_traffic>();
  traffic->share = share;
  std::vector<shared_offer> fresh;
  for (std::size_t i = 0; i < m->capabilities.size(); ++i) {
    auto o = make_offer(m, i, replicas, circuit, traffic);
    if (!o) return o.propagate();
    fresh.push_back(std::move(*o));
  }
  const std::unique_lock lock{mutex_};
  for (const auto& o : offers_)
    if (o->from->name == m->name && o->from->version == m->version)
      return unexpected{errc::conflict, "module \"" + m->name + "\" " + m->version +
                                            " is registered already; give the new one another name or version"};
  offers_.insert(offers_.end(), fresh.begin(), fresh.end());
  resolved_.clear();
  return {};
}

void registry::remove(std::string_view module, std::string_view version) {
  const std::unique_lock lock{mutex_};
  std::erase_if(offers_, [&](const shared_offer& o) { return o->from->name == module && o->from->version == version; });
  resolved_.clear();
}

expected<offers> registry::resolve(std::string_view reference) const {
  {
    const std::shared_lock lock{mutex_};
    const auto found = resolved_.find(reference);
    if (found != resolved_.end()) return found->second;
  }
  const auto wanted = capability_ref::parse(reference);
  if (!wanted) return wanted.propagate();
  const std::unique_lock lock{mutex_};
  auto matching = std::make_shared<std::vector<shared_offer>>();
  for (const auto& o : offers_)
    if (o->id.name == wanted->name && wanted->range.matches(o->id.version)) matching->push_back(o);
  if (resolved_.size() >= max_cached_references) resolved_.clear();
  resolved_.emplace(std::string{reference}, matching);
  return offers{std::move(matching)};
}

std::vector<shared_offer> registry::all() const {
  const std::shared_lock lock{mutex_};
  return offers_;
}

std::vector<shared_offer> registry::of(std::string_view module, std::string_view version) const {
  const std::shared_lock lock{mutex_};
  std::vector<shared_offer> out;
  for (const auto& o : offers_)
    if (o->from->name == module && o->from->version == version) out.push_back(o);
  return out;
}

shared_offer registry::find(std::string_view module, std::string_view version, std::string_view reference) const {
  const auto found = resolve(reference);
  if (!found) return nullptr;
  for (const auto& o : **found)
    if (o->from->name == module && (version.empty() || o->from->version == version)) return o;
  return nullptr;
}

value catalog(const registry& r) {
  array rows;
  for (const auto& o : r.all())
    rows.emplace_back(object{{"module", o->from->name},
                             {"version", o->from->version},
                             {"capability", o->contract->id},
                             {"effect", to_string(o->contract->effect)},
                             {"input", o->contract->input},
                             {"output", o->contract->output},
                             {"money", static_cast<double>(o->contract->micro_money) / 1e6},
                             {"tokens", o->contract->tokens},
                             {"reliability", o->quality->mean()},
                             {"latency_seconds", seconds(o->quality->latency())}});
  return rows;
}

}  // namespace agents
