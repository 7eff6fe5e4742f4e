// SPDX-License-Identifier: Apache-2.0
#include "cluster/cli/bench_command.hpp"

#include <sys/utsname.h>

#include <fstream>
#include <iomanip>
#include <ostream>
#include <thread>

#include "cluster/bench/measure.hpp"
#include "libagents/core/clock.hpp"

namespace agents::cli {
namespace {

std::string processor() {
  std::ifstream in{"/proc/cpuinfo"};
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "unknown processor";
}

std::string machine() {
  utsname name{};
  uname(&name);
  return processor() + ", " + std::to_string(std::thread::hardware_concurrency()) + " cores, " + name.sysname + " " +
         name.release;
}

std::vector<bench::suite> all_suites() {
  std::vector<bench::suite> all;
  for (auto part :
       {bench::process_suites, bench::wire_suites, bench::process_module_suites, bench::process_code_suites,
        bench::contract_suites, bench::orchestration_suites, bench::supervision_suites, bench::journal_suites})
    for (auto& s : part()) all.push_back(std::move(s));
  return all;
}

}  // namespace

exit_code bench(const bench_options& o, const console& c) {
  if (o.serve) return static_cast<exit_code>(bench::serve_echo());
  const double scale = o.quick ? 0.2 : 1.0;
  array rows;
  if (!c.json) c.out << machine() << '\n';
  for (const auto& s : all_suites()) {
    if (s.name.find(o.only) == std::string::npos) continue;
    c.err << "… " << s.name << '\n';
    for (const auto& m : s.run(scale)) {
      rows.push_back(to_value(m));
      if (!c.json)
        c.out << std::left << std::setw(34) << m.name << std::right << std::fixed
              << std::setprecision(m.median < 100 ? 2 : 0) << std::setw(12) << m.median << ' ' << std::left
              << std::setw(8) << m.unit << " p99 " << std::setw(12) << m.p99 << c.dim(m.note) << '\n';
    }
  }
  if (rows.empty()) return c.fail({errc::bad_input, "no benchmark's name contains \"" + o.only + "\""});
  if (c.json)
    c.print(object{{"machine", machine()}, {"date", to_iso8601(system_clock{}.now())}, {"results", std::move(rows)}});
  return exit_code::ok;
}

}  // namespace agents::cli
