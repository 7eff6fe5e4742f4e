// SPDX-License-Identifier: Apache-2.0
#include "cluster/keys/key_folder.hpp"

#include <stdlib.h>
#include <sys/stat.h>

#include <fstream>

#include "cluster/keys/allow_list.hpp"
#include "tests/catch.hpp"

using namespace agents;

namespace {

namespace fs = std::filesystem;

struct fixture {
  fixture() {
    auto pattern = (fs::temp_directory_path() / "agents-keys-XXXXXX").string();
    path = ::mkdtemp(pattern.data());
  }
  ~fixture() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  key_folder keys() const { return key_folder{path / "keys"}; }
  allowed_key key(const std::string& name, std::vector<std::string> modules = {"m"}) const {
    const auto pair = make_key_pair(name);
    REQUIRE(pair);
    return {name, pair->open, std::move(modules)};
  }
  fs::path path;
};

mode_t mode_of(const fs::path& file) {
  struct stat s {};
  REQUIRE(::stat(file.c_str(), &s) == 0);
  return s.st_mode & 0777;
}

}  // namespace

TEST_CASE("a pair is made once, its secret for nobody else") {
  const fixture f;
  auto keys = f.keys();
  const auto made = keys.make("node");
  REQUIRE(made);
  CHECK(mode_of(keys.secret_file("node")) == 0600);
  CHECK(mode_of(keys.path()) == 0700);
  const auto read = keys.own("node");
  REQUIRE(read);
  CHECK(read->open == made->open);
  CHECK(read->secret == made->secret);
  CHECK(read->name == "node");
  CHECK(keys.make("node").error().code == errc::conflict);
  CHECK(keys.own("node")->secret == made->secret);
  REQUIRE(keys.list_own());
  CHECK(keys.list_own()->size() == 1);
}

TEST_CASE("a secret key that others may read is refused with the remedy") {
  const fixture f;
  auto keys = f.keys();
  REQUIRE(keys.make("node"));
  REQUIRE(::chmod(keys.secret_file("node").c_str(), 0640) == 0);
  const auto read = keys.own("node");
  REQUIRE_FALSE(read);
  CHECK(read.error().code == errc::rejected);
  CHECK(read.error().message.find("chmod 600") != std::string::npos);
}

TEST_CASE("a missing key is an error with the command that makes it") {
  const fixture f;
  CHECK(f.keys().own("node").error().message.find("agents keys new node") != std::string::npos);
}

TEST_CASE("a secret that does not belong to its public key, and a file that is none, are errors without the secret") {
  const auto a = make_key_pair("a");
  auto b = make_key_pair("b");
  REQUIRE(a);
  REQUIRE(b);
  b->open = a->open;
  const auto mixed = parse_secret(secret_text(*b));
  REQUIRE_FALSE(mixed);
  CHECK(mixed.error().message.find(b->secret) == std::string::npos);
  CHECK(parse_secret("nonsense").error().code == errc::bad_input);
  CHECK(parse_secret(public_text({"a", a->open})).error().message.find("secret-key") != std::string::npos);
}

TEST_CASE("names of keys are names of files, and no ways out of the folder") {
  const fixture f;
  for (const auto* name : {"", ".hidden", "../up", "a/b", "a b", "a\nb"}) CHECK_FALSE(f.keys().make(name));
  CHECK_FALSE(f.keys().make(std::string(65, 'x')));
  CHECK_FALSE(f.keys().revoke("../keys/node"));
}

TEST_CASE("an allowed key may offer its modules until it is revoked") {
  const fixture f;
  auto keys = f.keys();
  const auto k = f.key("gpu-1", {"ocr", "summariser"});
  REQUIRE(keys.allow(k));
  std::vector<std::string> problems;
  const auto all = keys.allowed(problems);
  REQUIRE(all.size() == 1);
  CHECK(all[0].name == "gpu-1");
  CHECK(all[0].key == k.key);
  CHECK(all[0].may_offer("ocr"));
  CHECK_FALSE(all[0].may_offer("planner"));
  CHECK(f.key("x", {"*"}).may_offer("planner"));
  CHECK(mode_of(keys.allowed_folder() / "gpu-1") == 0600);
  const auto was = keys.revoke("gpu-1");
  REQUIRE(was);
  CHECK(was->key == k.key);
  CHECK(keys.allowed(problems).empty());
  CHECK(keys.revoke("gpu-1").error().code == errc::not_found);
  CHECK(problems.empty());
}

