#include "engine.h"

#include <doctest/doctest.h>
#include <errno.h>
#include <sched.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "netns.h"

namespace {

using namespace linkwright;  // NOLINT(google-build-using-namespace)

// A gate that tasks wait at. Waiting is bounded so that a bug fails a test instead of hanging it.
class Gate {
 public:
  void open() {
    std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  bool wait() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

// Counts down as tasks end.
class Countdown {
 public:
  explicit Countdown(size_t count) : left_(count) {}
  void tick() {
    std::lock_guard lock(mutex_);
    if (left_ > 0 && --left_ == 0) done_.open();
  }
  bool wait() {
    const bool in_time = done_.wait();
    const std::lock_guard lock(mutex_);  // the last tick is out of this object
    return in_time;
  }

 private:
  std::mutex mutex_;
  size_t left_;
  Gate done_;
};

TEST_SUITE("engine") {
  TEST_CASE("tasks of a lane run in order, one at a time") {
    Engine engine(4);
    const auto lane = std::make_shared<Lane>();
    std::vector<int> order;  // unguarded on purpose: a second task at the same time is a race that TSan reports
    Countdown all(1000);
    for (int i = 0; i < 1000; i++) {
      engine.post(lane, [&, i] {
        order.push_back(i);
        all.tick();
        return WorkerFate::keep;
      });
    }
    REQUIRE(all.wait());
    engine.stop();
    REQUIRE(order.size() == 1000);
    for (int i = 0; i < 1000; i++) CHECK(order[static_cast<size_t>(i)] == i);
  }

  TEST_CASE("lanes run side by side") {
    Engine engine(2);
    Gate first;
    Gate second;
    Countdown all(2);
    std::atomic<int> met = 0;
    engine.post([&] {
      first.open();
      met += second.wait() ? 1 : 0;
      all.tick();
      return WorkerFate::keep;
    });
    engine.post([&] {
      second.open();
      met += first.wait() ? 1 : 0;
      all.tick();
      return WorkerFate::keep;
    });
    REQUIRE(all.wait());
    CHECK(met == 2);
  }

  TEST_CASE("there are never more threads than the limit, however many lanes") {
    constexpr unsigned kLimit = 3;
    Engine engine(kLimit);
    std::mutex mutex;
    std::set<std::thread::id> threads;
    std::atomic<unsigned> running = 0;
    std::atomic<unsigned> most = 0;
    Countdown all(200);
    for (int i = 0; i < 200; i++) {
      engine.post([&] {
        const unsigned now = ++running;
        unsigned before = most;
        while (before < now && !most.compare_exchange_weak(before, now)) {
        }
        {
          std::lock_guard lock(mutex);
          threads.insert(std::this_thread::get_id());
        }
        running--;
        all.tick();
        return WorkerFate::keep;
      });
    }
    REQUIRE(all.wait());
    CHECK(most <= kLimit);
    CHECK(threads.size() <= kLimit);
  }

  TEST_CASE("a lane busy for long does not hold up the others") {
    Engine engine(2);
    Gate release;
    engine.post([&] {
      release.wait();
      return WorkerFate::keep;
    });
    Countdown others(50);
    for (int i = 0; i < 50; i++) {
      engine.post([&] {
        others.tick();
        return WorkerFate::keep;
      });
    }
    CHECK(others.wait());
    release.open();
  }

  TEST_CASE("a thread that may not go on is replaced, and its lane goes on") {
    Engine engine(1);
    const auto lane = std::make_shared<Lane>();
    std::mutex mutex;
    std::vector<std::thread::id> threads;
    Countdown all(20);
    for (int i = 0; i < 20; i++) {
      engine.post(lane, [&] {
        {
          std::lock_guard lock(mutex);
          threads.push_back(std::this_thread::get_id());
        }
        all.tick();
        return WorkerFate::discard;
      });
    }
    REQUIRE(all.wait());
    // An id may be used again once its thread has ended, never by two tasks in a row of one living thread.
    CHECK(threads.size() == 20);
    Countdown after(1);
    engine.post(lane, [&] {
      after.tick();
      return WorkerFate::keep;
    });
    CHECK(after.wait());
  }

  TEST_CASE("workers begin where the maker of the engine's first thread belongs, even if it stays elsewhere") {
    const auto place = [] {
      struct stat status {};
      return ::stat("/proc/thread-self/ns/net", &status) == 0 ? status.st_ino : 0;
    };
    const auto home = place();
    Descriptor away;
    // Makes a namespace, and is gone with its thread.
    int error = 0;
    REQUIRE(netns::aside([&] { error = netns::create(away).failure.error; }) == 0);
    if (error == EPERM) return;  // makes no namespaces without privilege
    REQUIRE(error == 0);
    Engine engine(2);
    Countdown all(20);
    std::atomic<int> at_home = 0;
    netns::Stay stay;
    REQUIRE_FALSE(stay.begin(away.get()));
    const auto task = [&](WorkerFate fate) {
      return [&, fate] {
        if (place() == home) at_home++;
        // A worker that is thrown away has been left there: what it could make would begin there.
        if (fate == WorkerFate::discard) ::setns(away.get(), CLONE_NEWNET);
        all.tick();
        return fate;
      };
    };
    for (int i = 0; i < 10; i++) {
      CHECK(engine.post(task(WorkerFate::discard)) == 0);
      CHECK(engine.post(task(WorkerFate::keep)) == 0);
    }
    REQUIRE_FALSE(stay.end());
    REQUIRE(all.wait());
    CHECK(at_home == 20);
  }

  TEST_CASE("discarded threads with nothing left to do leave room for new ones") {
    Engine engine(2);
    for (int round = 0; round < 10; round++) {
      Countdown both(2);
      for (int i = 0; i < 2; i++) {
        engine.post([&] {
          both.tick();
          return WorkerFate::discard;
        });
      }
      REQUIRE(both.wait());
    }
  }

  TEST_CASE("run does its work on the calling thread, after everything queued before") {
    Engine engine(2);
    const auto lane = std::make_shared<Lane>();
    std::vector<int> order;
    for (int i = 0; i < 100; i++) {
      engine.post(lane, [&, i] {
        order.push_back(i);
        return WorkerFate::keep;
      });
    }
    std::thread::id ran_on;
    CHECK(engine.run(lane, [&] {
      ran_on = std::this_thread::get_id();
      order.push_back(100);
    }));
    CHECK(ran_on == std::this_thread::get_id());
    REQUIRE(order.size() == 101);
    CHECK(order.back() == 100);
  }

  TEST_CASE("what is queued while run works waits for it") {
    Engine engine(2);
    const auto lane = std::make_shared<Lane>();
    std::vector<int> order;
    Countdown posted(1);
    engine.run(lane, [&] {
      engine.post(lane, [&] {
        order.push_back(2);
        posted.tick();
        return WorkerFate::keep;
      });
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      order.push_back(1);
    });
    REQUIRE(posted.wait());
    CHECK(order == std::vector<int>{1, 2});
  }

  TEST_CASE("post_next goes before what is queued") {
    Engine engine(1);
    const auto lane = std::make_shared<Lane>();
    std::vector<int> order;
    Countdown all(3);
    Gate start;
    const auto note = [&](int value) {
      return [&order, &all, value] {
        order.push_back(value);
        all.tick();
        return WorkerFate::keep;
      };
    };
    engine.post(lane, [&] {
      start.wait();
      order.push_back(0);
      engine.post_next(lane, note(1), false);
      return WorkerFate::keep;
    });
    engine.post(lane, note(2));
    engine.post(lane, note(3));
    start.open();
    REQUIRE(all.wait());
    CHECK(order == std::vector<int>{0, 1, 2, 3});
  }

  TEST_CASE("a paused lane stands still until it is resumed, and run refuses to wait for it") {
    Engine engine(2);
    const auto lane = std::make_shared<Lane>();
    Countdown paused(1);
    Countdown resumed(1);
    std::atomic<bool> went_on = false;
    engine.post(lane, [&] {
      engine.post_next(
          lane,
          [&] {
            went_on = true;
            resumed.tick();
            return WorkerFate::keep;
          },
          true);
      paused.tick();
      return WorkerFate::keep;
    });
    REQUIRE(paused.wait());
    CHECK_FALSE(engine.run(lane, [] { FAIL("ran on a paused lane"); }));
    // The lane is paused, so no time makes this flag true: the sleep only gives a bug the time to show.
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    CHECK_FALSE(went_on);
    engine.resume(lane);
    CHECK(resumed.wait());
    CHECK(engine.run(lane, [] {}));
  }

  TEST_CASE("resuming a lane that is not paused does nothing") {
    Engine engine(1);
    const auto lane = std::make_shared<Lane>();
    engine.resume(lane);
    CHECK(engine.run(lane, [] {}));
  }

  TEST_CASE("stop finishes the task begun and destroys the rest unrun") {
    const auto token = std::make_shared<int>(0);
    std::atomic<int> ran = 0;
    Gate begun;
    {
      Engine engine(1);
      const auto lane = std::make_shared<Lane>();
      engine.post(lane, [&, token] {
        begun.open();
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        ran++;
        return WorkerFate::keep;
      });
      REQUIRE(begun.wait());
      for (int i = 0; i < 100; i++) {
        engine.post(lane, [&, token] {
          ran++;
          return WorkerFate::keep;
        });
      }
      engine.stop();
      CHECK(ran == 1);
    }
    CHECK(token.use_count() == 1);
  }

  TEST_CASE("after stop nothing is run, and run says so") {
    Engine engine(1);
    const auto lane = std::make_shared<Lane>();
    engine.stop();
    std::atomic<bool> ran = false;
    engine.post(lane, [&] {
      ran = true;
      return WorkerFate::keep;
    });
    CHECK_FALSE(engine.run(lane, [&] { ran = true; }));
    engine.stop();
    CHECK_FALSE(ran);
  }

  TEST_CASE("what stop drops is destroyed, though it own the lane that it was queued on") {
    Engine engine(1);
    const auto token = std::make_shared<int>();
    std::atomic<bool> go_on = false;
    const auto busy = std::make_shared<Lane>();
    const auto waiting = std::make_shared<Lane>();
    const auto paused = std::make_shared<Lane>();
    const auto owning = [token](const std::shared_ptr<Lane>& lane) {
      return [token, lane] { return WorkerFate::keep; };
    };
    Countdown begun(2);
    engine.post(paused, [&] {
      engine.post_next(paused, owning(paused), true);
      begun.tick();
      return WorkerFate::keep;
    });
    engine.post(busy, [&] {
      begun.tick();
      while (!go_on) std::this_thread::yield();
      return WorkerFate::keep;
    });
    engine.post(busy, owning(busy));
    REQUIRE(begun.wait());
    engine.post(waiting, owning(waiting));
    std::thread release([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      go_on = true;
    });
    engine.stop();
    release.join();
    CHECK(token.use_count() == 2);  // this one, and the one in `owning`
  }

  TEST_CASE("an engine never used has no threads to wait for") {
    Engine engine(8);
    engine.stop();
    CHECK_FALSE(engine.run(std::make_shared<Lane>(), [] {}));
  }

  TEST_CASE("many threads may post at once") {
    Engine engine(4);
    constexpr int kPosters = 4;
    constexpr int kEach = 500;
    Countdown all(kPosters * kEach);
    const auto shared_lane = std::make_shared<Lane>();
    int on_shared_lane = 0;  // unguarded: see above
    std::vector<std::thread> posters;
    posters.reserve(kPosters);
    for (int poster = 0; poster < kPosters; poster++) {
      posters.emplace_back([&] {
        for (int i = 0; i < kEach; i++) {
          const bool shared = i % 2 == 0;
          engine.post(shared ? shared_lane : std::make_shared<Lane>(), [&, shared] {
            if (shared) on_shared_lane++;
            all.tick();
            return WorkerFate::keep;
          });
        }
      });
    }
    for (std::thread& poster : posters) poster.join();
    REQUIRE(all.wait());
    CHECK(engine.run(shared_lane, [&] { CHECK(on_shared_lane == kPosters * kEach / 2); }));
  }
}

}  // namespace
