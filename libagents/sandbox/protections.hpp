// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace agents::sandbox {

/// What a sandbox is made of. All of it is on, always; tests of the tests take one away and look whether they notice.
struct protections {
  bool files = true;      ///< a root of its own, instead of the host's
  bool read_only = true;  ///< what is shown cannot be written
  bool processes = true;  ///< a pid namespace
  bool network = true;    ///< a network namespace
  bool ipc = true;        ///< an IPC namespace
  bool user = true;       ///< another user than root on the host, without capabilities
  bool system_calls = true;
  bool limits = true;       ///< rlimits, cgroup, sizes of file systems
  bool environment = true;  ///< HOME and TMPDIR of its own
};

}  // namespace agents::sandbox
