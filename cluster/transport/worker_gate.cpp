// SPDX-License-Identifier: Apache-2.0
#include "cluster/transport/worker_gate.hpp"

#include <algorithm>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "cluster/keys/allow_list.hpp"
#include "cluster/transport/gate_alerts_impl.hpp"
#include "cluster/transport/hub_link_impl.hpp"
#include "cluster/transport/tcp_address.hpp"
#include "libagents/contract/manifest_reader.hpp"
#include "libagents/core/open_files.hpp"
#include "libagents/wire/limits.hpp"

namespace agents {
namespace {

constexpr duration look_at_keys_every = std::chrono::milliseconds{250};
/// After a connection has broken, sessions look for so many ticks whether it was theirs: ZeroMQ's socket may learn of
/// it a little later than its monitor.
constexpr int probes = 3;

expected<manifest> manifest_of(const wire::hello& h) {
  const auto v = wire::decode_manifest(h);
  if (!v) return unexpected{errc::bad_input, v.error().message};
  auto m = read_manifest(*v);
  if (!m) return unexpected{errc::bad_input, m.error().message};
  return m;
}

/// ZeroMQ chose it, not the peer: then it begins with a zero byte.
bool is_anonymous(const peer_id& id) { return !id.empty() && id.front() == '\0'; }

}  // namespace

class worker_gate::door final : public router_listener {
 public:
  door(const gate_settings& s, seams with) : settings_(s), with_(std::move(with)), alerts_(with_.time, with_.publish) {
    if (s.keys) allowed_.emplace(*s.keys);
  }

  expected<void> listen();
  void stop();
  [[nodiscard]] const std::string& endpoint() const { return router_->endpoint(); }
  [[nodiscard]] const std::optional<public_key>& key() const { return key_; }
  [[nodiscard]] value describe() const;

 private:
  struct session {
    std::shared_ptr<hub_link> link;
    std::string key;  ///< Z85; "" without encryption
    std::string worker;
    std::string module;
  };

  void on_frames(const sender& from, wire::frames f) override;
  void on_tick() override;
  void on_connection_lost() override { probes_left_ = probes, probe(); }
  void on_turned_away(int count) override { alerts_.count_turned_away(count, connections_); }
  void on_failed_handshake() override { alerts_.count_failed_handshake(); }
  bool admits(const std::string& key, const std::string& address) override;

  [[nodiscard]] std::shared_ptr<hub_link> link_of(const sender& from);
  void greet(const sender& from, wire::envelope e);
  [[nodiscard]] expected<std::optional<allowed_key>> key_of(const sender& from);
  [[nodiscard]] expected<std::string> name_of(const sender& from, const std::optional<allowed_key>& known,
                                              const manifest& m);
  [[nodiscard]] std::shared_ptr<hub_link> seat(const sender& from, const std::string& worker, const manifest& m,
                                               const worker_place& place);
  void refuse(const sender& to, const error& why);
  void look_at_keys();
  void probe();
  [[nodiscard]] bool is_allowed(const session& s) const;
  [[nodiscard]] std::vector<session> sessions() const;

