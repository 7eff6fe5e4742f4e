// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "libagents/core/event.hpp"
#include "libagents/core/expected.hpp"

namespace agents {

struct metrics_config {
  /// Distinct (module, capability) pairs, and distinct modules, that get series of their own; the later ones share the
  /// label "other". 200 pairs are about 16,000 series.
  std::size_t max_label_pairs = 200;
};

/// Counts events and shows the counts to Prometheus. Names and labels are in docs/metrics.md.
///
/// It sees nothing but the event stream: what no event says, no metric knows. For the history of one run use the
/// journal; labels never carry ids, inputs or outputs.
///
/// Callers: any thread. An event costs about 0.2 µs and no lock shared by all modules.
/// View:    this process since its start.
class metrics_exporter final : public event_sink {
 public:
  /// An exporter without a socket, for a server that serves `render()` itself, and for tests.
  [[nodiscard]] static std::shared_ptr<metrics_exporter> make(const metrics_config& config = {});

  /// An exporter that serves `http://ADDRESS/metrics` until it is destroyed, with two threads of its own.
  ///
  /// `address` is HOST:PORT or :PORT (then 127.0.0.1); HOST is a numeric IP address, IPv6 in brackets; port 0 picks a
  /// free one. Errors: bad_input when the address cannot be read, io when the port cannot be opened.
  [[nodiscard]] static expected<std::shared_ptr<metrics_exporter>> listen(std::string_view address,
                                                                          const metrics_config& config = {});

  ~metrics_exporter() override;
  metrics_exporter(const metrics_exporter&) = delete;
  metrics_exporter& operator=(const metrics_exporter&) = delete;

  void on_event(const event& e) override;

  /// "127.0.0.1:9464", with the port that was picked; empty without a socket.
  [[nodiscard]] const std::string& bound_address() const noexcept;

  /// How often the metrics were asked for over the socket; an answer may still be on its way.
  [[nodiscard]] std::uint64_t scrapes() const noexcept;

  /// All metrics in Prometheus' text format 0.0.4. Takes milliseconds with thousands of series.
  [[nodiscard]] std::string render() const;

 private:
  class impl;
  explicit metrics_exporter(std::unique_ptr<impl> i);
  std::unique_ptr<impl> impl_;
};

}  // namespace agents