TEST_CASE("two keys may be allowed for one module, but one name has one key") {
  const fixture f;
  auto keys = f.keys();
  const auto old_key = f.key("gpu-1");
  REQUIRE(keys.allow(old_key));
  REQUIRE(keys.allow(f.key("gpu-1-next")));
  CHECK(keys.allow(f.key("gpu-1")).error().code == errc::conflict);
  CHECK(keys.allow({"other", old_key.key, {"m"}}).error().code == errc::conflict);
  CHECK(keys.allow({"gpu-1", old_key.key, {"m", "n"}}));
  CHECK(keys.allow(f.key("none", {})).error().code == errc::bad_input);
  CHECK(keys.allow(f.key("odd", {"a,b"})).error().code == errc::bad_input);
}

TEST_CASE("a key is given as a file or as its text, never as a secret") {
  const fixture f;
  auto keys = f.keys();
  const auto made = keys.make("gpu-1");
  REQUIRE(made);
  const auto from_file = read_file_or_key((keys.path() / "gpu-1.public").string());
  REQUIRE(from_file);
  CHECK(from_file->name == "gpu-1");
  CHECK(from_file->key == made->open);
  CHECK(read_file_or_key(made->open.text())->key == made->open);
  CHECK(read_file_or_key(keys.secret_file("gpu-1").string()).error().message.find(".public") != std::string::npos);
  CHECK(read_file_or_key("neither").error().code == errc::bad_input);
}

TEST_CASE("a running node sees what was allowed and revoked; a broken file allows nobody and hides no other") {
  const fixture f;
  auto keys = f.keys();
  allow_list list{keys};
  CHECK(list.size() == 0);
  CHECK_FALSE(list.refresh());
  const auto a = f.key("a");
  const auto b = f.key("b");
  REQUIRE(keys.allow(a));
  CHECK(list.refresh());
  CHECK_FALSE(list.refresh());
  REQUIRE(list.find(a.key));
  CHECK(list.find(a.key)->name == "a");
  CHECK_FALSE(list.find(b.key));
  std::ofstream{keys.allowed_folder() / "broken"} << "nonsense";
  REQUIRE(keys.allow(b));
  CHECK(list.refresh());
  CHECK(list.size() == 2);
  REQUIRE(list.problems().size() == 1);
  CHECK(list.problems()[0].find("broken") != std::string::npos);
  REQUIRE(keys.allow({"a", a.key, {"other"}}));
  CHECK(list.refresh());
  CHECK(list.find(a.key)->may_offer("other"));
  REQUIRE(keys.revoke("a"));
  CHECK(list.refresh());
  CHECK_FALSE(list.find(a.key));
}

TEST_CASE("keys that others could replace count for nobody") {
  const fixture f;
  auto keys = f.keys();
  REQUIRE(keys.make("node"));
  REQUIRE(keys.allow(f.key("worker")));
  REQUIRE(::chmod(keys.allowed_folder().c_str(), 0770) == 0);
  std::vector<std::string> problems;
  CHECK(keys.allowed(problems).empty());
  REQUIRE(problems.size() == 1);
  CHECK(problems.front().find("others may write in ") == 0);
  CHECK(keys.own("node").error().code == errc::rejected);
  CHECK(keys.list_own().error().code == errc::rejected);
  CHECK(keys.make("other").has_value());  // below `allowed` nothing is written
  CHECK(keys.allow(f.key("more")).error().code == errc::rejected);
  REQUIRE(::chmod(keys.allowed_folder().c_str(), 0700) == 0);
  REQUIRE(::chmod(keys.path().c_str(), 0777) == 0);
  CHECK(keys.make("third").error().code == errc::rejected);
}
