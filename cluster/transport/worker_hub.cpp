// SPDX-License-Identifier: Apache-2.0
#include "cluster/transport/worker_hub.hpp"

#include <atomic>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "cluster/transport/hub_link_impl.hpp"
#include "cluster/transport/private_folder.hpp"
#include "cluster/transport/stream_router.hpp"
#include "libagents/wire/limits.hpp"

namespace agents {
namespace {

/// A manifest, and an envelope.
constexpr std::size_t first_message_bytes = (std::size_t{1} << 20) + wire::max_envelope_bytes;
/// At the door of one worker. It needs one; a second may be there for a moment when it reconnects.
constexpr std::size_t connections = 4;

/// 128 random bits as hexadecimal digits.
std::string make_token(random& r) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string token;
  for (int word = 0; word < 2; ++word)
    for (auto bits = r.next(); token.size() < static_cast<std::size_t>(16 * (word + 1)); bits >>= 4)
      token += digits[bits & 15];
  return token;
}

}  // namespace

/// Which connection belongs to which link.
class worker_hub::links final : public router_listener {
 public:
  links(const clock& c, random& r, private_folder folder) : clock_(c), random_(r), folder_(std::move(folder)) {}

  expected<void> listen() {
    auto opened =
        stream_router::create(*this, {.first_message_bytes = first_message_bytes, .connections = connections});
    if (!opened) return opened.propagate();
    router_ = std::move(*opened);
    router_->start();
    return {};
  }

  expected<worker_invitation> invite(std::weak_ptr<wire::worker_listener> listener,
                                     wire::node_session_settings settings) {
    settings.number = 1 + static_cast<std::int64_t>(random_.below(wire::max_number));
    auto link = std::make_shared<hub_link>(clock_, settings, std::move(listener));
    auto token = make_token(random_);
    const auto door = router_->open_door(folder_.path() / ("w" + std::to_string(++doors_)));
    if (!door) return door.propagate();
    const std::lock_guard lock{mutex_};
    invited_.emplace(token, seat{link, door->id});
    return worker_invitation{door->endpoint, std::move(token), std::move(link)};
  }

  /// Tells every worker goodbye; afterwards links send nothing.
  void stop() {
    const auto all = every_link();
    for (const auto& link : all) link->close(errc::none, "the node stops");
    for (const auto& link : all) link->disconnect();
    router_->stop();
  }

  void on_damage(const sender& from, const error& what) override {
    if (const auto link = link_of(from.id)) link->on_damage(what);
  }

  void on_frames(const sender& who, wire::frames f) override {
    const auto& from = who.id;
    auto e = wire::decode(std::move(f));
    auto link = link_of(from);
    if (!link && e)
      if (const auto* h = std::get_if<wire::hello>(&e->body)) link = admit(from, *h);
    if (link && e) return link->on_envelope(std::move(*e));
    if (link) return link->on_damage(e.error());
    if (!e) return refuse(from, e.error());
    if (!std::holds_alternative<wire::hello>(e->body))
      return refuse(from, {errc::not_found, "there is no session on this connection; say hello"});
    refuse(from, {errc::rejected, "the token is not expected; the node that starts a worker gives it one"});
  }

  void on_tick() override {
    for (const auto& link : every_link()) link->on_tick();
    forget_closed();
  }

 private:
  /// A link, and the door at which its worker arrives.
  struct seat {
    std::shared_ptr<hub_link> link;
    std::uint64_t door = 0;
  };

  std::shared_ptr<hub_link> link_of(const peer_id& peer) {
    const std::lock_guard lock{mutex_};
    const auto found = connected_.find(peer);
    return found == connected_.end() ? nullptr : found->second.link;
  }

  /// The link that expects this worker. A token is good for one connection.
  std::shared_ptr<hub_link> admit(const peer_id& from, const wire::hello& h) {
    const std::lock_guard lock{mutex_};
    const auto found = invited_.find(h.token);
    if (found == invited_.end()) return nullptr;
    auto of = std::move(found->second);
    invited_.erase(found);
    of.link->connect(*router_, from);
    return connected_.emplace(from, std::move(of)).first->second.link;
  }

  void refuse(const peer_id& to, const error& why) {
    auto f = wire::encode({0, wire::refuse{why.code, why.message, {wire::version}}});
    if (f) (void)router_->send(to, std::move(*f));  // a stranger that has gone already
    router_->part(to);
  }

  std::vector<std::shared_ptr<hub_link>> every_link() {
    const std::lock_guard lock{mutex_};
    std::vector<std::shared_ptr<hub_link>> all;
    for (const auto& [token, s] : invited_) all.push_back(s.link);
    for (const auto& [peer, s] : connected_) all.push_back(s.link);
    return all;
  }

  void forget_closed() {
    const std::lock_guard lock{mutex_};
    const auto is_over = [this](const auto& entry) {
      if (!entry.second.link->is_closed()) return false;
      router_->close_door(entry.second.door);
      return true;
    };
    std::erase_if(invited_, is_over);
    std::erase_if(connected_, is_over);
  }

  const clock& clock_;
  random& random_;
  private_folder folder_;
  std::atomic<std::uint64_t> doors_{0};
  std::mutex mutex_;
  std::unordered_map<std::string, seat> invited_;  ///< by token
  std::unordered_map<peer_id, seat> connected_;
  std::unique_ptr<stream_router> router_;
};

worker_hub::worker_hub(std::unique_ptr<links> l) : links_(std::move(l)) {}
worker_hub::~worker_hub() { links_->stop(); }

expected<std::unique_ptr<worker_hub>> worker_hub::open(const clock& c, random& r) {
  auto folder = private_folder::create();
  if (!folder) return folder.propagate();
  auto l = std::make_unique<links>(c, r, std::move(*folder));
  if (auto ok = l->listen(); !ok) return ok.propagate();
  return std::unique_ptr<worker_hub>{new worker_hub{std::move(l)}};
}

expected<worker_invitation> worker_hub::invite(std::weak_ptr<wire::worker_listener> listener,
                                               wire::node_session_settings settings) {
  return links_->invite(std::move(listener), settings);
}

}  // namespace agents
