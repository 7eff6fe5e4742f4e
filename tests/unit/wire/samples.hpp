// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "libagents/contract/msgpack.hpp"
#include "libagents/wire/message.hpp"

namespace agents::wire::samples {

inline run_id sample_run() { return run_id{*uuid::parse("0193b3c4-0000-7000-8000-000000000001")}; }

inline packed payload(value v) { return pack(v); }

/// Each kind with every field set, and each that has optional fields once more with none of them.
inline std::vector<envelope> every_kind() {
  using std::chrono::seconds;
  const auto text = payload(object{{"text", "hi"}});
  return {
      {0, hello{{1, 2}, 987654321, "t0ken", "python 0.1.0", 8, {"zip"}, 3, payload(object{{"name", "shouter"}})}},
      {0, hello{{1}, 1, "t", "", 1, {}, {}, text}},
      {77, welcome{1, 987654321, seconds{1}, seconds{4}, 1 << 20, 64, {"zip"}, 3, payload(nullptr)}},
      {77, welcome{1, 1, seconds{1}, seconds{4}, 1, 0, {}, {}, ""}},
      {0, refuse{errc::unsupported, "speak version 1", {1}}},
      {0, refuse{errc::rejected, "", {}}},
      {77, call{9007199254740991, "text.shout@1", seconds{30}, sample_run(), "shout", 2, "key", "too quiet",
                amount{500, 60}, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", 16, text, payload("HI")}},
      {77, call{1, "text.shout@1", {}, {}, "", 0, "", "", {}, "", {}, text, ""}},
      {77, result{1, 3, 400, 50, text}},
      {77, result{1, 0, {}, {}, payload(nullptr)}},
      {77, failure{1, errc::bad_input, "a text is missing", false, 0, 7}},
      {77, failure{1, errc::crashed, "", true, {}, {}}},
      {77, chunk{1, 0, text}},
      {77, credit{1, 32}},
      {77, progress{1, "half way"}},
      {77, ask{4, 1, "text.retrieve@1", seconds{5}, text}},
      {77, answer{4, errc::none, "", 10, 20, text}},
      {77, answer{4, errc::no_route, "nobody offers text.retrieve@1", 0, 0, ""}},
      {77, cancel{1, "the caller has gone"}},
      {77, cancel{1, ""}},
      {77, save{5, 3, text}},
      {77, saved{5}},
      {77, heartbeat{2}},
      {77, heartbeat{}},
      {77, drain{seconds{10}}},
      {77, drain{}},
      {77, goodbye{errc::corrupt, "frame 1 is damaged"}},
      {77, goodbye{}},
  };
}

}  // namespace agents::wire::samples
