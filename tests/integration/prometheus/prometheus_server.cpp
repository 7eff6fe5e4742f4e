// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/prometheus/prometheus_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

namespace agents::test {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

sockaddr* untyped(sockaddr_in& address) {
  void* const any = &address;
  return static_cast<sockaddr*>(any);
}

std::uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = loopback(0);
  socklen_t size = sizeof address;
  const bool ok = ::bind(fd, untyped(address), size) == 0 && ::getsockname(fd, untyped(address), &size) == 0;
  ::close(fd);
  if (!ok) throw std::runtime_error{"no free port on 127.0.0.1"};
  return ntohs(address.sin_port);
}

std::string encoded(const std::string& text) {
  std::ostringstream out;
  for (const unsigned char c : text)
    if (std::isalnum(c))
      out << c;
    else
      out << '%' << "0123456789ABCDEF"[c >> 4] << "0123456789ABCDEF"[c & 15];
  return out.str();
}

std::string read_all(int fd) {
  std::string answer;
  char buffer[4096];
  for (ssize_t n = 0; (n = ::read(fd, buffer, sizeof buffer)) > 0;) answer.append(buffer, static_cast<std::size_t>(n));
  return answer;
}

/// The body of the answer; empty when nobody listens.
std::string http_get(std::uint16_t port, const std::string& path) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval limit{5, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  auto address = loopback(port);
  const auto request = "GET " + path + " HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n";
  std::string answer;
  if (::connect(fd, untyped(address), sizeof address) == 0 && ::write(fd, request.data(), request.size()) > 0)
    answer = read_all(fd);
  ::close(fd);
  const auto body = answer.find("\r\n\r\n");
  return body == std::string::npos ? std::string{} : answer.substr(body + 4);
}

std::string new_folder() {
  auto pattern = (std::filesystem::temp_directory_path() / "agents_prometheus_XXXXXX").string();
  if (!::mkdtemp(pattern.data())) throw std::runtime_error{"cannot make a folder in the system's temporary folder"};
  return pattern;
}

bool is_installed(const std::string& program) {
  return std::system(("command -v " + program + " >/dev/null 2>&1").c_str()) == 0;
}

}  // namespace

bool eventually(std::chrono::seconds limit, const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    ::poll(nullptr, 0, 20);
  }
  return true;
}

prometheus_server::prometheus_server(const std::string& target) {
  if (!is_installed("prometheus") || !is_installed("promtool"))
    throw std::runtime_error{"this test needs Prometheus; install it with: apt-get install prometheus"};
  folder_ = new_folder();
  port_ = free_port();
  write_config(target);
  start();
}

prometheus_server::~prometheus_server() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void prometheus_server::write_config(const std::string& target) const {
  std::ofstream{folder_ / "prometheus.yml"} << "global: {scrape_interval: 200ms, scrape_timeout: 200ms}\n"
                                            << "scrape_configs:\n"
                                            << "  - job_name: agents\n"
                                            << "    static_configs: [{targets: ['" << target << "']}]\n";
}

void prometheus_server::start() {
  const auto config = "--config.file=" + (folder_ / "prometheus.yml").string();
  const auto storage = "--storage.tsdb.path=" + (folder_ / "data").string();
  const auto listen = "--web.listen-address=127.0.0.1:" + std::to_string(port_);
  const auto log_file = (folder_ / "log").string();
  const auto parent = ::getpid();
  pid_ = ::fork();
  if (pid_ != 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);
  const int log = ::open(log_file.c_str(), O_CREAT | O_WRONLY, 0600);
  ::dup2(log, 1);
  ::dup2(log, 2);
  ::execlp("prometheus", "prometheus", config.c_str(), storage.c_str(), listen.c_str(), nullptr);
  ::_exit(127);
}

std::map<std::string, double> prometheus_server::query(const std::string& promql) const {
  const auto body = http_get(port_, "/api/v1/query?query=" + encoded(promql));
  const auto answer = nlohmann::json::parse(body, nullptr, false);
  std::map<std::string, double> values;
  if (!answer.is_object() || answer.value("status", "") != "success") return values;
  for (const auto& series : answer["data"]["result"])
    values[series["metric"].value("module", "")] = std::stod(series["value"][1].get<std::string>());
  return values;
}

std::string prometheus_server::log() const {
  std::ifstream file{folder_ / "log"};
  return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace agents::test
