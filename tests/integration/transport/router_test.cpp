// SPDX-License-Identifier: Apache-2.0
// The router's socket, with a peer that is a plain socket.
#include "cluster/transport/router.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <future>
#include <string>

#include "cluster/transport/private_folder.hpp"
#include "tests/catch.hpp"

using namespace agents;
using namespace std::chrono_literals;

namespace {

struct deaf final : router_listener {
  void on_frames(const sender&, wire::frames) override {}
  void on_tick() override {}
};

/// A connection that speaks no ZMTP.
class plain_socket {
 public:
  explicit plain_socket(const std::string& file) : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    std::strncpy(to.sun_path, file.c_str(), sizeof to.sun_path - 1);
    REQUIRE(::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
    char first = 0;
    REQUIRE(::recv(fd_, &first, 1, 0) == 1);  // ZeroMQ greets: the connection is accepted
  }
  plain_socket(const plain_socket&) = delete;
  plain_socket& operator=(const plain_socket&) = delete;
  ~plain_socket() { close(); }

  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  /// Whether the other side has closed, or does so within this time.
  bool is_closed_within(std::chrono::milliseconds t) const {
    pollfd p{fd_, POLLRDHUP, 0};
    return ::poll(&p, 1, static_cast<int>(t.count())) != 0;
  }
  bool can_write() const { return ::send(fd_, "x", 1, MSG_NOSIGNAL) == 1; }

 private:
  int fd_;
};

struct fixture {
  explicit fixture(duration farewell) {
    router_options o;
    o.farewell = farewell;
    auto opened = router::open(folder->path() / "node", listener, o);
    REQUIRE(opened);
    own = std::move(*opened);
    own->start();
  }
  /// In a thread of its own.
  std::future<void> destroy() {
    return std::async(std::launch::async, [r = std::move(own)]() mutable { r.reset(); });
  }

  deaf listener;
  expected<private_folder> folder = private_folder::create();
  std::unique_ptr<router> own;
};

}  // namespace

TEST_CASE("a router that ends waits until its peers have closed: what they write meanwhile does not fail") {
  fixture f{20s};
  plain_socket peer{f.folder->path() / "node"};
  const auto ended = f.destroy();
  CHECK_FALSE(peer.is_closed_within(100ms));
  CHECK(peer.can_write());
  peer.close();
  CHECK(ended.wait_for(10s) == std::future_status::ready);
}

TEST_CASE("a router does not wait for a peer that stays longer than its farewell") {
  fixture f{1ms};
  const plain_socket peer{f.folder->path() / "node"};
  f.destroy().get();
  CHECK(peer.is_closed_within(20s));
}

TEST_CASE("a router without peers ends at once") {
  fixture f{1h};
  f.destroy().get();
}
