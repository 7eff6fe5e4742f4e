// SPDX-License-Identifier: Apache-2.0
#include "libagents/sandbox/file_handle.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace agents {

file_handle memory_file(const char* name, const void* content, std::size_t bytes, bool sealed) {
  file_handle f{::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING)};
  if (!f.is_open() || ::write(f.get(), content, bytes) != static_cast<ssize_t>(bytes)) return {};
  if (sealed) ::fcntl(f.get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
  ::lseek(f.get(), 0, SEEK_SET);
  return f;
}

}  // namespace agents
