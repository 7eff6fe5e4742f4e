// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace agents::monitoring {

/// Why a replica was restarted, as a label: few values, whatever the supervisor wrote.
enum class restart_reason : std::uint8_t { crash, hang, node_lost, upgrade, other };

inline constexpr std::array restart_reasons{restart_reason::crash, restart_reason::hang, restart_reason::node_lost,
                                            restart_reason::upgrade, restart_reason::other};

[[nodiscard]] std::string_view to_string(restart_reason reason) noexcept;

/// Finds the reason in a supervisor's free text, ignoring case: by the word before a colon if it is a reason ("crash:
/// timeout of the license server"), else by what it mentions ("hung for 2 s" is a hang, "signal 11" a crash). `other`
/// when no known word occurs.
[[nodiscard]] restart_reason classify_restart(std::string_view text);

}  // namespace agents::monitoring
