// SPDX-License-Identifier: Apache-2.0
#include "cluster/keys/key_folder.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "libagents/home/owned_folder.hpp"

namespace agents {
namespace {

namespace fs = std::filesystem;

constexpr mode_t for_me = S_IRUSR | S_IWUSR;
constexpr mode_t for_all = for_me | S_IRGRP | S_IROTH;
constexpr auto remedy = "set AGENTS_HOME, or name another folder with --keys";

unexpected problem_with(const fs::path& file) {
  return {errc::io, "cannot write " + file.string() + ": " + std::strerror(errno) + "; " + remedy};
}

bool write_all(int fd, const std::string& text) {
  return ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(fd) == 0;
}

enum class if_there : bool { fail, replace };

/// Writes aside, then gives it its name at once.
expected<void> write_file(const fs::path& file, const std::string& text, mode_t mode, if_there other) {
  auto aside = file.parent_path() / (".new-XXXXXX");
  auto pattern = aside.string();
  const int fd = ::mkstemp(pattern.data());
  if (fd < 0) return problem_with(file);
  const bool written = ::fchmod(fd, mode) == 0 && write_all(fd, text);
  const int why = errno;
  ::close(fd);
  errno = why;
  const auto place = [&] {
    return other == if_there::replace ? ::rename(pattern.c_str(), file.c_str()) : ::link(pattern.c_str(), file.c_str());
  };
  const bool placed = written && place() == 0;
  expected<void> result;
  if (!placed && errno == EEXIST)
    result = unexpected{errc::conflict, file.string() + " is there already; take another name, or remove it"};
  else if (!placed)
    result = problem_with(file);
  ::unlink(pattern.c_str());
  return result;
}

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> out;
  std::error_code failure;
  for (fs::directory_iterator at{folder, failure}, end; !failure && at != end; at.increment(failure))
    if (at->path().filename().string().front() != '.') out.push_back(at->path());
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

expected<key_pair> key_folder::make(const std::string& name) {
  auto pair = make_key_pair(name);
  if (!pair) return pair;
  if (auto ok = make_owned_folder(folder_, remedy); !ok) return ok.propagate();
  if (auto ok = write_file(secret_file(name), secret_text(*pair), for_me, if_there::fail); !ok) return ok.propagate();
  const auto open = folder_ / (name + ".public");
  if (auto ok = write_file(open, public_text({name, pair->open}), for_all, if_there::replace); !ok)
    return ok.propagate();
  return pair;
}

expected<void> key_folder::check() const {
  for (const auto& folder : {folder_, allowed_folder()})
    if (auto ok = check_owned_folder(folder, remedy); !ok) return ok;
  return {};
}

expected<key_pair> key_folder::own(const std::string& name) const {
  if (auto ok = check(); !ok) return ok.propagate();
  auto k = read_secret_key(secret_file(name));
  if (k || k.error().code != errc::not_found) return k;
  return unexpected{errc::not_found,
                    "there is no key " + secret_file(name).string() + "; make it: agents keys new " + name};
}

expected<std::vector<named_key>> key_folder::list_own() const {
  if (auto ok = check(); !ok) return ok.propagate();
  std::vector<named_key> out;
  for (const auto& file : files_in(folder_)) {
    if (file.extension() != ".secret") continue;
    auto k = read_secret_key(file);
    if (!k) return k.propagate();
    out.push_back({file.stem().string(), k->open});
  }
  return out;
}

expected<void> key_folder::allow(const allowed_key& k) {
  if (auto ok = check_key_name(k.name); !ok) return ok;
  if (k.modules.empty())
    return unexpected{errc::bad_input, "which modules may it offer? Add --module NAME, or --module '*' for any"};
  for (const auto& m : k.modules)
    if (m.empty() || m.find_first_of(", \"\n") != std::string::npos)
      return unexpected{errc::bad_input, "\"" + m + "\" is no name of a module"};
  std::vector<std::string> ignored;
  for (const auto& known : allowed(ignored)) {
    if (known.name == k.name && known.key != k.key)
      return unexpected{errc::conflict, "the name " + k.name + " is that of another key, " + known.key.fingerprint() +
                                            "; revoke it, or choose another one with --name"};
    if (known.name != k.name && known.key == k.key)
      return unexpected{errc::conflict, "this key is allowed already, as " + known.name +
                                            "; to change its modules: agents keys allow … --name " + known.name};
  }
  for (const auto& folder : {folder_, allowed_folder()})
    if (auto ok = make_owned_folder(folder, remedy); !ok) return ok;
  return write_file(allowed_folder() / k.name, allowed_text(k), for_me, if_there::replace);
}

expected<allowed_key> key_folder::revoke(const std::string& name) {
  if (auto ok = check_key_name(name); !ok) return ok.propagate();
  const auto file = allowed_folder() / name;
  const auto text = read_key_text(file);
  if (!text && text.error().code == errc::not_found)
    return unexpected{errc::not_found, "no key " + name + " is allowed; `agents keys list` shows those that are"};
  if (::unlink(file.c_str()) != 0) return problem_with(file);
  auto was = text ? parse_allowed(*text) : expected<allowed_key>{text.propagate()};
  return was ? was : expected<allowed_key>{allowed_key{name, {}, {}}};
}

std::vector<allowed_key> key_folder::allowed(std::vector<std::string>& problems) const {
  std::vector<allowed_key> out;
  if (const auto ok = check(); !ok) {
    problems.push_back(ok.error().message);
    return out;
  }
  for (const auto& file : files_in(allowed_folder())) {
    const auto text = read_key_text(file);
    auto k = text ? parse_allowed(*text) : expected<allowed_key>{text.propagate()};
    if (!k) {
      problems.push_back(file.string() + ": " + k.error().message);
      continue;
    }
    k->name = file.filename().string();  // the name of the file counts: it is what `revoke` removes
    out.push_back(std::move(*k));
  }
  return out;
}

expected<named_key> read_file_or_key(const std::string& text) {
  if (auto key = public_key::parse(text)) return named_key{"", std::move(*key)};
  const auto content = read_key_text(text);
  if (!content)
    return unexpected{errc::bad_input,
                      "\"" + text + "\" is neither a public key (40 characters) nor a file that can be read"};
  if (content->find("secret-key") != std::string::npos)
    return unexpected{errc::bad_input, text + " is a secret key, which stays where it is; take the file with .public"};
  auto key = parse_public(*content);
  if (key) return key;
  return unexpected{key.error().code, text + ": " + key.error().message};
}

}  // namespace agents
