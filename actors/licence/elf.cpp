// SPDX-License-Identifier: Apache-2.0
#include "actors/licence/elf.hpp"

#include <elf.h>

#include <cstring>

namespace agents::licence {
namespace {

template <class T>
bool load(std::string_view bytes, std::size_t at, T& out) {
  if (at > bytes.size() || bytes.size() - at < sizeof(T)) return false;
  std::memcpy(&out, bytes.data() + at, sizeof(T));
  return true;
}

unexpected no_list(const std::string& name, const std::string& why) {
  return {errc::unsupported, name + " " + why + "; name its packages or a folder of licence documents instead"};
}

}  // namespace

expected<std::string> requested_linker(std::string_view bytes, const std::string& name) {
  Elf64_Ehdr header;
  if (!load(bytes, 0, header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
    return no_list(name, "is no ELF program");
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB)
    return no_list(name, "is no 64-bit little-endian program");
  for (std::size_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr part;
    if (!load(bytes, header.e_phoff + i * sizeof(part), part)) break;
    if (part.p_type != PT_INTERP) continue;
    if (part.p_offset > bytes.size() || part.p_filesz > bytes.size() - part.p_offset || part.p_filesz > 4096) break;
    return std::string{bytes.substr(part.p_offset, part.p_filesz).data()};
  }
  return no_list(name, "names no dynamic linker (it is linked statically, or is a library)");
}

}  // namespace agents::licence
