// SPDX-License-Identifier: Apache-2.0
#include "cluster/cli/keys_command.hpp"

#include <ostream>

#include "cluster/keys/key_folder.hpp"
#include "libagents/home/home_folder.hpp"

namespace agents::cli {
namespace {

expected<key_folder> folder_of(const keys_options& o) {
  if (!o.folder.empty()) return key_folder{o.folder};
  auto folder = home_keys_folder();
  if (!folder) return folder.propagate();
  return key_folder{std::move(*folder)};
}

object row_of(const named_key& k) {
  return {{"name", k.name}, {"public_key", k.key.text()}, {"fingerprint", k.key.fingerprint()}};
}

object row_of(const allowed_key& k) {
  auto row = row_of(named_key{k.name, k.key});
  row["modules"] = array(k.modules.begin(), k.modules.end());
  return row;
}

std::string listed(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& w : words) out += (out.empty() ? "" : ", ") + w;
  return out;
}

void print_lists(const std::vector<named_key>& own, const std::vector<allowed_key>& allowed, const console& c) {
  if (own.empty() && allowed.empty()) c.out << "no keys yet; make one: agents keys new NAME\n";
  if (!own.empty()) c.out << c.bold("own pairs") << '\n';
  for (const auto& k : own) c.out << "  " << k.name << "  " << k.key.fingerprint() << "  " << k.key.text() << '\n';
  if (!allowed.empty()) c.out << c.bold("allowed") << '\n';
  for (const auto& k : allowed)
    c.out << "  " << k.name << "  " << k.key.fingerprint() << "  modules: " << listed(k.modules) << '\n';
}

}  // namespace

exit_code keys_new(const keys_options& o, const console& c) {
  auto folder = folder_of(o);
  if (!folder) return c.fail(folder.error());
  const auto k = folder->make(o.name);
  if (!k) return c.fail(k.error());
  const auto file = std::filesystem::absolute(folder->secret_file(o.name)).string();
  if (c.json) {
    auto row = row_of(named_key{k->name, k->open});
    row["secret_file"] = file;
    return c.print(row), exit_code::ok;
  }
  c.out << "key " << c.bold(k->name) << ", fingerprint " << k->open.fingerprint() << "\n  public  " << k->open.text()
        << "\n  secret  " << file << " (stays on this host)\n";
  return exit_code::ok;
}

exit_code keys_list(const keys_options& o, const console& c) {
  const auto folder = folder_of(o);
  if (!folder) return c.fail(folder.error());
  const auto own = folder->list_own();
  if (!own) return c.fail(own.error());
  std::vector<std::string> problems;
  const auto allowed = folder->allowed(problems);
  for (const auto& p : problems) c.err << "agents: " << p << '\n';
  if (!c.json) return print_lists(*own, allowed, c), exit_code::ok;
  array pairs;
  for (const auto& k : *own) pairs.emplace_back(row_of(k));
  array others;
  for (const auto& k : allowed) others.emplace_back(row_of(k));
  c.print(object{{"own", std::move(pairs)}, {"allowed", std::move(others)}});
  return exit_code::ok;
}

exit_code keys_allow(const keys_options& o, const console& c) {
  const auto found = read_file_or_key(o.key);
  if (!found) return c.fail(found.error());
  const allowed_key k{o.name.empty() ? found->name : o.name, found->key, o.modules};
  if (k.name.empty()) return c.fail({errc::bad_input, "a key has no name of its own; choose one with --name"});
  auto folder = folder_of(o);
  if (!folder) return c.fail(folder.error());
  if (const auto ok = folder->allow(k); !ok) return c.fail(ok.error());
  if (c.json) return c.print(row_of(k)), exit_code::ok;
  c.out << "allowed " << c.bold(k.name) << ", fingerprint " << k.key.fingerprint() << ", for the modules "
        << listed(k.modules) << '\n';
  return exit_code::ok;
}

exit_code keys_revoke(const keys_options& o, const console& c) {
  auto folder = folder_of(o);
  if (!folder) return c.fail(folder.error());
  const auto k = folder->revoke(o.name);
  if (!k) return c.fail(k.error());
  if (c.json) return c.print(row_of(*k)), exit_code::ok;
  c.out << "revoked " << c.bold(k->name) << ", fingerprint " << k->key.fingerprint()
        << "; a node that runs ends its sessions now\n";
  return exit_code::ok;
}

}  // namespace agents::cli
