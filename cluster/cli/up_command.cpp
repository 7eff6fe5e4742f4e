// SPDX-License-Identifier: Apache-2.0
#include "cluster/cli/up_command.hpp"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <ostream>
#include <thread>
#include <utility>

#include "cluster/cli/node_log.hpp"
#include "cluster/cli/session.hpp"
#include "cluster/control/commands.hpp"
#include "cluster/control/control_workers.hpp"
#include "cluster/control/node_place.hpp"
#include "cluster/process/worker_environment.hpp"
#include "libagents/home/home_folder.hpp"
#include "monitoring/metrics_exporter.hpp"

namespace agents::cli {
namespace {

/// While the node ends in order, a second signal ends it at once. Processes of modules are killed by the kernel then.
class impatience {
 public:
  impatience() : thread_([this] { wait(); }) {}
  impatience(const impatience&) = delete;
  impatience& operator=(const impatience&) = delete;
  ~impatience() {
    over_.store(true);
    thread_.join();
  }

 private:
  void wait() {
    while (!over_.load())
      if (wait_for_interrupt(std::chrono::milliseconds{20})) ::_exit(static_cast<int>(exit_code::interrupted));
  }
  std::atomic<bool> over_{false};
  std::thread thread_;
};

expected<node_settings> settings_of(const up_options& o) {
  node_settings s;
  if (!o.config.empty()) {
    auto loaded = load_node_settings(o.config);
    if (!loaded) return loaded;
    s = std::move(*loaded);
  }
  if (!o.metrics.empty()) s.metrics = o.metrics;
  return s;
}

/// A node that stays, and everything around it. Members end in reverse order: first nobody can ask any more, then the
/// node ends, at last its place is free.
struct house {
  std::filesystem::path home;
  std::unique_ptr<control::node_place> place;
  std::shared_ptr<node_log> log;
  std::shared_ptr<control::event_feed> feed = std::make_shared<control::event_feed>();
  std::shared_ptr<metrics_exporter> metrics;
  std::unique_ptr<session> work;
  std::unique_ptr<control::workers> upgrades;  ///< begins upgrades: a new process must say hello first
  std::unique_ptr<control::control_context> context;
  std::unique_ptr<control::server> server;
};

expected<void> serve_metrics(house& h, const std::string& address, session::options& options) {
  if (address.empty()) return {};
  auto exporter = metrics_exporter::listen(address);
  if (!exporter) return exporter.propagate();
  h.metrics = std::move(*exporter);
  options.observers.push_back(h.metrics);
  return {};
}

std::string absolute_path(const std::string& file) { return std::filesystem::absolute(file).string(); }

object facts(const up_options& o, const house& h, const std::string& endpoint) {
  object about{{"pid", static_cast<std::int64_t>(::getpid())},
               {"version", o.version},
               {"home", h.home.string()},
               {"control", endpoint}};
  if (!o.config.empty()) about["config"] = absolute_path(o.config);
  if (const auto* gate = h.work->gate()) {
    about["listen"] = gate->endpoint();
    if (gate->key()) about["public_key"] = gate->key()->text();
  }
  if (h.metrics) about["metrics"] = "http://" + h.metrics->bound_address() + "/metrics";
  return about;
}

std::function<value()> more_status(const session& s) {
  if (!s.gate()) return {};
  return [&s] { return value{object{{"workers", s.gate()->describe()}}}; };
}

/// What one module may write now another one must not be shown parts of, though only the one is upgraded.
expected<void> check_sandboxes(const node_settings& s) {
  for (const auto& m : s.supervision.modules) {
    if (!m.is_process()) continue;
    const auto image = make_image(m.process.command, {});
    if (!image && image.error().code == errc::rejected)
      return s.supervision.file.at(m.pointer, "module `" + m.name + "`: " + image.error().message);
  }
  return {};
}

/// The module as the node's configuration has it now.
expected<module_settings> process_module(const std::string& config, const std::string& name) {
  if (config.empty())
    return unexpected{errc::bad_input, "the node has no configuration and so no module that can be upgraded"};
  const auto settings = load_node_settings(config);
  if (!settings) return settings.propagate();
  const auto* m = settings->supervision.external(name);
  if (!m)
    return unexpected{errc::bad_input, "module `" + name + "` is part of this program, or not in " + config +
                                           "; only modules with a `command` are upgraded while the node runs"};
  if (auto ok = check_sandboxes(*settings); !ok) return ok.propagate();
  if (m->remote)
    return unexpected{errc::bad_input, "others start the workers of `" + name +
                                           "`; restart the node, and then its workers in their new version"};
  return *m;
}

void begin_upgrade(node& n, const std::string& config, const std::string& name, const upgrade_options& how,
                   const node::on_upgraded& done) {
  const auto m = process_module(config, name);
  if (!m) return done(m.propagate());
  if (auto ok = n.upgrade_process(m->process, m->options, how, done); !ok) done(ok.propagate());
}

expected<void> take_requests(house& h, const up_options& o) {
  auto& n = h.work->get();
  h.context = std::make_unique<control::control_context>(control::control_context{
      n, *h.feed, {}, more_status(*h.work), [] { ::kill(::getpid(), SIGTERM); }, n.time().now()});
  h.upgrades = std::make_unique<control::workers>(1);
  h.context->upgrade = [&n, &jobs = *h.upgrades, config = o.config.empty() ? "" : absolute_path(o.config)](
                           const std::string& module, const upgrade_options& how, const node::on_upgraded& done) {
    if (!jobs.post([&n, config, module, how, done] { begin_upgrade(n, config, module, how, done); }))
      done(unexpected{errc::overloaded, "too many upgrades wait; try again when they have begun"});
  };
  const auto file = h.place->socket_file();
  if (!file) return file.propagate();
  h.context->about = facts(o, h, "ipc://" + file->string());
  auto server = control::server::open(*file, control::commands_of(*h.context), [feed = h.feed] { feed->flush(); });
  if (!server) return server.propagate();
  h.server = std::move(*server);
  return h.place->announce(h.server->endpoint());
}

expected<house> open_house(const up_options& o, const console& c) {
  auto settings = settings_of(o);
  if (!settings) return settings.propagate();
  house h;
  auto home = home_folder();
  if (!home) return home.propagate();
  auto place = control::node_place::take(*home);
  if (!place) return place.propagate();
  h.home = std::move(*home);
  h.place = std::make_unique<control::node_place>(std::move(*place));
  h.log = std::make_shared<node_log>(c.err);
  session::options options{.settings = *settings, .observers = {h.log, h.feed}, .in_memory = false, .listens = true};
  if (auto ok = serve_metrics(h, settings->metrics, options); !ok) return ok.propagate();
  auto work = session::open(std::move(options));
  if (!work) return work.propagate();
  h.work = std::move(*work);
  if (auto ok = take_requests(h, o); !ok) return ok.propagate();
  return h;
}

void print_ready(const house& h, const console& c) {
  const auto& about = h.context->about;
  if (c.json) {
    c.print(about);
    c.out.flush();
    return;
  }
  c.out << c.bold("node " + std::to_string(::getpid())) << " is up: " << h.work->get().registry().all().size()
        << " capabilities. `agents status`, `tree`, `call` ask it; Ctrl-C or `agents down` ends it\n";
  for (const auto& m : about)
    if (m.name != "pid" && m.name != "version") c.out << "  " << m.name << ' ' << m.value.as_string() << '\n';
  c.out.flush();
}

}  // namespace

exit_code up(const up_options& o, const console& c) {
  auto h = open_house(o, c);
  if (!h) return c.fail(h.error());
  print_ready(*h, c);
  while (!wait_for_interrupt(std::chrono::hours{1})) continue;
  const impatience watch;
  h->log->say("stopping in order; once more Ctrl-C ends at once");
  h->work->get().abandon_starts();  // an upgrade may wait for a process that says nothing
  h->server.reset();
  h->upgrades.reset();
  h->work.reset();
  return exit_code::ok;
}

}  // namespace agents::cli
