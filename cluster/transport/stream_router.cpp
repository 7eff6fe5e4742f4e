// SPDX-License-Identifier: Apache-2.0
#include "cluster/transport/stream_router.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "cluster/transport/stream_connection_impl.hpp"

namespace agents {
namespace {

constexpr int backlog = 64;
constexpr int events_per_turn = 64;
constexpr std::size_t read_bytes = std::size_t{64} << 10;
constexpr int accepted_per_turn = 8;
constexpr std::uint64_t wake_key = 0;
constexpr std::size_t id_bytes = 9;

/// As ZeroMQ's own: a zero, then a number.
peer_id to_id(std::uint64_t key) {
  peer_id id(id_bytes, '\0');
  for (auto i = id_bytes - 1; i > 0; --i, key >>= 8) id[i] = static_cast<char>(key);
  return id;
}

std::optional<std::uint64_t> to_key(const peer_id& id) {
  if (id.size() != id_bytes) return std::nullopt;
  std::uint64_t key = 0;
  for (std::size_t i = 1; i < id_bytes; ++i) key = key << 8 | static_cast<std::uint8_t>(id[i]);
  return key;
}

expected<file_handle> listen_at(const std::filesystem::path& file) {
  sockaddr_un at{};
  const auto& name = file.native();
  if (name.size() >= sizeof at.sun_path)
    return unexpected{errc::io, "cannot listen at " + name + ": the path is longer than " +
                                    std::to_string(sizeof at.sun_path - 1) + " bytes; use a shorter folder"};
  at.sun_family = AF_UNIX;
  name.copy(at.sun_path, name.size());
  file_handle socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  ::unlink(name.c_str());  // of a node that was killed
  if (!socket.is_open() || ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 ||
      ::chmod(name.c_str(), S_IRUSR | S_IWUSR) != 0 || ::listen(socket.get(), backlog) != 0)
    return unexpected{errc::io, "cannot listen at " + name + ": " + std::strerror(errno)};
  return socket;
}

/// An address of either family.
struct any_address {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);

  [[nodiscard]] sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  [[nodiscard]] std::string host() const {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (storage.ss_family == AF_INET)
      ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(storage).sin_addr, text.data(), text.size());
    if (storage.ss_family == AF_INET6)
      ::inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6&>(storage).sin6_addr, text.data(), text.size());
    return text.data();
  }
  [[nodiscard]] std::uint16_t port() const {
    return ntohs(storage.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(storage).sin6_port
                                               : reinterpret_cast<const sockaddr_in&>(storage).sin_port);
  }
};

std::optional<any_address> to_socket_address(const tcp_address& at) {
  any_address out;
  auto& four = reinterpret_cast<sockaddr_in&>(out.storage);
  auto& six = reinterpret_cast<sockaddr_in6&>(out.storage);
  if (::inet_pton(AF_INET, at.host.c_str(), &four.sin_addr) == 1) {
    four.sin_family = AF_INET;
    four.sin_port = htons(at.port);
    out.size = sizeof four;
  } else if (::inet_pton(AF_INET6, at.host.c_str(), &six.sin6_addr) == 1) {
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(at.port);
    out.size = sizeof six;
  } else {
    return std::nullopt;
  }
  return out;
}

std::string to_text(const any_address& at) {
  const auto host = at.host();
  const bool six = at.storage.ss_family == AF_INET6;
  return "tcp://" + (six ? "[" + host + "]" : host) + ":" + std::to_string(at.port());
}

}  // namespace

class stream_router::loop {
 public:
  loop(router_listener& listener, const router_options& o, file_handle events, file_handle wake)
      : listener_(listener), options_(o), events_(std::move(events)), wake_(std::move(wake)) {
    watch(wake_.get(), wake_key, EPOLL_CTL_ADD, EPOLLIN);
  }
  ~loop() { stop(); }
  loop(const loop&) = delete;
  loop& operator=(const loop&) = delete;

  // --- Any thread ---

  door add_door(file_handle socket, std::string endpoint, std::filesystem::path file) {
    const std::lock_guard lock{mutex_};
    const auto id = ++last_key_;
    watch(socket.get(), id, EPOLL_CTL_ADD, EPOLLIN);
    if (first_endpoint_.empty()) first_endpoint_ = endpoint;
    doors_.emplace(id, open_door{std::move(socket), std::move(file), 0, true});
    return {id, std::move(endpoint)};
  }

  void close_door(std::uint64_t id) {
    const std::lock_guard lock{mutex_};
    if (const auto found = doors_.find(id); found != doors_.end()) {
      remove_file(found->second);
      doors_.erase(found);
    }
  }

  send_result send(const peer_id& to, wire::frames f) {
    const auto c = connection_of(to);
    return c ? c->send(std::move(f), options_.waiting_bytes) : send_result::gone;
  }

