// SPDX-License-Identifier: Apache-2.0
#include "cluster/transport/zmtp.hpp"

#include <algorithm>
#include <utility>

namespace agents::zmtp {
namespace {

constexpr std::size_t greeting_bytes = 64;
constexpr std::size_t mechanism_at = 12;
constexpr std::size_t mechanism_bytes = 20;
constexpr std::string_view null_mechanism = "NULL";
constexpr std::uint8_t more_flag = 1;
constexpr std::uint8_t long_flag = 2;
constexpr std::uint8_t command_flag = 4;
constexpr std::uint8_t major_version = 3;
/// A command is metadata, or a ping.
constexpr std::size_t longest_command = 4096;
constexpr std::size_t ping_ttl_bytes = 2;
constexpr std::size_t short_head = 2;
constexpr std::size_t long_head = 9;

unexpected wrong(const std::string& what) {
  return {errc::corrupt, "the peer does not speak ZMTP 3.0 without encryption as it should: " + what};
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t n = 0;
  for (const char c : bytes) n = n << 8 | static_cast<std::uint8_t>(c);
  return n;
}

void append_big_endian(std::string& to, std::uint64_t n, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) to += static_cast<char>(n >> (8 * i));
}

void append_command(std::string& to, std::string_view name, std::string_view data) {
  to += static_cast<char>(command_flag);
  to += static_cast<char>(1 + name.size() + data.size());
  to += static_cast<char>(name.size());
  to += name;
  to += data;
}

/// Takes at most `n` bytes off the front.
std::string_view take_front(std::string_view& bytes, std::size_t n) {
  const auto front = bytes.substr(0, n);
  bytes.remove_prefix(front.size());
  return front;
}

/// "name value" pairs, each with its length in front. False: they are cut short.
bool read_properties(std::string_view data, std::string& socket_type, std::string& identity) {
  while (!data.empty()) {
    const auto name_size = static_cast<std::uint8_t>(take_front(data, 1).front());
    if (data.size() < name_size + std::size_t{4}) return false;
    const auto name = take_front(data, name_size);
    const auto size = big_endian(take_front(data, 4));
    if (data.size() < size) return false;
    const auto value = take_front(data, size);
    if (name == "Socket-Type") socket_type = value;
    if (name == "Identity") identity = value;
  }
  return true;
}

}  // namespace

std::string greeting() {
  std::string out(greeting_bytes, '\0');
  out[0] = '\xff';
  out[9] = '\x7f';
  out[10] = static_cast<char>(major_version);
  out.replace(mechanism_at, null_mechanism.size(), null_mechanism);
  return out;
}

namespace {

std::string_view name_of(role r) { return r == role::router ? "ROUTER" : "DEALER"; }

/// What a side says after the peer's greeting.
std::string ready(role own) {
  static constexpr std::string_view name = "Socket-Type";
  const auto value = name_of(own);
  std::string property(1, static_cast<char>(name.size()));
  property += name;
  append_big_endian(property, value.size(), 4);
  property += value;
  std::string out;
  append_command(out, "READY", property);
  return out;
}

}  // namespace

void append_frame_head(std::string& to, std::size_t frame_bytes, bool more) {
  const auto flag = more ? more_flag : 0;
  if (frame_bytes < 256) {
    to += static_cast<char>(flag);
    to += static_cast<char>(frame_bytes);
  } else {
    to += static_cast<char>(flag | long_flag);
    append_big_endian(to, frame_bytes, 8);
  }
}

expected<void> reader::take(std::string_view bytes, heard& out) {
  while (!bytes.empty()) {
    auto ok = stage_ == stage::greeting ? take_greeting(bytes, out)
              : stage_ == stage::head   ? take_head(bytes)
                                        : take_body(bytes, out);
    if (!ok) return ok;
    if (stage_ == stage::body && left_ == 0)
      if (ok = end_frame(out); !ok) return ok;
  }
  return {};
}

expected<void> reader::take_greeting(std::string_view& bytes, heard& out) {
  head_ += take_front(bytes, greeting_bytes - head_.size());
  if (head_[0] != '\xff') return wrong("its first byte");
  if (head_.size() < greeting_bytes) return {};
  if (head_[9] != '\x7f' || static_cast<std::uint8_t>(head_[10]) < major_version) return wrong("its version");
  auto mechanism = std::string_view{head_}.substr(mechanism_at, mechanism_bytes);
  mechanism = mechanism.substr(0, mechanism.find('\0'));
  if (mechanism != null_mechanism) return wrong("its mechanism");
  out.replies += ready(own_);
  head_.clear();
  stage_ = stage::head;
  return {};
}

expected<void> reader::take_head(std::string_view& bytes) {
  if (head_.empty()) head_ += take_front(bytes, 1);
  flags_ = static_cast<std::uint8_t>(head_.front());
  const auto size = (flags_ & long_flag) != 0 ? long_head : short_head;
  head_ += take_front(bytes, size - head_.size());
  if (head_.size() < size) return {};
  const auto announced = big_endian(std::string_view{head_}.substr(1));
  head_.clear();
  left_ = static_cast<std::size_t>(announced);
  stage_ = stage::body;
  return begin_frame();
}

expected<void> reader::begin_frame() {
  if ((flags_ & ~(more_flag | long_flag | command_flag)) != 0) return wrong("unknown flags");
  if ((flags_ & command_flag) != 0) {
    if ((flags_ & more_flag) != 0) return wrong("a command in parts");
    if (left_ == 0 || left_ > longest_command) return wrong("the size of a command");
    return {};
  }
  if (!ready_) return wrong("a message before READY");
  if (message_.size() >= limits_.frames)
    return unexpected{errc::corrupt, "a message of more than " + std::to_string(limits_.frames) + " frames"};
  const auto limit = spoken_ ? limits_.bytes : limits_.first_bytes;
  if (left_ > limit - message_bytes_)
    return unexpected{errc::corrupt, "a message of more than " + std::to_string(limit) + " bytes"};
  message_bytes_ += left_;
  return {};
}

expected<void> reader::take_body(std::string_view& bytes, heard&) {
  const auto part = take_front(bytes, left_);
  body_ += part;
  left_ -= part.size();
  return {};
}

expected<void> reader::end_frame(heard& out) {
  stage_ = stage::head;
  if ((flags_ & command_flag) != 0) {
    auto ok = on_command(out);
    body_.clear();
    return ok;
  }
  message_.push_back(std::exchange(body_, {}));
  if ((flags_ & more_flag) != 0) return {};
  out.messages.push_back(std::exchange(message_, {}));
  message_bytes_ = 0;
  spoken_ = true;
  return {};
}

expected<void> reader::on_command(heard& out) {
  std::string_view data{body_};
  const auto name = take_front(data, static_cast<std::uint8_t>(take_front(data, 1).front()));
  if (name == "PING") {
    append_command(out.replies, "PONG", data.substr(std::min(data.size(), ping_ttl_bytes), 16));
  } else if (name == "ERROR") {
    return wrong("it refuses the connection");
  } else if (name == "READY" && !ready_) {
    std::string socket_type;
    std::string identity;
    if (!read_properties(data, socket_type, identity)) return wrong("its READY is cut short");
    const auto expected_type = name_of(own_ == role::router ? role::dealer : role::router);
    if (socket_type != expected_type) return wrong("its socket is a " + socket_type.substr(0, 16));
    if (own_ == role::router && !identity.empty()) return wrong("it sets a routing id (ZMQ_IDENTITY)");
    ready_ = true;
  }
  return {};
}

}  // namespace agents::zmtp
