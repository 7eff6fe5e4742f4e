// SPDX-License-Identifier: Apache-2.0
#include "cluster/control/control_server.hpp"

#include <algorithm>
#include <atomic>
#include <deque>
#include <map>
#include <mutex>
#include <utility>

#include "cluster/control/control_message.hpp"
#include "cluster/control/control_workers.hpp"
#include "cluster/transport/router.hpp"
#include "libagents/core/clock.hpp"

namespace agents::control {
namespace {

constexpr std::size_t most_open_of_one = 64;
constexpr std::size_t most_open = 1024;
constexpr std::size_t most_waiting_bytes = std::size_t{4} << 20;  ///< for a client that does not read
constexpr duration sign_of_life_every = std::chrono::seconds{1};
constexpr std::size_t worker_threads = 4;

reply end_of(std::int64_t id, expected<value> result) {
  if (!result) return {id, reply::kind::error, {}, result.error()};
  return {id, reply::kind::ok, std::move(*result), {}};
}

}  // namespace

class server::core final : public router_listener, public std::enable_shared_from_this<core> {
 public:
  core(std::vector<command> commands, std::function<void()> regularly)
      : regularly_(std::move(regularly)), workers_(worker_threads) {
    for (auto& c : commands) commands_.emplace(std::move(c.name), std::move(c.does));
  }

  expected<void> listen(const std::filesystem::path& file) {
    auto opened = router::open(file, *this,
                               {.waiting_bytes = most_waiting_bytes,
                                .message_bytes = max_request_bytes,
                                .first_message_bytes = max_request_bytes,
                                .frames = 3});
    if (!opened) return opened.propagate();
    router_ = std::move(*opened);
    router_->start();
    return {};
  }

  void stop();
  [[nodiscard]] const std::string& endpoint() const { return router_->endpoint(); }
  [[nodiscard]] std::size_t clients() const {
    const std::lock_guard lock{mutex_};
    std::size_t n = 0;
    const peer_id* last = nullptr;
    for (const auto& [key, x] : open_) {
      if (!last || *last != key.first) ++n;
      last = &key.first;
    }
    return n;
  }

 private:
  class open_request;
  using key = std::pair<peer_id, std::int64_t>;

  void on_frames(const sender& who, wire::frames f) override;
  void on_tick() override;
  void begin(const peer_id& from, request r);
  void run(const std::shared_ptr<open_request>& x, const command::simple& f);
  void cancel(const std::shared_ptr<open_request>& x, const peer_id& of);
  [[nodiscard]] expected<void> enlist(const std::shared_ptr<open_request>& x);
  void finish(const open_request& x, const reply& r);
  void keep_late(const peer_id& to, reply r);
  [[nodiscard]] send_result send(const peer_id& to, const reply& r);
  void send_signs_of_life();
  void deliver_late();
  [[nodiscard]] std::vector<std::shared_ptr<open_request>> all_open();
  [[nodiscard]] std::string known_commands() const;

  std::map<std::string, std::variant<command::simple, command::open>, std::less<>> commands_;
  std::function<void()> regularly_;
  system_clock clock_;
  time_point next_sign_{};
  mutable std::mutex mutex_;  ///< of what follows
  std::map<key, std::shared_ptr<open_request>> open_;
  std::deque<std::pair<peer_id, reply>> late_;  ///< ends for clients that did not read
  std::unique_ptr<router> router_;
  workers workers_;
};

/// An open request. Knows its server only as long as there is one.
class server::core::open_request final : public exchange {
 public:
  open_request(std::weak_ptr<core> of, peer_id from, request r)
      : core_(std::move(of)), from_(std::move(from)), request_(std::move(r)) {}

  [[nodiscard]] const value& arguments() const override { return request_.arguments; }
  [[nodiscard]] bool is_over() const override { return over_.load(); }
  [[nodiscard]] const peer_id& from() const { return from_; }
  [[nodiscard]] std::int64_t id() const { return request_.id; }
  [[nodiscard]] const std::string& command() const { return request_.command; }

  void end(expected<value> result) override { static_cast<void>(finish(std::move(result))); }
  /// Ends it because nobody waits: the command is told.
  void abandon(error why) {
    if (!finish(unexpected{std::move(why)})) return;
    if (const auto f = take_abandoned()) f();
  }

  [[nodiscard]] bool send_item(const value& item) override {
    const auto c = core_.lock();
    return c && !over_.load() && c->send(from_, {request_.id, reply::kind::item, item, {}}) == send_result::sent;
  }

  void on_abandoned(std::function<void()> f) override {
    {
      const std::lock_guard lock{mutex_};
      if (!abandoned_) return void(on_abandoned_ = std::move(f));
    }
    f();
  }

 private:
  bool finish(expected<value> result) {
    if (over_.exchange(true)) return false;
    if (const auto c = core_.lock()) c->finish(*this, end_of(request_.id, std::move(result)));
    return true;
  }
  std::function<void()> take_abandoned() {
    const std::lock_guard lock{mutex_};
    abandoned_ = true;
    return std::exchange(on_abandoned_, {});
  }

