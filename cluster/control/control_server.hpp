// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cluster/control/control_exchange.hpp"
#include "libagents/core/expected.hpp"
#include "libagents/core/value.hpp"

namespace agents::control {

/// A command of the table: its name, and what does it.
struct command {
  /// May take its time: called in a thread of the server's own.
  using simple = std::function<expected<value>(const value& arguments)>;
  /// Returns soon and ends the exchange when it likes: called in the thread that reads the socket.
  using open = std::function<void(const std::shared_ptr<exchange>&)>;

  std::string name;
  std::variant<simple, open> does;
};

/// Answers the requests of clients of this user.
///
/// A client that sends nonsense, too much or nothing, or goes away, costs nobody else anything. Owner: the node's
/// program; what commands use must outlive it. The destructor abandons what is open and waits for simple commands that
/// are under way.
class server {
 public:
  /// `regularly` is called every 50 ms in the thread of the socket. `io` when `file` cannot be bound.
  [[nodiscard]] static expected<std::unique_ptr<server>> open(const std::filesystem::path& file,
                                                              std::vector<command> commands,
                                                              std::function<void()> regularly = {});
  server(const server&) = delete;
  server& operator=(const server&) = delete;
  ~server();

  [[nodiscard]] const std::string& endpoint() const;
  /// How many connections have open requests.
  [[nodiscard]] std::size_t clients() const;

 private:
  class core;
  explicit server(std::shared_ptr<core> c);

  std::shared_ptr<core> core_;
};

}  // namespace agents::control
