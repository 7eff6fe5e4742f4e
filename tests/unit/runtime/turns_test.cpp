// SPDX-License-Identifier: Apache-2.0
// Turns in threads without CAF, so that ThreadSanitizer can watch.
#include "libagents/runtime/turns.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "libagents/runtime/mailbox.hpp"
#include "tests/catch.hpp"

namespace {

using agents::actor_body;
using agents::turns;

/// What CAF's scheduler is in the product: a queue of turns that were posted.
class queue {
 public:
  std::shared_ptr<turns> spawn(std::unique_ptr<actor_body> body, bool own_thread = false) {
    auto t = std::make_shared<turns>(std::move(body), own_thread, visits_);
    t->set_post([this, at = std::weak_ptr{t}] { post(at.lock()); });
    return t;
  }
  /// Takes what is posted until nothing is; returns the number of posts.
  int run() {
    int posts = 0;
    while (const auto t = take(false)) {
      serve(*t);
      ++posts;
    }
    return posts;
  }
  /// The same in a thread that waits for more, until `close`.
  void work() {
    while (const auto t = take(true)) serve(*t);
  }
  void close() {
    const std::lock_guard lock{mutex_};
    closed_ = true;
    changed_.notify_all();
  }
  agents::visitors& visits() { return *visits_; }

 private:
  static void serve(turns& t) {
    if (t.over())
      t.end();
    else
      t.run();
  }
  void post(std::shared_ptr<turns> t) {
    const std::lock_guard lock{mutex_};
    posted_.push_back(std::move(t));
    changed_.notify_one();
  }
  std::shared_ptr<turns> take(bool wait) {
    std::unique_lock lock{mutex_};
    if (wait) changed_.wait(lock, [this] { return closed_ || !posted_.empty(); });
    if (posted_.empty() || closed_) return nullptr;
    auto t = std::move(posted_.front());
    posted_.pop_front();
    return t;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<turns>> posted_;
  bool closed_ = false;
  std::shared_ptr<agents::visitors> visits_ = std::make_shared<agents::visitors>();
};

/// A body made of a function.
class scripted final : public actor_body {
 public:
  explicit scripted(std::function<turn_result()> f, bool brief = false) : f_(std::move(f)), brief_(brief) {}
  turn_result turn() override { return f_(); }
  [[nodiscard]] bool is_brief() const override { return brief_; }
  [[nodiscard]] std::string reason() const override { return "scripted"; }

 private:
  std::function<turn_result()> f_;
  bool brief_;
};

std::unique_ptr<actor_body> body(std::function<actor_body::turn_result()> f) {
  return std::make_unique<scripted>(std::move(f));
}

std::unique_ptr<actor_body> brief(std::function<actor_body::turn_result()> f) {
  return std::make_unique<scripted>(std::move(f), true);
}

/// Hands a token on to the next in the ring, as its last act.
class ring_member final : public actor_body {
 public:
  ring_member(std::atomic<int>& left, std::function<void()> on_last) : left_(left), on_last_(std::move(on_last)) {}
  turn_result turn() override {
    wakes.taken();
    int token = 0;
    while (inbox.pop(token)) {
      if (left_.fetch_sub(1) == 1) on_last_();
      if (!next->inbox.push(token)) throw std::logic_error{"unbounded"};
      next->wakes.notify_next();
    }
    return turn_result::idle;
  }
  agents::mailbox<int> inbox{static_cast<std::size_t>(-1)};
  agents::waker wakes;
  ring_member* next = nullptr;

