// SPDX-License-Identifier: Apache-2.0
#include "cluster/transport/reconnection.hpp"

#include <algorithm>

namespace agents {
namespace {

/// What the node says of the worker itself, and what happened inside of it, is the same next time.
bool is_final(errc code) {
  switch (code) {
    case errc::bad_input:
    case errc::rejected:
    case errc::conflict:
    case errc::unsupported:
    case errc::corrupt:
    case errc::crashed: return true;
    default: return false;
  }
}

}  // namespace

std::optional<duration> reconnection::pause_after(const expected<void>& session, bool welcomed) {
  if (!session && is_final(session.error().code)) return std::nullopt;
  if (welcomed) next_ = first;
  const auto pause = next_;
  next_ = std::min(longest, next_ * 2);
  // Many workers that lost one node do not come back in step.
  return std::chrono::duration_cast<duration>(pause * (0.5 + jitter_.unit() / 2));
}

}  // namespace agents