  void start() {
    thread_ = std::thread{[this] { run(); }};
  }
  void stop() {
    stopping_.store(true);
    const std::uint64_t one = 1;
    (void)!::write(wake_.get(), &one, sizeof one);  // fails only when it is set already
    if (thread_.joinable()) thread_.join();
    const std::lock_guard lock{mutex_};
    for (const auto& [key, c] : connections_) c->close();
    connections_.clear();
    for (const auto& [id, d] : doors_) remove_file(d);
    doors_.clear();
  }

  [[nodiscard]] const std::string& endpoint() const { return first_endpoint_; }

  // --- The thread ---

  void part(const peer_id& from) {
    if (const auto c = connection_of(from)) c->part(clock_.now());
  }

 private:
  struct open_door {
    file_handle socket;
    std::filesystem::path file;  ///< empty on TCP
    std::size_t connections = 0;
    bool accepts = true;
  };
  using shared_connection = std::shared_ptr<stream_connection>;

  static void remove_file(const open_door& d) {
    if (!d.file.empty()) ::unlink(d.file.c_str());
  }

  void watch(int fd, std::uint64_t key, int operation, std::uint32_t what) {
    epoll_event e{};
    e.events = what;
    e.data.u64 = key;
    ::epoll_ctl(events_.get(), operation, fd, &e);
  }

  shared_connection connection_of(const peer_id& id) {
    const auto key = to_key(id);
    return key ? connection_of(*key) : nullptr;
  }
  shared_connection connection_of(std::uint64_t key) {
    const std::lock_guard lock{mutex_};
    const auto found = connections_.find(key);
    return found == connections_.end() ? nullptr : found->second;
  }

  void run() {
    auto next_tick = clock_.now() + options_.tick;
    while (!stopping_.load()) {
      wait(next_tick - clock_.now());
      const auto now = clock_.now();
      if (now < next_tick) continue;
      tidy(now);
      listener_.on_tick();
      next_tick = now + options_.tick;
    }
    take_leave();
  }

  /// Waits until the peers have closed their connections. A socket that closes first would make a peer's next write
  /// fail, and many a program then drops what it has not read yet: the goodbye.
  void take_leave() {
    const auto until = clock_.now() + options_.farewell;
    for (;;) {
      {
        const std::lock_guard lock{mutex_};
        for (const auto& [id, d] : doors_) remove_file(d);
        doors_.clear();
        if (connections_.empty()) return;
      }
      const auto now = clock_.now();
      if (now >= until) return;
      wait(until - now);
    }
  }

  void wait(duration at_most) {
    std::array<epoll_event, events_per_turn> happened{};
    const auto timeout = std::chrono::ceil<std::chrono::milliseconds>(std::max(at_most, duration::zero()));
    const auto n = ::epoll_wait(events_.get(), happened.data(), events_per_turn, static_cast<int>(timeout.count()));
    for (int i = 0; i < n; ++i) handle(happened[static_cast<std::size_t>(i)]);
  }

  void handle(const epoll_event& e) {
    if (e.data.u64 == wake_key) {
      std::uint64_t ignored = 0;
      (void)!::read(wake_.get(), &ignored, sizeof ignored);
    } else if (const auto c = connection_of(e.data.u64)) {
      serve(*c, e.data.u64, e.events);
    } else {
      accept_some(e.data.u64);
    }
  }

  // --- Connections ---

