// SPDX-License-Identifier: Apache-2.0
#include "cluster/config/listen_settings.hpp"

#include <stdlib.h>

#include <fstream>

#include "cluster/config/node_settings.hpp"
#include "tests/catch.hpp"

using namespace agents;

namespace {

namespace fs = std::filesystem;

struct fixture {
  fixture() {
    auto pattern = (fs::temp_directory_path() / "agents-listen-XXXXXX").string();
    folder = ::mkdtemp(pattern.data());
  }
  ~fixture() { fs::remove_all(folder); }
  expected<node_settings> load(const std::string& text) const {
    std::ofstream{folder / "node.toml"} << text;
    return load_node_settings(folder / "node.toml");
  }
  std::string problem(const std::string& text) const {
    const auto s = load(text);
    REQUIRE_FALSE(s);
    return s.error().message;
  }
  fs::path folder;
};

const std::string far = "[module.far]\nremote = true\n";

}  // namespace

TEST_CASE("a node that listens names its address, and keys are looked for beside the file") {
  const fixture f;
  const auto s = f.load("[listen]\naddress = \"tcp://0.0.0.0:5701\"\nkeys = \"k\"\nkey = \"mine\"\n" + far +
                        "replicas = 3\nsilence = 9\n");
  REQUIRE(s);
  CHECK(s->listen.address == "tcp://0.0.0.0:5701");
  CHECK(s->listen.keys == f.folder / "k");
  CHECK(s->listen.key == "mine");
  CHECK(s->listen.encrypted);
  REQUIRE(s->supervision.modules.size() == 1);
  CHECK(s->supervision.modules[0].remote);
  CHECK(s->supervision.modules[0].options.replicas == 3);
  CHECK(s->supervision.modules[0].process.silence == std::chrono::seconds{9});
  CHECK(f.load("[listen]\naddress = \"tcp://127.0.0.1:0\"\nkeys = \"none\"\n" + far));
  CHECK(f.load("[listen]\naddress = \"tcp://[::1]:5701\"\nkeys = \"none\"\n" + far));
}

TEST_CASE("without keys only loopback addresses are taken, and the error says the remedy") {
  const fixture f;
  for (const auto* address :
       {"tcp://0.0.0.0:1", "tcp://192.0.2.7:1", "tcp://[::]:1", "tcp://localhost:1", "tcp://eth0:1"}) {
    const auto why = f.problem("[listen]\naddress = \"" + std::string{address} + "\"\nkeys = \"none\"\n" + far);
    CHECK(why.find("node.toml:3") != std::string::npos);
    CHECK(why.find("agents keys new node") != std::string::npos);
  }
}

TEST_CASE("what does not fit together is an error with line and remedy") {
  const fixture f;
  const std::string listen = "[listen]\naddress = \"tcp://127.0.0.1:1\"\n";
  CHECK(f.problem("[listen]\n" + far).find("tcp://") != std::string::npos);
  for (const auto* address : {"5701", "tcp://5701", "tcp://host:", "tcp://host:70000", "tcp://::1:5", "ipc://x"})
    CHECK(f.problem("[listen]\naddress = \"" + std::string{address} + "\"\n" + far).find("`address`") !=
          std::string::npos);
  CHECK(f.problem(listen).find("remote = true") != std::string::npos);
  CHECK(f.problem(far).find("[listen]") != std::string::npos);
  CHECK(f.problem(listen + far + "command = [\"x\"]\n").find("`command` has no effect with `remote`") !=
        std::string::npos);
  CHECK(f.problem(listen + far + "start_limit = 5\n").find("`start_limit`") != std::string::npos);
  CHECK(f.problem(listen + far + "silence = 1\n").find("longer than `heartbeat`") != std::string::npos);
  CHECK(f.problem(listen + "keys = \"none\"\nkey = \"x\"\n" + far).find("`key` has no effect") != std::string::npos);
}
