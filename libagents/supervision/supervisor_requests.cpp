// SPDX-License-Identifier: Apache-2.0
// The requests at run time: OTP's start_child, terminate_child, restart_child, delete_child.
#include "libagents/supervision/supervisor.hpp"

namespace agents::supervision {
namespace {

bool is_alive(child_phase p) {
  return p == child_phase::running || p == child_phase::starting || p == child_phase::stopping;
}

}  // namespace

void supervisor::on_request(const request& r) {
  if (r.what == request::kind::start_child) return add_child(r);
  if (is_simple() && r.what != request::kind::terminate_child)
    return reply(r.ticket, answer::refused, "not with the strategy simple_one_for_one");
  auto* c = find(r.child.id);
  if (!c) return reply(r.ticket, answer::not_found, "no child `" + r.child.id + "`");
  switch (r.what) {
    case request::kind::terminate_child: return terminate_child(r, *c);
    case request::kind::restart_child: return restart_child(r, *c);
    case request::kind::delete_child: return delete_child(r, *c);
    case request::kind::start_child: return;
  }
}

void supervisor::add_child(const request& r) {
  if (const auto* c = find(r.child.id))
    return reply(r.ticket, is_alive(c->phase) ? answer::already_started : answer::already_present);
  auto spec = r.child;
  if (is_simple()) {
    spec = template_;
    spec.id = r.child.id;
  }
  std::vector<std::string_view> before;
  if (!spec.depends_on.empty())
    for (const auto& [o, c] : children_) before.emplace_back(c.spec.id);
  if (auto ok = check(flags_, spec, before); !ok) return reply(r.ticket, answer::refused, ok.error().message);
  declare(std::move(spec));
  task t;
  t.what = task::kind::add;
  t.starts.push_back(last_order_);
  t.ticket = r.ticket;
  begin(std::move(t));
}

void supervisor::terminate_child(const request& r, child& c) {
  task t;
  t.what = task::kind::terminate;
  t.stops.push_back(orders_.at(c.spec.id));
  t.ticket = r.ticket;
  begin(std::move(t));
}

void supervisor::restart_child(const request& r, child& c) {
  if (is_alive(c.phase)) return reply(r.ticket, answer::running);
  if (c.phase == child_phase::restarting) return reply(r.ticket, answer::restarting);
  task t;
  t.what = task::kind::start_again;
  t.starts.push_back(orders_.at(c.spec.id));
  t.ticket = r.ticket;
  begin(std::move(t));
}

void supervisor::delete_child(const request& r, const child& c) {
  if (is_alive(c.phase)) return reply(r.ticket, answer::running);
  if (c.phase == child_phase::restarting) return reply(r.ticket, answer::restarting);
  forget(std::string{c.spec.id});
  reply(r.ticket, answer::ok);
}

}  // namespace agents::supervision
