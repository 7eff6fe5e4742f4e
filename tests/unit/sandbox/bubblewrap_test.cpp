// SPDX-License-Identifier: Apache-2.0
#include "libagents/sandbox/bubblewrap.hpp"

#include <algorithm>

#include "tests/catch.hpp"

using namespace agents;
using namespace agents::sandbox;

namespace {

const system_view view{{{"/bin", "usr/bin"}}, {"/usr"}, {"/etc/ld.so.cache"}};

process_image image_in(const std::string& folder) {
  process_image i{"/usr/bin/python3", {"python3", "module.py"}, {}, folder};
  i.confined.emplace();
  return i;
}

std::string line_of(const process_image& i, bool as_root) {
  std::string out;
  for (const auto& w : bubblewrap_arguments(i, view, {as_root, "/usr/bin/setpriv", 10, 11, 12, 13, 14})) out += w + " ";
  return out;
}

bool has(const std::string& line, std::string_view part) { return line.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a sandbox has all namespaces, no capabilities, and dies with its node") {
  const auto line = line_of(image_in("/srv/m"), false);
  for (const auto* part :
       {"--unshare-user ", "--unshare-pid ", "--unshare-net ", "--unshare-ipc ", "--unshare-uts ", "--disable-userns ",
        "--die-with-parent ", "--new-session ", "--cap-drop ALL ", "--add-seccomp-fd 12 --add-seccomp-fd 13 ",
        "--block-fd 11 ", "--info-fd 10 ", "--ro-bind /usr /usr ", "--symlink usr/bin /bin ",
        "--ro-bind /srv/m /srv/m ", "--remount-ro / ", "-- /usr/bin/python3 module.py "})
    CHECK(has(line, part));
  CHECK_FALSE(has(line, "setpriv"));
  CHECK_FALSE(has(line, "--userns-block-fd"));
  CHECK_FALSE(has(line, "resolv.conf"));
}

TEST_CASE("as root the last step gives the user up") {
  const auto line = line_of(image_in("/srv/m"), true);
  CHECK(has(line, "--userns-block-fd 11 --block-fd 11 "));  // the second one is what closes it inside
  CHECK(has(line, "--cap-drop ALL --cap-add CAP_SETUID "));
  CHECK(has(line, "-- /usr/bin/setpriv --reuid 65530 --inh-caps=-all -- /usr/bin/python3 module.py "));
}

TEST_CASE("grants appear, and nothing is writable but what was granted so") {
  auto i = image_in("/srv/m");
  i.confined->may.network = true;
  i.confined->may.read = {"/srv/r"};
  i.confined->may.write = {"/srv/w"};
  i.confined->sockets = {"/run/agents/node"};
  const auto words = bubblewrap_arguments(i, view, {});
  const auto line = line_of(i, false);
  CHECK_FALSE(has(line, "--unshare-net"));
  CHECK(has(line, "--ro-bind-try /etc/resolv.conf"));
  CHECK(has(line, "--ro-bind /srv/r /srv/r "));
  CHECK(has(line, "--bind /srv/w /srv/w "));
  CHECK(has(line, "--ro-bind /run/agents/node /run/agents/node "));
  CHECK(std::count(words.begin(), words.end(), "--bind") == 1);
  CHECK(std::count(words.begin(), words.end(), "--dev-bind") == 0);
}

TEST_CASE("grants lie over the module's folder, and covers over both") {
  auto i = image_in("/srv/m");
  i.confined->may.read = {"/srv/m/r"};
  i.confined->may.write = {"/srv/m/w"};
  bubblewrap_start s;
  s.covered = {"/srv/m/.agents"};
  std::string line;
  for (const auto& w : bubblewrap_arguments(i, view, s)) line += w + " ";
  const auto at = [&line](const char* part) {
    INFO(part);
    REQUIRE(has(line, part));
    return line.find(part);
  };
  CHECK(at("--ro-bind /srv/m /srv/m ") < at("--ro-bind /srv/m/r /srv/m/r "));
  CHECK(at("--ro-bind /srv/m /srv/m ") < at("--bind /srv/m/w /srv/m/w "));
  CHECK(at("--bind /srv/m/w ") < at("--perms 0555 --size 4096 --tmpfs /srv/m/.agents --remount-ro /srv/m/.agents "));
}

TEST_CASE("the sizes of what is in memory are those that were granted") {
  auto i = image_in("");
  i.confined->may.at_most.tmp_bytes = 4096;
  const auto line = line_of(i, false);
  CHECK(has(line, "--size 4096 --tmpfs /tmp "));
  CHECK(has(line, "--size 4096 --tmpfs /dev/shm "));
  CHECK(has(line, "--chdir / "));
}

TEST_CASE("a program outside the system and the folder is shown alone") {
  auto i = image_in("/srv/m");
  i.program = "/opt/tool/bin/tool";
  CHECK(has(line_of(i, false), "--ro-bind /opt/tool/bin/tool /opt/tool/bin/tool "));
  i.program = "/srv/m/tool";
  CHECK_FALSE(has(line_of(i, false), "--ro-bind /srv/m/tool"));
}
