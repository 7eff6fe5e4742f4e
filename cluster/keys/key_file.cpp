// SPDX-License-Identifier: Apache-2.0
#include "cluster/keys/key_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <utility>

namespace agents {
namespace {

constexpr std::size_t longest_file_bytes = 65536;
constexpr std::size_t longest_name = 64;
constexpr std::string_view blanks = " \t\r";

/// The lines `key = "value"` of a file, whatever section they are in. ZeroMQ's certificates have nothing else.
std::map<std::string, std::string, std::less<>> entries_of(std::string_view text) {
  std::map<std::string, std::string, std::less<>> out;
  for (std::size_t from = 0; from < text.size();) {
    const auto end = std::min(text.find('\n', from), text.size());
    auto line = text.substr(from, end - from);
    from = end + 1;
    const auto begin = line.find_first_not_of(blanks);
    if (begin == std::string_view::npos || line[begin] == '#') continue;
    const auto equals = line.find('=', begin);
    const auto open = line.find('"', begin);
    const auto close = line.rfind('"');
    if (equals == std::string_view::npos || open == std::string_view::npos || open < equals || close <= open) continue;
    auto key = line.substr(begin, equals - begin);
    key = key.substr(0, key.find_last_not_of(blanks) + 1);
    out.emplace(key, line.substr(open + 1, close - open - 1));
  }
  return out;
}

expected<std::string> entry(const std::map<std::string, std::string, std::less<>>& entries, std::string_view key) {
  const auto found = entries.find(key);
  if (found != entries.end()) return found->second;
  return unexpected{errc::bad_input, "it has no line `" + std::string{key} + " = \"…\"`; make it with `agents keys`"};
}

std::vector<std::string> words_of(const std::string& list) {
  std::vector<std::string> out;
  std::string word;
  for (const char c : list + ",") {
    if (c != ',' && c != ' ') {
      word += c;
    } else if (!word.empty()) {
      out.push_back(std::exchange(word, {}));
    }
  }
  return out;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& w : words) out += (out.empty() ? "" : ", ") + w;
  return out;
}

/// `metadata` and `curve`, the two sections of a certificate.
std::string certificate(const std::string& comment, const std::string& metadata, const std::string& keys) {
  return "# " + comment + "\nmetadata\n" + metadata + "curve\n" + keys;
}

std::string line(std::string_view key, const std::string& value) {
  return "    " + std::string{key} + " = \"" + value + "\"\n";
}

}  // namespace

bool allowed_key::may_offer(std::string_view module) const {
  return std::any_of(modules.begin(), modules.end(), [&](const auto& m) { return m == "*" || m == module; });
}

expected<key_pair> make_key_pair(const std::string& name) {
  if (auto ok = check_key_name(name); !ok) return ok.propagate();
  char open[41];
  char secret[41];
  do {  // one that begins with '-' would be taken for an option on the command line
    if (zmq_curve_keypair(open, secret) != 0)
      return unexpected{errc::unsupported, "this ZeroMQ was built without CURVE; install the distribution's libzmq5"};
  } while (open[0] == '-');
  auto key = public_key::parse(open);
  if (!key) return key.propagate();
  return key_pair{name, std::move(*key), secret};
}

expected<void> check_key_name(const std::string& name) {
  const auto is_good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  };
  if (!name.empty() && name.size() <= longest_name && name.front() != '.' &&
      std::all_of(name.begin(), name.end(), is_good))
    return {};
  return unexpected{errc::bad_input,
                    "a key's name has 1 to 64 letters, digits, '.', '_' and '-', and does not begin with '.'"};
}

std::string secret_text(const key_pair& k) {
  return certificate("A secret key of libagents. It stays on this host; whoever has it is " + k.name + ".",
                     line("name", k.name), line("public-key", k.open.text()) + line("secret-key", k.secret));
}

std::string public_text(const named_key& k) {
  return certificate("A public key of libagents; fingerprint " + k.key.fingerprint(), line("name", k.name),
                     line("public-key", k.key.text()));
}

std::string allowed_text(const allowed_key& k) {
  return certificate("A key that may register modules; fingerprint " + k.key.fingerprint(),
                     line("name", k.name) + line("modules", joined(k.modules)), line("public-key", k.key.text()));
}

expected<named_key> parse_public(std::string_view text) {
  const auto entries = entries_of(text);
  const auto written = entry(entries, "public-key");
  if (!written) return written.propagate();
  auto key = public_key::parse(*written);
  if (!key) return key.propagate();
  const auto name = entries.find("name");
  return named_key{name == entries.end() ? "" : name->second, std::move(*key)};
}

expected<key_pair> parse_secret(std::string_view text) {
  auto open = parse_public(text);
  if (!open) return open.propagate();
  auto secret = entry(entries_of(text), "secret-key");
  if (!secret) return secret.propagate();
  char derived[41];
  if (secret->size() != 40 || zmq_curve_public(derived, secret->c_str()) != 0 || open->key.text() != derived)
    return unexpected{errc::bad_input,
                      "its secret key does not belong to its public key; take the file as it was made"};
  return key_pair{std::move(open->name), std::move(open->key), std::move(*secret)};
}

expected<allowed_key> parse_allowed(std::string_view text) {
  auto open = parse_public(text);
  if (!open) return open.propagate();
  const auto modules = entry(entries_of(text), "modules");
  if (!modules) return modules.propagate();
  return allowed_key{std::move(open->name), std::move(open->key), words_of(*modules)};
}

expected<std::string> read_key_text(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return unexpected{errno == ENOENT ? errc::not_found : errc::io,
                      "the key file " + file.string() + " cannot be read: " + std::strerror(errno)};
  std::string text(longest_file_bytes, '\0');
  const auto got = ::read(fd, text.data(), text.size());
  ::close(fd);
  if (got < 0)
    return unexpected{errc::io, "the key file " + file.string() + " cannot be read: " + std::strerror(errno)};
  text.resize(static_cast<std::size_t>(got));
  return text;
}

expected<key_pair> read_secret_key(const std::filesystem::path& file) {
  struct stat s {};
  if (::stat(file.c_str(), &s) == 0 && (s.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return unexpected{errc::rejected, "the secret key " + file.string() +
                                          " may be read by others; if nobody has, chmod 600 " + file.string() +
                                          ", else make a new key and revoke this one"};
  const auto text = read_key_text(file);
  if (!text) return text.propagate();
  auto key = parse_secret(*text);
  if (key) return key;
  return unexpected{key.error().code, file.string() + ": " + key.error().message};
}

}  // namespace agents