  std::weak_ptr<core> core_;
  const peer_id from_;
  const request request_;
  std::atomic<bool> over_{false};
  std::mutex mutex_;
  bool abandoned_ = false;
  std::function<void()> on_abandoned_;
};

void server::core::stop() {
  const auto abandon_all = [this] {
    for (const auto& x : all_open()) x->abandon({errc::cancelled, "the node stops"});
  };
  abandon_all();
  router_->stop();
  abandon_all();  // what came meanwhile
  workers_.stop();
  deliver_late();
  const std::lock_guard lock{mutex_};
  router_.reset();
}

// --- The socket's thread ---

void server::core::on_frames(const sender& who, wire::frames f) {
  const auto& from = who.id;
  auto read = f.size() == 1 ? decode_request(f.front())
                            : request_reading{0, unexpected{errc::bad_input, "a request is one frame"}};
  if (read.what) return begin(from, std::move(*read.what));
  (void)send(from, {read.id, reply::kind::error, {}, read.what.error()});
}

void server::core::on_tick() {
  deliver_late();
  if (regularly_) regularly_();
  if (clock_.now() < next_sign_) return;
  next_sign_ = clock_.now() + sign_of_life_every;
  send_signs_of_life();
}

void server::core::begin(const peer_id& from, request r) {
  const auto x = std::make_shared<open_request>(weak_from_this(), from, std::move(r));
  if (auto ok = enlist(x); !ok) return (void)send(from, {x->id(), reply::kind::error, {}, ok.error()});
  const auto& name = x->command();
  if (name == "cancel") return cancel(x, from);
  const auto found = commands_.find(name);
  if (found == commands_.end())
    return x->end(unexpected{errc::not_found, "there is no such command; there are " + known_commands()});
  if (const auto* open = std::get_if<command::open>(&found->second)) return (*open)(x);
  run(x, std::get<command::simple>(found->second));
}

void server::core::run(const std::shared_ptr<open_request>& x, const command::simple& f) {
  const bool posted = workers_.post([x, &f] {
    if (!x->is_over()) x->end(f(x->arguments()));
  });
  if (!posted) x->end(unexpected{errc::overloaded, "too many commands wait; try again"});
}

void server::core::cancel(const std::shared_ptr<open_request>& x, const peer_id& of) {
  std::shared_ptr<open_request> what;
  {
    const std::lock_guard lock{mutex_};
    const auto found = open_.find({of, x->arguments().get_integer("id")});
    if (found != open_.end() && found->second != x) what = found->second;
  }
  if (what) what->abandon({errc::cancelled, "cancelled by the client"});
  x->end(value{object{}});
}

expected<void> server::core::enlist(const std::shared_ptr<open_request>& x) {
  const std::lock_guard lock{mutex_};
  const auto first = open_.lower_bound({x->from(), 0});
  const auto last = open_.upper_bound({x->from(), max_id});
  if (open_.size() >= most_open || static_cast<std::size_t>(std::distance(first, last)) >= most_open_of_one)
    return unexpected{errc::overloaded, "too many requests are open; wait for their ends"};
  if (!open_.emplace(key{x->from(), x->id()}, x).second)
    return unexpected{errc::bad_input, "`id`: a request with this id is open already; take another one"};
  return {};
}

/// Who is gone, has cancelled what he had open.
void server::core::send_signs_of_life() {
  for (const auto& x : all_open())
    if (send(x->from(), {x->id(), reply::kind::working, {}, {}}) == send_result::gone)
      x->abandon({errc::cancelled, "the client has gone"});
}

// --- Any thread ---

void server::core::finish(const open_request& x, const reply& r) {
  const auto sent = send(x.from(), r);
  const std::lock_guard lock{mutex_};
  open_.erase({x.from(), x.id()});
  if (sent == send_result::full) keep_late(x.from(), r);
}

/// For a client that will read later. One that never does gets no more than its share.
void server::core::keep_late(const peer_id& to, reply r) {
  const auto its_own = std::count_if(late_.begin(), late_.end(), [&](const auto& l) { return l.first == to; });
  if (static_cast<std::size_t>(its_own) < most_open_of_one) late_.emplace_back(to, std::move(r));
}

send_result server::core::send(const peer_id& to, const reply& r) {
  auto bytes = encode(r);
  const std::lock_guard lock{mutex_};
  if (!router_) return send_result::gone;
  return router_->try_send(to, {std::move(bytes)});
}

void server::core::deliver_late() {
  std::deque<std::pair<peer_id, reply>> late;
  {
    const std::lock_guard lock{mutex_};
    late.swap(late_);
  }
  for (auto& [to, r] : late) {
    if (send(to, r) != send_result::full) continue;
    const std::lock_guard lock{mutex_};
    keep_late(to, std::move(r));
  }
}

std::vector<std::shared_ptr<server::core::open_request>> server::core::all_open() {
  const std::lock_guard lock{mutex_};
  std::vector<std::shared_ptr<open_request>> all;
  for (const auto& [k, x] : open_) all.push_back(x);
  return all;
}

std::string server::core::known_commands() const {
  std::string list = "cancel";
  for (const auto& [name, does] : commands_) list += ", " + name;
  return list;
}

server::server(std::shared_ptr<core> c) : core_(std::move(c)) {}
server::~server() { core_->stop(); }

expected<std::unique_ptr<server>> server::open(const std::filesystem::path& file, std::vector<command> commands,
                                               std::function<void()> regularly) {
  auto c = std::make_shared<core>(std::move(commands), std::move(regularly));
  if (auto ok = c->listen(file); !ok) return ok.propagate();
  return std::unique_ptr<server>{new server{std::move(c)}};
}

const std::string& server::endpoint() const { return core_->endpoint(); }
std::size_t server::clients() const { return core_->clients(); }

}  // namespace agents::control
