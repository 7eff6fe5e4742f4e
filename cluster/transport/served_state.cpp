// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>

#include "cluster/transport/served_state_impl.hpp"
#include "libagents/contract/msgpack.hpp"

namespace agents {

expected<void> served_state::restore(const wire::welcome& from) {
  sent_.reset();
  if (!from.state || !module_.state()) return {};
  auto saved = wire::decode_payload(from.saved, "the saved state");
  auto ok = saved ? restore_state(*module_.state(), static_cast<std::uint32_t>(*from.state), std::move(*saved))
                  : expected<void>{saved.propagate()};
  if (ok) return ok;
  return unexpected{errc::crashed, "its saved state cannot be restored: " + ok.error().message};
}

void served_state::save() {
  const auto* s = module_.state();
  if (!s) return;
  auto bytes = pack(s->save());
  if (sent_ == bytes) return;
  sent_ = bytes;
  const auto number = connection_.input([&](auto& session, auto now, auto& out) {
    return session.save_state(static_cast<std::int64_t>(s->version), std::move(bytes), now, out);
  });
  if (!number && number.error().code == errc::bad_input) throw std::length_error{number.error().message};
}

void served_state::handler_ended() {
  if (module_.state() && module_.state()->when == save_time::after_each_call) save();
}

}  // namespace agents
