// SPDX-License-Identifier: Apache-2.0
#include "cluster/transport/termination_impl.hpp"

#include <atomic>

namespace agents {
namespace {

std::atomic<bool> wanted{false};
static_assert(std::atomic<bool>::is_always_lock_free);  // a signal handler writes it

void on_signal(int) { wanted.store(true); }

}  // namespace

termination::termination() {
  wanted.store(false);
  if (::sigaction(SIGTERM, nullptr, &before_) != 0 || before_.sa_handler != SIG_DFL) return;
  struct sigaction ours {};
  ours.sa_handler = on_signal;
  sigemptyset(&ours.sa_mask);
  installed_ = ::sigaction(SIGTERM, &ours, nullptr) == 0;
}

termination::~termination() {
  if (installed_) ::sigaction(SIGTERM, &before_, nullptr);
}

bool termination::is_wanted() { return wanted.load(); }

}  // namespace agents
