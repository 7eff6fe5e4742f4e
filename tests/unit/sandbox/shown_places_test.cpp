// SPDX-License-Identifier: Apache-2.0
#include "libagents/sandbox/shown_places.hpp"

#include <stdlib.h>

#include <fstream>

#include "tests/catch.hpp"

using namespace agents;
using namespace agents::sandbox;

namespace {

namespace fs = std::filesystem;

const system_view view{{}, {"/usr"}, {}};

/// A project: a module's folder with the node's data in it, and places beside it.
struct project {
  project() {
    auto pattern = (fs::temp_directory_path() / "agents-places-XXXXXX").string();
    root = fs::canonical(::mkdtemp(pattern.data()));
    for (const auto* folder : {"module/.agents/keys", "module/part", "shared/out", "other"})
      fs::create_directories(root / folder);
    std::ofstream{root / "other" / "secret"} << "secret";
    image.confined.emplace();
    image.folder = (root / "module").string();
    around().node_folders = {{root / "module/.agents", "the data of the node"}};
  }
  ~project() {
    std::error_code ignored;
    fs::remove_all(root, ignored);
  }
  project(const project&) = delete;
  project& operator=(const project&) = delete;

  permissions& may() { return image.confined->may; }
  surroundings& around() { return may().around; }
  [[nodiscard]] std::string problem() const {
    const auto ok = check_shown_places(image, view);
    return ok ? "fine" : ok.error().message;
  }

  fs::path root;
  process_image image{"/usr/bin/python3", {"python3"}, {}};
};

bool has(const std::string& text, const std::string& part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the node's data inside of a module's folder is covered") {
  project p;
  CHECK(p.problem() == "fine");
  CHECK(covered_folders(p.image, view) == std::vector{p.root / "module/.agents"});
  p.around().node_folders.push_back({p.root / "module/.agents/keys", "the keys of the node"});
  CHECK(covered_folders(p.image, view).size() == 1);  // nothing can be put into what covers it
  p.around().node_folders = {{p.root / "module/missing", "the data of the node"}};
  CHECK(covered_folders(p.image, view).empty());
  p.around().node_folders = {{p.root / "other", "the data of the node"}};
  CHECK(covered_folders(p.image, view).empty());
}

TEST_CASE("it is covered by the name that it has inside, whatever links lead to folder and data") {
  project p;
  fs::create_directory_symlink(p.root / "module", p.root / "link");
  fs::create_directory_symlink(p.root / "module/.agents", p.root / "data");
  p.image.folder = (p.root / "link").string();
  p.around().node_folders = {{p.root / "data", "the data of the node"}};
  CHECK(covered_folders(p.image, view) == std::vector{p.root / "link/.agents"});
}

TEST_CASE("a module cannot be, nor be granted, what is in the node's folders or around them") {
  project p;
  SECTION("its folder") {
    p.image.folder = (p.root / "module/.agents").string();
    CHECK(has(p.problem(), "`folder`: " + p.image.folder + " lies in the data of the node"));
  }
  SECTION("its program") {
    p.image.program = (p.root / "module/.agents/program").string();
    CHECK(has(p.problem(), "`command`: " + p.image.program + " lies in the data of the node"));
  }
  SECTION("a grant around them") {
    p.may().read = {p.root / "module"};
    CHECK(has(p.problem(), "`read`: " + p.root.string() + "/module contains the data of the node"));
  }
  SECTION("a grant inside, by a link") {
    fs::create_directory_symlink(p.root / "module/.agents/keys", p.root / "link");
    p.may().write = {p.root / "link"};
    CHECK(has(p.problem(), "`write`: " + p.root.string() + "/link lies in the data of the node"));
  }
  SECTION("a grant beside them is none of these") {
    p.may().write = {p.root / "module/part"};
    CHECK(p.problem() == "fine");
  }
}

TEST_CASE("the secrets of others are in nothing that is shown") {
  project p;
  const auto secret = p.root / "other/secret";
  p.around().secrets = {{secret, "the secret KEY of module `a`"}};
  CHECK(p.problem() == "fine");
  SECTION("the folder") {
    p.image.folder = (p.root / "other").string();
    CHECK(has(p.problem(), "contains the secret KEY of module `a` (" + secret.string() + "); put the module into"));
  }
  SECTION("grants") {
    p.may().read = {p.root / "other"};
    CHECK(has(p.problem(), "`read`: "));
    p.may().read = {secret};
    CHECK(has(p.problem(), "`read`: "));
  }
  SECTION("the system") {
    p.around().secrets = {{"/usr/share/secret", "the secret KEY of module `a`"}};
    CHECK(has(p.problem(), "lies in /usr, which every sandbox shows"));
  }
}

TEST_CASE("a module may read its own secret, but not put something else in its place") {
  project p;
  p.around().own_secrets = {{p.root / "other/secret", "the secret KEY of this module"}};
  p.image.folder = (p.root / "other").string();
  CHECK(p.problem() == "fine");
  p.may().write = {p.root / "other"};
  CHECK(has(p.problem(), "which the node reads at each start"));
}

TEST_CASE("below what another module may write nothing is shown, because that could be a link by then") {
  project p;
  p.around().writable = {{p.root / "shared", "what module `a` may write"}};
  SECTION("read") { p.may().read = {p.root / "shared/out"}; }
  SECTION("write") { p.may().write = {p.root / "shared/out"}; }
  SECTION("folder") { p.image.folder = (p.root / "shared/out").string(); }
  SECTION("the module's code itself") { p.image.folder = (p.root / "shared").string(); }
  SECTION("program") { p.image.program = (p.root / "shared/out/program").string(); }
  CHECK(has(p.problem(), "lies within what module `a` may write (" + p.root.string() + "/shared), where that module"));
}

TEST_CASE("two modules may have the same folder, whole") {
  project p;
  p.around().writable = {{p.root / "shared", "what module `a` may write"}};
  p.may().read = {p.root / "shared"};
  CHECK(p.problem() == "fine");
  p.may().read.clear();
  p.may().write = {p.root / "shared"};
  CHECK(p.problem() == "fine");
}

TEST_CASE("a path that leads elsewhere than when the configuration was read is refused") {
  project p;
  const auto grant = p.root / "shared/out";
  p.may().read = {grant};
  p.around().led_to = {{grant, grant}, {p.image.folder, p.image.folder}};
  CHECK(p.problem() == "fine");
  fs::remove(grant);
  fs::create_directory_symlink(p.root / "other", grant);
  CHECK(p.problem() == "`read`: " + grant.string() + " led to " + grant.string() +
                           " when the configuration was read, and leads to " + p.root.string() +
                           "/other now; undo that, or let the configuration be read anew: restart the node, or `agents "
                           "upgrade` the module");
  p.may().read.clear();
  p.around().led_to = {{p.image.folder, p.root / "other"}};
  CHECK(has(p.problem(), "`folder`: "));
}
