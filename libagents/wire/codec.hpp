// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libagents/core/expected.hpp"
#include "libagents/core/value.hpp"
#include "libagents/wire/message.hpp"

namespace agents::wire {

/// The frames of one message, without ZeroMQ's routing id: the envelope, then at most two payloads.
using frames = std::vector<std::string>;

/// The frames of a message. `bad_input` when a payload, a list or a name (capability, key, …) is larger than the format
/// allows; texts and critiques are cut, with U+FFFD for what is not UTF-8. Payloads move into the frames; they are not
/// looked into.
///
/// A number outside of its range, and an empty payload where its kind demands one, are defects of the caller and abort.
[[nodiscard]] expected<frames> encode(envelope e);

/// The message of the frames. Payloads are moved and stay packed: `decode_payload` reads them when somebody needs them.
///
/// `corrupt`, naming frame, field and remedy, for what breaks the rules; `unsupported` for another version.
/// The cost is bounded by the limits whatever the bytes.
[[nodiscard]] expected<envelope> decode(frames f);

/// The value in a payload; `corrupt` when it is none or passes a limit. `what` names it in the error's text.
[[nodiscard]] expected<value> decode_payload(std::string_view bytes, std::string_view what);

/// The manifest in a hello, which has limits of its own; `corrupt` as above.
[[nodiscard]] expected<value> decode_manifest(const hello& h);

}  // namespace agents::wire