  void serve(stream_connection& c, std::uint64_t key, std::uint32_t what) {
    if ((what & EPOLLOUT) != 0) c.flush();
    if (c.is_parting()) {
      if ((what & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) drop(c, key);
      return;
    }
    if ((what & ~static_cast<std::uint32_t>(EPOLLOUT)) == 0) return;
    zmtp::heard h;
    const auto more = c.receive(buffer_, h);
    if (!h.replies.empty()) c.reply(h.replies);
    for (auto& m : h.messages)
      if (!stopping_.load() && !c.is_parting()) listener_.on_frames(c.who(), std::move(m));
    if (!more && c.has_spoken() && !stopping_.load()) {
      listener_.on_damage(c.who(), more.error());
      c.part(clock_.now());
    } else if (!more || !*more) {
      drop(c, key);
    }
  }

  void drop(stream_connection& c, std::uint64_t key) {
    c.close();
    {
      const std::lock_guard lock{mutex_};
      connections_.erase(key);
      if (const auto d = doors_.find(c.door()); d != doors_.end()) {
        --d->second.connections;
        set_accepting(d->first, d->second, true);
      }
    }
    if (stopping_.load()) return;
    if (!c.has_spoken()) listener_.on_failed_handshake();
    listener_.on_connection_lost();
  }

  /// Closes connections that stay without saying anything, or after they were parted from.
  void tidy(time_point now) {
    std::vector<std::pair<std::uint64_t, shared_connection>> late;
    {
      const std::lock_guard lock{mutex_};
      for (const auto& [key, c] : connections_)
        if (c->is_parting() ? now - c->since() > options_.farewell
                            : !c->has_spoken() && now - c->since() > options_.first_message_within)
          late.emplace_back(key, c);
      for (auto& [id, d] : doors_) set_accepting(id, d, d.connections < options_.connections);
    }
    for (const auto& [key, c] : late) drop(*c, key);
  }

  // --- Doors ---

  void set_accepting(std::uint64_t id, open_door& d, bool accepts) {
    if (std::exchange(d.accepts, accepts) == accepts) return;
    watch(d.socket.get(), id, EPOLL_CTL_MOD, accepts ? std::uint32_t{EPOLLIN} : 0U);
  }

  void accept_some(std::uint64_t id) {
    const std::lock_guard lock{mutex_};
    const auto found = doors_.find(id);
    if (found == doors_.end()) return;
    auto& d = found->second;
    for (int i = 0; i < accepted_per_turn && d.connections < options_.connections; ++i) {
      any_address from;
      file_handle socket{::accept4(d.socket.get(), from.get(), &from.size, SOCK_NONBLOCK | SOCK_CLOEXEC)};
      if (!socket.is_open()) {
        const bool exhausted = errno != EAGAIN && errno != ECONNABORTED && errno != EINTR;
        if (exhausted) set_accepting(id, d, false);  // until the next tick: there may be file descriptors again
        return;
      }
      admit(d, id, std::move(socket), from);
    }
    if (d.connections >= options_.connections) set_accepting(id, d, false);  // the others wait outside
  }

  void admit(open_door& d, std::uint64_t id, file_handle socket, const any_address& from) {
    const auto key = ++last_key_;
    sender who{to_id(key), {}, {}};
    if (d.file.empty()) {
      const int yes = 1;
      ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
      who.address = from.host();
    }
    const zmtp::limits limits{options_.frames, options_.first_message_bytes, options_.message_bytes};
    auto c = std::make_shared<stream_connection>(std::move(socket), events_.get(), key, id, std::move(who), limits,
                                                 clock_.now());
    c->reply(zmtp::greeting());
    connections_.emplace(key, std::move(c));
    ++d.connections;
  }

  router_listener& listener_;
  const router_options options_;
  system_clock clock_;
  file_handle events_;
  file_handle wake_;
  std::vector<char> buffer_ = std::vector<char>(read_bytes);  ///< the thread's
  mutable std::mutex mutex_;                                  ///< of what follows
  std::uint64_t last_key_ = wake_key;
  std::unordered_map<std::uint64_t, open_door> doors_;
  std::unordered_map<std::uint64_t, shared_connection> connections_;
  std::string first_endpoint_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

stream_router::stream_router(std::unique_ptr<loop> l) : loop_(std::move(l)) {}
stream_router::~stream_router() = default;

expected<std::unique_ptr<stream_router>> stream_router::create(router_listener& listener,
                                                               const router_options& options) {
  file_handle events{::epoll_create1(EPOLL_CLOEXEC)};
  file_handle wake{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
  if (!events.is_open() || !wake.is_open())
    return unexpected{errc::io, std::string{"cannot make a socket: "} + std::strerror(errno) +
                                    "; is the limit of open files too low (ulimit -n)?"};
  return std::unique_ptr<stream_router>{
      new stream_router{std::make_unique<loop>(listener, options, std::move(events), std::move(wake))}};
}

expected<stream_router::door> stream_router::open_door(const std::filesystem::path& file) {
  auto socket = listen_at(file);
  if (!socket) return socket.propagate();
  return loop_->add_door(std::move(*socket), "ipc://" + file.string(), file);
}

expected<stream_router::door> stream_router::open_door(const tcp_address& at) {
  auto address = to_socket_address(at);
  if (!address)
    return unexpected{errc::bad_input, "expected a numeric address like 127.0.0.1 or ::1 instead of " + at.host};
  const auto text = to_text(*address);
  file_handle socket{::socket(address->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  const int yes = 1;
  if (!socket.is_open()) return cannot_listen(text, errno);
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (::bind(socket.get(), address->get(), address->size) != 0 || ::listen(socket.get(), backlog) != 0)
    return cannot_listen(text, errno);
  ::getsockname(socket.get(), address->get(), &address->size);
  return loop_->add_door(std::move(socket), to_text(*address), {});
}

void stream_router::close_door(std::uint64_t id) { loop_->close_door(id); }
const std::string& stream_router::endpoint() const { return loop_->endpoint(); }
void stream_router::start() { loop_->start(); }
void stream_router::stop() { loop_->stop(); }
send_result stream_router::try_send(const peer_id& to, wire::frames f) { return loop_->send(to, std::move(f)); }
void stream_router::part(const peer_id& from) { loop_->part(from); }

}  // namespace agents
