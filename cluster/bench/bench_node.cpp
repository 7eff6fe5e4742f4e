// SPDX-License-Identifier: Apache-2.0
#include "cluster/bench/bench_node.hpp"

#include <atomic>
#include <future>

#include "libagents/module.hpp"

namespace agents::bench {
namespace {

struct message {
  std::string text;
  AGENTS_FIELDS(text)
};
struct batch {
  std::vector<message> items;
  AGENTS_FIELDS(items)
};
struct total {
  std::int64_t count = 0;
  AGENTS_FIELDS(count)
};

module echo() {
  return module("echo", "1.0.0")
      .mailbox(100'000)
      .offers("bench.echo@1", [](message m) { return m; }, {.effect = effect::pure})
      .offers("bench.gather@1", [](const batch& b) { return total{static_cast<std::int64_t>(b.items.size())}; },
              {.effect = effect::pure});
}

node_config config_of(std::shared_ptr<journal::store> store, std::size_t threads) {
  node_config c;
  c.store = std::move(store);
  c.threads = threads;
  return c;
}

step_spec step(std::string id, std::string ask, value with) {
  step_spec s;
  s.id = std::move(id);
  s.ask = std::move(ask);
  s.with = std::move(with);
  return s;
}

}  // namespace

bench_node::bench_node(std::shared_ptr<journal::store> store, std::size_t threads, std::uint32_t replicas)
    : node_(config_of(std::move(store), threads)) {
  module_options options;
  options.replicas = replicas;
  const auto added = node_.add(echo, options);
  AGENTS_ASSERT(added.has_value());
}

run_result bench_node::run(const task_spec& task, const shared_value& plan) {
  std::promise<run_result> done;
  const auto id = node_.submit(task, plan, [&done](run_result r) { done.set_value(std::move(r)); });
  AGENTS_ASSERT(id.has_value());
  auto result = done.get_future().get();
  AGENTS_ASSERT(result.status == run_status::completed || result.status == run_status::waiting);
  return result;
}

void bench_node::run_many(const task_spec& task, const shared_value& plan, int n) {
  std::atomic<int> left{n};
  std::promise<void> all;
  for (int i = 0; i < n; ++i) {
    const auto id = node_.submit(task, plan, [&](const run_result&) {
      if (left.fetch_sub(1) == 1) all.set_value();
    });
    AGENTS_ASSERT(id.has_value());
  }
  all.get_future().wait();
}

shared_value chain_plan(int length) {
  plan p;
  for (int i = 0; i < length; ++i) {
    const auto from = i == 0 ? std::string{"{input.text}"} : "{s" + std::to_string(i - 1) + ".text}";
    p.steps.push_back(step("s" + std::to_string(i), "bench.echo@1", object{{"text", from}}));
  }
  p.answer = object{{"answer", "{s" + std::to_string(length - 1) + ".text}"}};
  return share(to_value(p));
}

shared_value fan_plan() {
  plan p;
  p.steps.push_back(step("first", "bench.echo@1", object{{"text", "go"}}));
  auto each = step("each", "bench.echo@1", object{{"text", "{item}"}});
  each.each = "{input.items}";
  each.after = {"first"};
  p.steps.push_back(std::move(each));
  p.steps.push_back(step("last", "bench.gather@1", object{{"items", "{each}"}}));
  p.answer = object{{"answer", "{last.count}"}};
  return share(to_value(p));
}

task_spec text_task(std::size_t bytes) {
  task_spec t;
  t.job = "bench";
  t.input = object{{"text", std::string(bytes, 'x')}};
  return t;
}

task_spec list_task(std::size_t items) {
  task_spec t;
  t.job = "bench";
  array list;
  for (std::size_t i = 0; i < items; ++i) list.emplace_back("item");
  t.input = object{{"items", std::move(list)}};
  return t;
}

}  // namespace agents::bench
