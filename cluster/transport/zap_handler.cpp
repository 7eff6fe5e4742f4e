// SPDX-License-Identifier: Apache-2.0
#include "cluster/transport/zap_handler_impl.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "libagents/core/assert.hpp"

namespace agents {
namespace {

/// Frames of a request: version, id, domain, address, routing id, mechanism, credentials.
constexpr std::size_t request_frames = 7;
constexpr std::size_t key_bytes = 32;

std::string z85_of(const std::string& key) {
  std::array<char, key_bytes / 4 * 5 + 1> text{};
  zmq_z85_encode(text.data(), reinterpret_cast<const std::uint8_t*>(key.data()), key.size());
  return text.data();
}

}  // namespace

zap_handler::zap_handler(const zmq_context& context, judge admits)
    : admits_(std::move(admits)), socket_(context, ZMQ_REP), stop_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  AGENTS_ASSERT(stop_ >= 0);
  AGENTS_ASSERT(zmq_bind(socket_.get(), "inproc://zeromq.zap.01") == 0);
  thread_ = std::thread{[this] { serve(); }};
}

zap_handler::~zap_handler() {
  const std::uint64_t one = 1;
  (void)!::write(stop_, &one, sizeof one);
  thread_.join();
  ::close(stop_);
}

void zap_handler::serve() {
  std::array<zmq_pollitem_t, 2> items{{{socket_.get(), 0, ZMQ_POLLIN, 0}, {nullptr, stop_, ZMQ_POLLIN, 0}}};
  while (zmq_poll(items.data(), items.size(), -1) >= 0 && items[1].revents == 0) {
    const auto request = socket_.receive(request_frames);
    if (request) (void)socket_.send(answer_to(*request));
  }
}

/// 200 or 400. "400" is told to the peer, so that its owner learns why.
std::vector<std::string> zap_handler::answer_to(const std::vector<std::string>& request) const {
  const bool whole = request.size() == request_frames && request[0] == "1.0";
  const std::string id = request.size() > 1 ? request[1] : "";
  if (!whole || request[5] != "CURVE" || request[6].size() != key_bytes)
    return {"1.0", id, "400", "only CURVE is spoken here", "", ""};
  const auto key = z85_of(request[6]);
  if (admits_(key, request[3])) return {"1.0", id, "200", "OK", key, ""};
  return {"1.0", id, "400", "this key is not allowed", "", ""};
}

}  // namespace agents
