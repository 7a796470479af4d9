#pragma once

#include <kj/async.h>

#include <atomic>
#include <list>
#include <memory>
#include <thread>
#include <utility>

namespace counterfoil {

/// Work that would hold up the event loop, each piece on a thread of its own. Destroying it waits
/// for what still runs.
class Background {
 public:
  Background() = default;
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;
  ~Background() {
    for (Task& task : tasks_) task.thread.join();
  }

  /// Runs `work()` and gives its value to the promise, on the loop of the calling thread. Dropping
  /// the promise does not end the work.
  template <typename Work>
  auto run(Work work) -> kj::Promise<decltype(work())> {
    using Value = decltype(work());
    reap();
    auto pair = kj::newPromiseAndCrossThreadFulfiller<Value>();
    auto done = std::make_shared<std::atomic<bool>>(false);
    auto fulfiller = std::make_shared<decltype(pair.fulfiller)>(kj::mv(pair.fulfiller));
    tasks_.push_back({std::thread([work = std::move(work), fulfiller, done]() mutable {
                        (*fulfiller)->fulfill(work());
                        fulfiller.reset();
                        *done = true;
                      }),
                      done});
    return kj::mv(pair.promise);
  }

 private:
  struct Task {
    std::thread thread;
    std::shared_ptr<std::atomic<bool>> done;
  };

  void reap() {
    for (auto task = tasks_.begin(); task != tasks_.end();) {
      if (!*task->done) {
        ++task;
        continue;
      }
      task->thread.join();
      task = tasks_.erase(task);
    }
  }

  std::list<Task> tasks_;
};

}  // namespace counterfoil
