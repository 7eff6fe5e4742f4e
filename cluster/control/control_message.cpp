// SPDX-License-Identifier: Apache-2.0
#include "cluster/control/control_message.hpp"

#include <utility>

#include "libagents/contract/msgpack.hpp"

namespace agents::control {
namespace {

unexpected wrong(std::string what) { return {errc::bad_input, std::move(what)}; }

bool is_id(const value* v) { return v && v->is_integer() && v->as_integer() >= 1 && v->as_integer() <= max_id; }

expected<request> read_request(const value& m) {
  if (!m.is_object()) return wrong("a request is a map with string keys: {v, id, command, arguments}");
  if (m.get_integer("v") != version)
    return unexpected{errc::unsupported,
                      "this node speaks version " + std::to_string(version) +
                          " of the control protocol; send it as `v`, or use a program of its release"};
  if (!is_id(m.find("id"))) return wrong("`id`: expected an integer from 1 to 2^53 - 1");
  request r;
  r.id = m.get_integer("id");
  r.command = m.get_string("command");
  if (r.command.empty() || r.command.size() > max_command_bytes)
    return wrong("`command`: expected a text of 1 to " + std::to_string(max_command_bytes) + " bytes");
  if (const auto* arguments = m.find("arguments")) {
    if (!arguments->is_object()) return wrong("`arguments`: expected a map");
    r.arguments = *arguments;
  }
  return r;
}

reply too_large(std::int64_t id, std::size_t bytes) {
  return {id,
          reply::kind::error,
          {},
          {errc::bad_output,
           "the answer has " + std::to_string(bytes) + " bytes, more than " + std::to_string(max_reply_bytes)}};
}

object written(const reply& r) {
  object m{{"v", version}, {"id", r.id}};
  switch (r.what) {
    case reply::kind::ok: m["ok"] = r.content; break;
    case reply::kind::item: m["item"] = r.content; break;
    case reply::kind::working: m["working"] = true; break;
    case reply::kind::error:
      m["error"] = object{{"code", to_string(r.problem.code)}, {"message", r.problem.message}};
      break;
  }
  return m;
}

}  // namespace

std::string encode(const request& r) {
  return pack(object{{"v", version}, {"id", r.id}, {"command", r.command}, {"arguments", r.arguments}});
}

std::string encode(const reply& r) {
  auto bytes = pack(written(r));
  return bytes.size() <= max_reply_bytes ? bytes : pack(written(too_large(r.id, bytes.size())));
}

request_reading decode_request(std::string_view bytes) {
  const auto m = unpack(bytes, {.max_bytes = max_request_bytes});
  if (!m) return {0, wrong("the request is not MessagePack: " + m.error().message)};
  return {is_id(m->find("id")) ? m->get_integer("id") : 0, read_request(*m)};
}

expected<reply> decode_reply(std::string_view bytes) {
  auto m = unpack(bytes, {.max_bytes = max_reply_bytes});
  if (!m) return unexpected{errc::corrupt, "the node's reply is not MessagePack: " + m.error().message};
  if (!m->is_object() || m->get_integer("v") != version)
    return unexpected{errc::corrupt, "the node's reply is not of version " + std::to_string(version) +
                                         "; use a program of the node's release"};
  reply r;
  r.id = m->get_integer("id");
  if (auto* ok = m->as_object().find("ok")) {
    r.what = reply::kind::ok;
    r.content = std::move(*ok);
  } else if (auto* item = m->as_object().find("item")) {
    r.what = reply::kind::item;
    r.content = std::move(*item);
  } else if (const auto* problem = m->find("error")) {
    r.what = reply::kind::error;
    r.problem = {errc_from_string(problem->get_string("code")), std::string{problem->get_string("message")}};
    if (r.problem.code == errc::none) r.problem.code = errc::internal;
  } else if (!m->find("working")) {
    return unexpected{errc::corrupt, "the node's reply has neither ok, error, item nor working"};
  }
  return r;
}

}  // namespace agents::control
