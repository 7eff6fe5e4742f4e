// SPDX-License-Identifier: Apache-2.0
// The router's sockets, with peers that are plain sockets and keep no rule.
#include "cluster/transport/stream_router.hpp"

#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <condition_variable>
#include <cstring>
#include <future>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "cluster/transport/private_folder.hpp"
#include "cluster/transport/zmtp.hpp"
#include "tests/catch.hpp"

using namespace agents;
using namespace std::chrono_literals;

namespace {

/// Keeps what arrives.
class hearing final : public router_listener {
 public:
  void on_frames(const sender& who, wire::frames f) override {
    const std::lock_guard lock{mutex_};
    from_ = who.id;
    heard_.push_back(std::move(f));
    changed_.notify_all();
    if (!parts_) return;
    CHECK(parts_->send(who.id, {"bye"}));
    parts_->part(who.id);
    CHECK_FALSE(parts_->send(who.id, {"late"}));
  }
  void on_damage(const sender&, const error& what) override {
    const std::lock_guard lock{mutex_};
    damage_ = what.message;
    changed_.notify_all();
  }
  void on_tick() override {}

  void wait_for(std::size_t messages) {
    std::unique_lock lock{mutex_};
    REQUIRE(changed_.wait_for(lock, 20s, [&] { return heard_.size() >= messages; }));
  }
  std::string damage() {
    std::unique_lock lock{mutex_};
    REQUIRE(changed_.wait_for(lock, 20s, [&] { return !damage_.empty(); }));
    return damage_;
  }
  /// Answers what arrives, and wants to hear no more.
  void parts_from_all(router& r) {
    const std::lock_guard lock{mutex_};
    parts_ = &r;
  }
  std::size_t count() {
    const std::lock_guard lock{mutex_};
    return heard_.size();
  }
  peer_id last_peer() {
    const std::lock_guard lock{mutex_};
    return from_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<wire::frames> heard_;
  peer_id from_;
  std::string damage_;
  router* parts_ = nullptr;
};

std::string frame(std::string_view body, bool more = false) {
  std::string out;
  zmtp::append_frame_head(out, body.size(), more);
  return out.append(body);
}
/// What a DEALER says until it may send messages.
std::string beginning() {
  static constexpr std::string_view ready = "\x04\x1c\x05READY\x0bSocket-Type\0\0\0\x06";
  return zmtp::greeting() + std::string{ready.data(), 24} + "DEALER";
}

/// A connection that says what the test wants.
class plain_socket {
 public:
  plain_socket() : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  explicit plain_socket(const std::string& file) : plain_socket() { connect(file); }
  void connect(const std::string& file) const {
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    std::strncpy(to.sun_path, file.c_str(), sizeof to.sun_path - 1);
    REQUIRE(::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
  }
  plain_socket(plain_socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  plain_socket& operator=(plain_socket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~plain_socket() { close(); }

  /// The router greets whom it has accepted.
  bool is_greeted_within(std::chrono::milliseconds t) const {
    pollfd p{fd_, POLLIN, 0};
    return ::poll(&p, 1, static_cast<int>(t.count())) == 1;
  }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  /// Whether the other side has closed, or does so within this time.
  bool is_closed_within(std::chrono::milliseconds t) const {
    pollfd p{fd_, POLLRDHUP, 0};
    return ::poll(&p, 1, static_cast<int>(t.count())) != 0;
  }
  std::string read_to_the_end() const {
    std::string all;
    std::array<char, 256> part{};
    for (ssize_t n = 0; (n = ::recv(fd_, part.data(), part.size(), 0)) > 0;)
      all.append(part.data(), static_cast<std::size_t>(n));
    return all;
  }
  bool say(std::string_view bytes) const {
    return ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
  }

 private:
  int fd_;
};

struct fixture {
  explicit fixture(const router_options& o = {}) {
    auto opened = stream_router::create(listener, o);
    REQUIRE(opened);
    own = std::move(*opened);
    first = door("first");
    own->start();
  }
  std::string door(const std::string& name) const {
    REQUIRE(own->open_door(folder->path() / name));
    return folder->path() / name;
  }
  /// In a thread of its own.
  std::future<void> destroy() {
    return std::async(std::launch::async, [r = std::move(own)]() mutable { r.reset(); });
  }

  hearing listener;
  expected<private_folder> folder = private_folder::create();
  std::unique_ptr<stream_router> own;
  std::string first;
};

/// No more file descriptors than these many beyond those that are open.
class few_descriptors {
 public:
  explicit few_descriptors(rlim_t more) {
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before_) == 0);
    const int next = ::dup(0);
    REQUIRE(next >= 0);
    ::close(next);
    const rlimit now{static_cast<rlim_t>(next) + more, before_.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &now) == 0);
  }
  few_descriptors(const few_descriptors&) = delete;
  few_descriptors& operator=(const few_descriptors&) = delete;
  ~few_descriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

}  // namespace

TEST_CASE("a router that ends waits until its peers have closed: what they write meanwhile does not fail") {
  fixture f{{.farewell = 20s}};
  plain_socket peer{f.first};
  REQUIRE(peer.is_greeted_within(20s));
  const auto ended = f.destroy();
  CHECK_FALSE(peer.is_closed_within(100ms));
  CHECK(peer.say(beginning()));
  peer.close();
  CHECK(ended.wait_for(10s) == std::future_status::ready);
}

TEST_CASE("a router does not wait for a peer that stays longer than its farewell") {
  fixture f{{.farewell = 1ms}};
  const plain_socket peer{f.first};
  REQUIRE(peer.is_greeted_within(20s));
  f.destroy().get();
  CHECK(peer.is_closed_within(20s));
}

TEST_CASE("a router without peers ends at once, and takes its doors away") {
  fixture f{{.farewell = 1h}};
  f.destroy().get();
  CHECK_FALSE(std::filesystem::exists(f.first));
}

TEST_CASE("who crowds one door waits outside, and disturbs no other door") {
  fixture f{{.connections = 2}};
  plain_socket one{f.first};
  const plain_socket two{f.first};
  REQUIRE(one.is_greeted_within(20s));
  REQUIRE(two.is_greeted_within(20s));
  const plain_socket three{f.first};
  CHECK_FALSE(three.is_greeted_within(200ms));
  const plain_socket elsewhere{f.door("second")};
  CHECK(elsewhere.is_greeted_within(20s));
  one.close();
  CHECK(three.is_greeted_within(20s));
}

TEST_CASE("a router without file descriptors accepts again as soon as there are some") {
  fixture f{{.connections = 1000}};
  std::vector<plain_socket> crowd(14);
  const few_descriptors limit{6};  // for the router's ends
  for (const auto& c : crowd) c.connect(f.first);
  CHECK_FALSE(crowd.back().is_greeted_within(200ms));
  crowd.erase(crowd.begin(), crowd.begin() + 8);
  CHECK(crowd.back().is_greeted_within(20s));
}

TEST_CASE("a connection that says nothing is closed") {
  fixture f{{.first_message_within = 1ms}};
  const plain_socket peer{f.first};
  CHECK(peer.is_closed_within(20s));
}

TEST_CASE("a first message beyond its limit costs the connection before it has come") {
  fixture f{{.message_bytes = 1000, .first_message_bytes = 10}};
  const plain_socket peer{f.first};
  REQUIRE(peer.say(beginning() + frame("123456", true) + frame("78901").substr(0, 2)));
  CHECK(peer.is_closed_within(20s));
}

TEST_CASE("a message that never ends costs the connection, and the listener is told why") {
  fixture f;
  const plain_socket peer{f.first};
  REQUIRE(peer.say(beginning() + frame("hello")));
  f.listener.wait_for(1);
  for (int i = 0; i < 4; ++i) REQUIRE(peer.say(frame("", true)));
  CHECK(f.listener.damage() == "a message of more than 3 frames");
  CHECK(peer.is_closed_within(20s));
}

TEST_CASE("what waits for a peer that does not read is bounded in bytes") {
  constexpr std::size_t bound = 4 << 20;
  fixture f{{.waiting_bytes = bound}};
  const plain_socket peer{f.first};
  REQUIRE(peer.say(beginning() + frame("hello")));
  f.listener.wait_for(1);
  const std::string large(1 << 20, 'x');
  int sent = 0;
  auto result = send_result::sent;
  while (sent < 100 && result == send_result::sent)
    if (result = f.own->try_send(f.listener.last_peer(), {large}); result == send_result::sent) ++sent;
  CHECK(result == send_result::full);
  CHECK(sent >= 4);
  CHECK(sent < 10);  // the bound, and what the system's own buffers take
}

TEST_CASE("a peer that pings and does not read costs no memory") {
  fixture f{{.waiting_bytes = 1 << 20}};
  const plain_socket peer{f.first};
  const std::string_view ping{
      "\x04\x17\x04PING\0\x0a"
      "0123456789abcdef",
      25};
  std::string pings;
  for (int i = 0; i < 200'000; ++i) pings += ping;  // their answers have more than four times the bound
  REQUIRE(peer.say(beginning() + frame("hello") + pings + frame("again")));
  f.listener.wait_for(2);
  CHECK(f.own->try_send(f.listener.last_peer(), {"x"}) == send_result::sent);
}

TEST_CASE("a peer that was parted from gets what was sent before, and nothing of it is heard") {
  fixture f;
  const plain_socket peer{f.first};
  f.listener.parts_from_all(*f.own);
  REQUIRE(peer.say(beginning() + frame("hello") + frame("again")));
  REQUIRE(peer.is_closed_within(20s));
  CHECK(peer.read_to_the_end().ends_with(frame("bye")));
  CHECK(f.listener.count() == 1);
}
