// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cluster/transport/served_call_impl.hpp"
#include "libagents/contract/msgpack.hpp"

namespace agents {
namespace {

constexpr duration longest_sleep = std::chrono::hours{24 * 365};

}  // namespace

served_call::~served_call() {
  coroutine.reset();  // first: its frame may hold what lives in us
  for (const auto& [ask, done] : asks_)
    connection_.input([id = ask](auto& s, auto now, auto& out) { s.drop_ask(id, now, out); });
  std::erase_if(sleepers_, [this](const auto& entry) { return entry.second.first == id_; });
}

std::optional<expected<shared_value>> served_call::ask(std::string_view capability, shared_value input,
                                                       duration timeout, continuation done) {
  const auto limit = std::min(timeout, request_.deadline - now());
  auto begun = connection_.input([&](auto& s, auto now, auto& out) {
    return s.begin_ask(id_, std::string{capability}, pack(*input), limit, now, out);
  });
  if (!begun) return begun.propagate();
  asks_.emplace(*begun, std::move(done));
  return std::nullopt;
}

void served_call::sleep(duration d, continuation done) {
  sleeps_.emplace(++last_ticket_, std::move(done));
  sleepers_.emplace(now() + std::min(d, longest_sleep), std::pair{id_, last_ticket_});
}

void served_call::emit(value chunk) {
  auto packed = pack(chunk);
  if (!incomplete_) incomplete_ = !connection_.emit(id_, packed, request_.deadline);
}

void served_call::progress(std::string text) {
  connection_.input([&](auto& s, auto now, auto& out) { s.tell_progress(id_, std::move(text), now, out); });
}

void served_call::charge(std::int64_t micro_money, std::int64_t tokens) {
  if (!charged_) charged_.emplace();
  charged_->micro_money += std::max<std::int64_t>(0, micro_money);
  charged_->tokens += std::max<std::int64_t>(0, tokens);
}

bool served_call::resume_ask(std::int64_t ask, expected<shared_value> r) {
  auto found = asks_.extract(ask);
  if (found.empty()) return false;
  found.mapped()(std::move(r));
  return true;
}

bool served_call::resume_sleep(std::uint64_t ticket) {
  auto found = sleeps_.extract(ticket);
  if (found.empty()) return false;
  found.mapped()(shared_value{});
  return true;
}

}  // namespace agents
