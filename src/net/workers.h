#pragma once

#include <kj/async.h>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "core/asker.h"
#include "core/result.h"
#include "net/failure.h"

namespace counterfoil {

/// A few threads for work that would hold up the event loop. Destroying it waits for what runs and
/// refuses what still waits. The work must own, or reach only through what outlives this, all that
/// it uses: its caller may be gone before it runs.
class Workers {
 public:
  /// At most so many threads, started when there is work for them, and so many pieces of work that
  /// wait for one.
  Workers(std::size_t threads, std::size_t waiting)
      : threads_max_(threads), waiting_max_(waiting) {}
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  /// Runs `work()` and gives its value, or what it threw, to the promise, on the loop of the
  /// calling thread. Fails with `busy` where too much waits. Dropping the promise does not end the
  /// work.
  template <typename Work>
  auto run(Work work) -> kj::Promise<decltype(work())> {
    return run_for(Asker(), std::move(work));
  }

  /// Runs `work(asker)` in the same way. Dropping the promise tells the asker to be gone: the work
  /// is never begun then, or ends by itself.
  template <typename Work>
  auto run_while_awaited(Work work) -> kj::Promise<decltype(work(Asker()))> {
    const Asker asker;
    return run_for(asker, [work = std::move(work), asker]() mutable { return work(asker); })
        .attach(kj::defer([asker] { asker.leave(); }));
  }

 private:
  struct Job {
    Asker asker;
    std::function<void(const Error* refused)> run;
  };

  template <typename Work>
  auto run_for(const Asker& asker, Work work) -> kj::Promise<decltype(work())> {
    auto pair = kj::newPromiseAndCrossThreadFulfiller<decltype(work())>();
    auto fulfiller = std::make_shared<decltype(pair.fulfiller)>(kj::mv(pair.fulfiller));
    add({asker, [work = std::move(work), fulfiller](const Error* refused) mutable {
           const auto& promise = **fulfiller;
           if (refused) return promise.reject(to_exception(*refused));
           KJ_IF_MAYBE (exception, kj::runCatchingExceptions([&] { promise.fulfill(work()); }))
             promise.reject(kj::mv(*exception));
         }});
    return kj::mv(pair.promise);
  }
  void add(Job job);
  void work();

  const std::size_t threads_max_;
  const std::size_t waiting_max_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  std::size_t idle_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

/// Reads that somebody waits for have threads of their own, so that chores of minutes (digests,
/// rebuilding, sealing) do not hold them up, nor a signer that does not answer; and folds of the
/// past, which any reader may ask for, hold up neither. Verifying takes all cores,
/// so one is enough at a time.
struct Background {
  Workers reads{4, 4'096};
  Workers chores{4, 64};
  Workers past{2, 256};
  Workers signing{1, 256};
  Workers verifying{1, 16};
};

}  // namespace counterfoil