 private:
  std::atomic<int>& left_;
  std::function<void()> on_last_;
};

}  // namespace

TEST_CASE("A wake is one turn; wakes before it are the same turn") {
  queue q;
  int taken = 0;
  const auto t = q.spawn(body([&] { return ++taken, actor_body::turn_result::idle; }));
  t->wake();
  t->wake();
  CHECK(q.run() == 1);
  CHECK(taken == 1);
  t->wake();
  CHECK(q.run() == 1);
  CHECK(taken == 2);
}

TEST_CASE("A wake during the turn makes another one") {
  queue q;
  int taken = 0;
  std::shared_ptr<turns> t;
  t = q.spawn(body([&] {
    if (++taken == 1) t->wake();
    return actor_body::turn_result::idle;
  }));
  t->wake();
  CHECK(q.run() == 2);
  CHECK(taken == 2);
}

TEST_CASE("What is woken as the last act runs in the same thread after the turn, without a post") {
  queue q;
  std::vector<std::string> order;
  const auto second = q.spawn(body([&] { return order.emplace_back("second"), actor_body::turn_result::idle; }));
  const auto first = q.spawn(body([&] {
    second->wake_next();
    order.emplace_back("first");
    return actor_body::turn_result::idle;
  }));
  first->wake();
  CHECK(q.run() == 1);
  CHECK(order == std::vector<std::string>{"first", "second"});
}

TEST_CASE("Only one turn is handed over, and a released one is posted") {
  queue q;
  int others = 0;
  const auto other = [&] { return q.spawn(body([&] { return ++others, actor_body::turn_result::idle; })); };
  const auto a = other();
  const auto b = other();
  SECTION("the second goes to the scheduler") {
    const auto first = q.spawn(body([&] { return a->wake_next(), b->wake_next(), actor_body::turn_result::idle; }));
    first->wake();
    CHECK(q.run() == 2);
  }
  SECTION("so does a released one, before the turn is over") {
    const auto first = q.spawn(body([&] {
      a->wake_next();
      agents::release_next_turn();
      b->wake_next();
      return actor_body::turn_result::idle;
    }));
    first->wake();
    CHECK(q.run() == 2);
  }
  CHECK(others == 2);
}

TEST_CASE("An actor with a thread of its own neither takes others' turns nor gives its own away") {
  queue q;
  int taken = 0;
  const auto plain = q.spawn(body([&] { return ++taken, actor_body::turn_result::idle; }));
  const auto dedicated = q.spawn(body([&] { return plain->wake_next(), actor_body::turn_result::idle; }), true);
  const auto caller = q.spawn(body([&] { return dedicated->wake_next(), actor_body::turn_result::idle; }));
  caller->wake();
  CHECK(q.run() == 3);
  CHECK(taken == 1);
}

TEST_CASE("A long chain of handed-over turns lets others run in between") {
  queue q;
  std::atomic<int> left{1000};
  int bystander_turns = 0;
  std::vector<ring_member*> members;
  std::vector<std::shared_ptr<turns>> ring;
  for (int i = 0; i < 2; ++i) {
    auto m = std::make_unique<ring_member>(left, [] { throw std::runtime_error{"the end"}; });
    members.push_back(m.get());
    ring.push_back(q.spawn(std::move(m)));
    members.back()->wakes.attach(ring.back());
  }
  members[0]->next = members[1];
  members[1]->next = members[0];
  int token = 1;
  REQUIRE(members[0]->inbox.push(token));
  members[0]->wakes.notify();
  int left_then = 0;
  const auto bystander =
      q.spawn(body([&] { return left_then = left, ++bystander_turns, actor_body::turn_result::idle; }));
  bystander->wake();
  q.run();
  for (std::size_t i = 0; i < ring.size(); ++i)  // a body that is woken by its own actor; the one that threw is gone
    if (ring[i]->exit().normal) members[i]->wakes.detach();
  CHECK(bystander_turns == 1);
  CHECK(left_then > 900);  // not after the whole chain
  CHECK(left == 0);
}

TEST_CASE("An end, however it comes, is posted once, and later wakes do nothing") {
  queue q;
  auto result = actor_body::turn_result::stopped;
  bool throws = false;
  const auto t = q.spawn(body([&] {
    if (throws) throw std::runtime_error{"thrown"};
    return result;
  }));
  std::string reason;
  SECTION("stopped") {}
  SECTION("crashed") {
    result = actor_body::turn_result::crashed;
    reason = "scripted";
  }
  SECTION("thrown") {
    throws = true;
    reason = "thrown";
  }
  const auto caller = q.spawn(body([&] { return t->wake_next(), actor_body::turn_result::idle; }));
  caller->wake();
  CHECK(q.run() == 2);  // the caller with its handed-over turn, the end
  CHECK(t->exit().normal == reason.empty());
  CHECK(t->exit().reason == reason);
  t->wake();
  t->wake_next();
  CHECK(q.run() == 0);
}

TEST_CASE("A foreign thread takes the turn of a brief actor that it wakes, when it says so") {
  queue q;
  std::vector<std::string> order;
  const auto slow = q.spawn(body([&] { return order.emplace_back("slow"), actor_body::turn_result::idle; }));
  const auto second = q.spawn(brief([&] { return order.emplace_back("second"), actor_body::turn_result::idle; }));
  const auto first = q.spawn(brief([&] {
    order.emplace_back("first");
    slow->wake_next();
    second->wake_next();
    return actor_body::turn_result::idle;
  }));
  {
    const agents::take_next_here here;
    {
      const agents::take_next_here within;
      first->wake_next();
    }
    order.emplace_back("end");
  }
  CHECK(order == std::vector<std::string>{"end", "first", "second"});
  CHECK(q.run() == 1);
  CHECK(order.back() == "slow");
  first->wake_next();  // it does not say so any more
  CHECK(q.run() == 2);
}

TEST_CASE("In the host's threads the turn of a brief actor waits for the end of the present one, as ever") {
  queue q;
  std::vector<std::string> order;
  const auto next = q.spawn(brief([&] { return order.emplace_back("next"), actor_body::turn_result::idle; }));
  const auto first = q.spawn(body([&] {
    {
      const agents::take_next_here here;
      next->wake_next();
    }
    order.emplace_back("first");
    return actor_body::turn_result::idle;
  }));
  first->wake();
  CHECK(q.run() == 1);
  CHECK(order == std::vector<std::string>{"first", "next"});
}

TEST_CASE("A brief actor that ends in a foreign thread is ended by the scheduler") {
  queue q;
  const auto t = q.spawn(brief([] { return actor_body::turn_result::stopped; }));
  {
    const agents::take_next_here here;
    t->wake_next();
  }
  CHECK(t->over());
  CHECK(q.run() == 1);
}

TEST_CASE("A host that ends waits for the foreign thread that takes a turn") {
  queue q;
  std::atomic<bool> begun{false};
  std::atomic<bool> go_on{false};
  std::atomic<bool> done{false};
  const auto t = q.spawn(brief([&] {
    begun = true;
    begun.notify_one();
    go_on.wait(false);
    done = true;
    return actor_body::turn_result::idle;
  }));
  std::thread visitor{[&] {
    const agents::take_next_here here;
    t->wake_next();
  }};
  begun.wait(false);
  std::thread other{[&] {
    go_on = true;
    go_on.notify_one();
  }};
  q.visits().wait();
  CHECK(done);
  visitor.join();
  other.join();
}

TEST_CASE("No wake is lost and no two turns overlap, in many threads") {
  constexpr int members_count = 6;
  constexpr int tokens = 4;
  std::atomic<int> left{60000};
  queue q;
  std::vector<ring_member*> members;
  std::vector<std::shared_ptr<turns>> ring;
  for (int i = 0; i < members_count; ++i) {
    auto m = std::make_unique<ring_member>(left, [&] { q.close(); });
    members.push_back(m.get());
    ring.push_back(q.spawn(std::move(m), i == 0));
    members.back()->wakes.attach(ring.back());
  }
  for (int i = 0; i < members_count; ++i) members[i]->next = members[(i + 1) % members_count];
  for (int i = 0; i < tokens; ++i) {
    int token = i;
    REQUIRE(members[i]->inbox.push(token));
    members[i]->wakes.notify();
  }
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([&] { q.work(); });
  for (auto& t : threads) t.join();  // a lost wake would leave them waiting for ever
  for (auto* m : members) m->wakes.detach();
  CHECK(left <= 0);
}
