// SPDX-License-Identifier: Apache-2.0
#include "cluster/cli/validate_command.hpp"

#include <filesystem>
#include <ostream>

#include "actors/plan/job.hpp"
#include "cluster/cli/session.hpp"
#include "cluster/cli/standard_modules.hpp"
#include "cluster/keys/key_folder.hpp"
#include "cluster/process/worker_environment.hpp"
#include "libagents/home/home_folder.hpp"
#include "libagents/orchestration/type_check.hpp"
#include "monitoring/listen_address.hpp"

namespace agents::cli {
namespace {

namespace fs = std::filesystem;

/// A file without any table is a configuration, too: that of a node with all defaults.
bool is_node_configuration(const toml_document& d) {
  return d.root.as_object().empty() || d.root.find("node") || d.root.find("listen") || d.root.find("module") ||
         d.root.find("supervisor");
}

expected<node_settings> settings_for_job(const std::string& config) {
  return config.empty() ? expected<node_settings>{node_settings{}} : load_node_settings(config);
}

exit_code validate_job(const toml_document& document, const std::string& config, const console& c) {
  const auto job = read_job(document);
  if (!job) return c.fail(job.error());
  if (job->declared) {
    const auto settings = settings_for_job(config);
    if (!settings) return c.fail(settings.error());
    auto work = session::open({.settings = *settings, .observers = {}, .in_memory = true});
    if (!work) return c.fail(work.error());
    const auto plan = compile(*job->declared);
    if (!plan) return c.fail(plan.error());
    if (auto ok = type_check(**plan, (*work)->get().registry()); !ok)
      return c.fail({ok.error().code, document.file + ": " + ok.error().message});
  }
  if (c.json) return c.print(object{{"valid", true}, {"kind", "job"}, {"file", document.file}}), exit_code::ok;
  c.out << document.file
        << (job->declared ? ": a valid job; the types of all edges fit\n"
                          : ": a valid job; " + job->task.planner + " makes the plan when it runs\n");
  return exit_code::ok;
}

/// What the configuration needs on this host.
expected<void> check_on_this_host(const toml_document& d, const node_settings& s) {
  if (!s.metrics.empty())
    if (const auto address = monitoring::parse_listen_address(s.metrics); !address)
      return d.at("/node/metrics", "`metrics`: " + address.error().message);
  if (const auto& l = s.listen; !l.address.empty() && l.encrypted) {
    const auto folder = l.keys.empty() ? home_keys_folder() : expected<fs::path>{l.keys};
    if (!folder) return folder.propagate();
    if (const auto key = key_folder{*folder}.own(l.key); !key) return d.at("/listen", key.error().message);
  }
  for (const auto& m : s.supervision.modules) {
    if (!m.is_process()) continue;
    if (const auto image = make_image(m.process.command, {}); !image)
      return d.at(m.pointer + "/command", "module `" + m.name + "`: " + image.error().message);
  }
  return {};
}

exit_code validate_node(const toml_document& document, const fs::path& path, const console& c) {
  const auto settings = load_node_settings(path);
  if (!settings) return c.fail(settings.error());
  if (const auto ok = check_standard_modules(settings->supervision); !ok) return c.fail(ok.error());
  if (const auto ok = check_on_this_host(document, *settings); !ok) return c.fail(ok.error());
  if (c.json) return c.print(object{{"valid", true}, {"kind", "node"}, {"file", document.file}}), exit_code::ok;
  c.out << document.file << ": a valid node configuration\n";
  return exit_code::ok;
}

}  // namespace

exit_code validate(const validate_options& o, const console& c) {
  std::error_code ignored;
  const auto path = fs::is_directory(o.file, ignored) ? fs::path{o.file} / "job.toml" : fs::path{o.file};
  const auto document = read_toml(path);
  if (!document) return c.fail(document.error());
  if (!is_node_configuration(*document)) return validate_job(*document, o.config, c);
  if (!o.config.empty())
    return c.fail({errc::bad_input, "--config is for checking a job; " + document->file +
                                        " is a configuration itself: leave --config out"});
  return validate_node(*document, path, c);
}

}  // namespace agents::cli
