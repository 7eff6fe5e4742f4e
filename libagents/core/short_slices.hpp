// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace agents {

/// Asks the kernel to run this thread in short slices: where more threads want to compute than there are cores, it then
/// waits tens of microseconds for its turn instead of milliseconds, and gets no more of the processor than before.
///
/// For threads that answer others; not for those that compute. Linux 6.12 and later; elsewhere nothing happens.
/// Source: EEVDF's slices; Stoica, Abdel-Wahab, "Earliest eligible virtual deadline first", 1995.
void prefer_short_slices();

}  // namespace agents
