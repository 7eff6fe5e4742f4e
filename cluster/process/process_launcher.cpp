// SPDX-License-Identifier: Apache-2.0
#include "cluster/process/process_launcher.hpp"

#include <utility>

#include "cluster/process/process_watch.hpp"
#include "cluster/process/worker_environment.hpp"
#include "cluster/transport/worker_hub.hpp"
#include "libagents/sandbox/host.hpp"

namespace agents {
namespace {

/// A process and its link; what is left of both ends with it.
class local_worker final : public launched_worker {
 public:
  local_worker(std::shared_ptr<wire::worker_link> link, std::shared_ptr<watched_process> process)
      : link_(std::move(link)), process_(std::move(process)) {}
  local_worker(const local_worker&) = delete;
  local_worker& operator=(const local_worker&) = delete;
  ~local_worker() override {
    process_->kill();
    link_->close(errc::crashed, "the worker is not needed any more");
  }

  [[nodiscard]] wire::worker_link& link() override { return *link_; }
  void terminate() override { process_->terminate(); }
  void kill() override { process_->kill(); }

 private:
  std::shared_ptr<wire::worker_link> link_;
  std::shared_ptr<watched_process> process_;
};

class process_launcher final : public worker_launcher {
 public:
  explicit process_launcher(std::unique_ptr<worker_hub> hub) : hub_(std::move(hub)) {}

  expected<std::unique_ptr<launched_worker>> launch(const worker_command& what,
                                                    const wire::node_session_settings& session,
                                                    std::weak_ptr<worker_observer> observer) override {
    auto invited = hub_->invite(observer, session);
    if (!invited) return invited.propagate();
    auto& invitation = *invited;
    auto image = image_of(what, invitation);
    if (!image) {
      invitation.link->close(errc::cancelled, "nothing was started");
      return image.propagate();
    }
    auto process = watch_.start(std::move(*image), std::move(observer));
    return std::unique_ptr<launched_worker>{
        std::make_unique<local_worker>(std::move(invitation.link), std::move(process))};
  }

  [[nodiscard]] expected<value> limits_of(const sandbox::permissions& may) const override {
    if (may.trusted) return value{array{}};
    const auto here = sandbox::this_host();
    if (!here) return here.propagate();
    return sandbox::describe_limits(may.at_most, **here);
  }

 private:
  static expected<process_image> image_of(const worker_command& what, const worker_invitation& invitation) {
    const auto socket = std::filesystem::path{invitation.endpoint.substr(std::string_view{"ipc://"}.size())};
    if (!what.may.trusted) {
      const auto here = sandbox::this_host();
      if (!here) return here.propagate();
      if (auto ok = sandbox::let_connect(**here, socket); !ok) return ok.propagate();
    }
    return make_image(what, {"AGENTS_ENDPOINT=" + invitation.endpoint, "AGENTS_TOKEN=" + invitation.token}, socket);
  }

  std::unique_ptr<worker_hub> hub_;
  process_watch watch_;  // ends first: no process outlives its socket
};

}  // namespace

expected<std::unique_ptr<worker_launcher>> open_worker_launcher(const clock& c, random& r) {
  auto hub = worker_hub::open(c, r);
  if (!hub) return hub.propagate();
  return std::unique_ptr<worker_launcher>{std::make_unique<process_launcher>(std::move(*hub))};
}

}  // namespace agents