  const gate_settings settings_;
  const seams with_;
  gate_alerts alerts_;
  std::size_t connections_ = 0;
  std::optional<allow_list> allowed_;
  std::optional<public_key> key_;
  time_point keys_looked_at_{};  ///< this and the next two: the router's thread
  std::uint64_t keys_seen_ = 0;
  int probes_left_ = 0;
  mutable std::mutex mutex_;
  std::unordered_map<peer_id, session> sessions_;
  std::unique_ptr<router> router_;
};

expected<void> worker_gate::door::listen() {
  tcp_options tcp{settings_.address, std::nullopt};
  if (settings_.keys) {
    const auto own = settings_.keys->own(settings_.key);
    if (!own) return own.propagate();
    tcp.secret_key = own->secret;
    key_ = own->open;
    if (auto ok = parse_tcp_address(settings_.address); !ok) return ok.propagate();
  } else if (auto ok = check_plain_address(settings_.address); !ok) {
    return ok;
  }
  router_options options;
  options.first_message_bytes = wire::max_manifest_bytes + wire::max_envelope_bytes;
  connections_ = options.connections = std::min(settings_.connections, open_file_limit() / 2);
  auto opened = router::open(tcp, *this, options);
  if (!opened) return opened.propagate();
  router_ = std::move(*opened);
  router_->start();
  return {};
}

/// Tells every worker goodbye; afterwards links send nothing.
void worker_gate::door::stop() {
  if (!router_) return;
  const auto all = sessions();
  for (const auto& s : all) s.link->close(errc::none, "the node stops");
  for (const auto& s : all) s.link->disconnect();
  router_->stop();
}

// --- The handshake: the ZAP handler's thread ---

bool worker_gate::door::admits(const std::string& key, const std::string& address) {
  const auto who = public_key::parse(key);
  if (!who) return false;
  if (allowed_->find(*who)) return true;
  if (allowed_->refresh() && allowed_->find(*who)) return true;  // allowed just now
  alerts_.tell_of_stranger(key, "refused a connection from " + address + ": the key " + who->fingerprint() +
                                    " is not allowed. If it should be: agents keys allow '" + key +
                                    "' --name NAME --module MODULE");
  return false;
}

// --- The router's thread ---

void worker_gate::door::on_frames(const sender& from, wire::frames f) {
  auto e = wire::decode(std::move(f));
  if (const auto link = link_of(from)) return e ? link->on_envelope(std::move(*e)) : link->on_damage(e.error());
  if (!e) return refuse(from, e.error());
  if (!std::holds_alternative<wire::hello>(e->body))
    return refuse(from, {errc::not_found, "there is no session on this connection; say hello"});
  greet(from, std::move(*e));
}

/// A routing id that passes from one key to another would pass the session on.
std::shared_ptr<hub_link> worker_gate::door::link_of(const sender& from) {
  std::shared_ptr<hub_link> stolen;
  {
    const std::lock_guard lock{mutex_};
    const auto found = sessions_.find(from.id);
    if (found == sessions_.end()) return nullptr;
    if (found->second.key == from.key) return found->second.link;
    stolen = found->second.link;
    sessions_.erase(found);
  }
  stolen->close(errc::node_down, "another key has taken its connection's name");
  return nullptr;
}

void worker_gate::door::greet(const sender& from, wire::envelope e) {
  if (!is_anonymous(from.id)) return refuse(from, {errc::rejected, "set no routing id (ZMQ_IDENTITY)"});
  const auto key = key_of(from);  // first: what a stranger says is not looked into
  if (!key) return refuse(from, key.error());
  const auto m = manifest_of(std::get<wire::hello>(e.body));
  if (!m) return refuse(from, m.error());
  const auto worker = name_of(from, *key, *m);
  if (!worker) return refuse(from, worker.error());
  const auto place = with_.admission->admit(*m, *worker);
  if (!place) return refuse(from, place.error());
  const auto link = seat(from, *worker, *m, *place);
  place->begin(link);
  link->on_envelope(std::move(e));
}

/// Nothing without encryption.
expected<std::optional<allowed_key>> worker_gate::door::key_of(const sender& from) {
  if (!allowed_) return std::optional<allowed_key>{};
  const auto key = public_key::parse(from.key);
  auto known = key ? allowed_->find(*key) : std::nullopt;
  if (!known) return unexpected{errc::rejected, "its key is not allowed any more; ask the node's operator"};
  return known;
}

/// "gpu-1 (10.0.0.7)". What its key may not offer, is refused.
expected<std::string> worker_gate::door::name_of(const sender& from, const std::optional<allowed_key>& known,
                                                 const manifest& m) {
  if (!known) return "a worker (" + from.address + ")";
  const auto who = known->name + " (" + from.address + ")";
  if (known->may_offer(m.name)) return who;
  alerts_.tell(from.key + m.name,
               "refused " + who + ": its key " + known->key.fingerprint() +
                   " may not offer this module. If it should: " + "agents keys allow '" + from.key + "' --name " +
                   known->name + " --module " + m.name + " …",
               m.name);
  return unexpected{errc::rejected, "the key " + known->name + " may not offer the module \"" + m.name +
                                        "\"; the node's operator can allow it: agents keys allow … --module " + m.name};
}

std::shared_ptr<hub_link> worker_gate::door::seat(const sender& from, const std::string& worker, const manifest& m,
                                                  const worker_place& place) {
  auto settings = place.session;
  settings.number = 1 + static_cast<std::int64_t>(with_.source.below(wire::max_number));
  auto link = std::make_shared<hub_link>(with_.time, settings, place.listener);
  link->connect(*router_, from.id);
  const std::lock_guard lock{mutex_};
  sessions_[from.id] = {link, from.key, worker, m.name};
  return link;
}

void worker_gate::door::refuse(const sender& to, const error& why) {
  auto f = wire::encode({0, wire::refuse{why.code, why.message, {wire::version}}});
  if (f) (void)router_->send(to.id, std::move(*f));       // a stranger that has gone already
  if (why.code != errc::not_found) router_->part(to.id);  // whoever is told to say hello may do so
}

void worker_gate::door::on_tick() {
  if (probes_left_ > 0) --probes_left_, probe();
  look_at_keys();
  alerts_.on_tick(router_->endpoint());
  for (const auto& s : sessions()) s.link->on_tick();
  const std::lock_guard lock{mutex_};
  std::erase_if(sessions_, [](const auto& s) { return s.second.link->is_closed(); });
}

void worker_gate::door::probe() {
  for (const auto& s : sessions()) s.link->on_connection_lost();
}

void worker_gate::door::look_at_keys() {
  if (!allowed_ || with_.time.now() - keys_looked_at_ < look_at_keys_every) return;
  keys_looked_at_ = with_.time.now();
  static_cast<void>(allowed_->refresh());
  if (std::exchange(keys_seen_, allowed_->changes()) == allowed_->changes()) return;
  for (const auto& p : allowed_->problems()) alerts_.tell(p, "an allowed key cannot be read, and allows nobody: " + p);
  for (const auto& s : sessions())
    if (!is_allowed(s)) s.link->close(errc::node_down, "the key of " + s.worker + " was revoked");
}

bool worker_gate::door::is_allowed(const session& s) const {
  const auto key = public_key::parse(s.key);
  const auto known = key ? allowed_->find(*key) : std::nullopt;
  return known && known->may_offer(s.module);
}

// --- Any thread ---

std::vector<worker_gate::door::session> worker_gate::door::sessions() const {
  const std::lock_guard lock{mutex_};
  std::vector<session> all;
  for (const auto& [peer, s] : sessions_) all.push_back(s);
  return all;
}

value worker_gate::door::describe() const {
  object out{{"address", endpoint()}, {"encryption", key_ ? "CURVE" : "none"}};
  if (key_) out["public_key"] = key_->text();
  array workers;
  for (const auto& s : sessions())
    if (!s.link->is_closed()) workers.emplace_back(object{{"worker", s.worker}, {"module", s.module}});
  out["workers"] = std::move(workers);
  return out;
}

worker_gate::worker_gate(std::unique_ptr<door> d) : door_(std::move(d)) {}
worker_gate::~worker_gate() { door_->stop(); }

expected<std::unique_ptr<worker_gate>> worker_gate::open(const gate_settings& s, seams with) {
  auto d = std::make_unique<door>(s, std::move(with));
  if (auto ok = d->listen(); !ok) return ok.propagate();
  return std::unique_ptr<worker_gate>{new worker_gate{std::move(d)}};
}

const std::string& worker_gate::endpoint() const { return door_->endpoint(); }
const std::optional<public_key>& worker_gate::key() const { return door_->key(); }
value worker_gate::describe() const { return door_->describe(); }

expected<void> check_plain_address(const std::string& address) {
  const auto a = parse_tcp_address(address);
  if (!a) return a.propagate();
  if (a->is_loopback()) return {};
  return unexpected{errc::bad_input,
                    "without keys a node listens on a loopback address only (tcp://127.0.0.1:PORT), and " + address +
                        " is none; leave out keys = \"none\" and make a key: agents keys new node"};
}

}  // namespace agents
