// SPDX-License-Identifier: Apache-2.0
#include "libagents/core/file_handle.hpp"

#include <unistd.h>

namespace agents {

file_handle::~file_handle() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace agents
