#include "net/workers.h"

namespace counterfoil {

Workers::~Workers() {
  std::deque<Job> refused;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    refused.swap(jobs_);
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  const Error why{ErrorCode::busy, "the ledger is stopping: ask again when it is back"};
  for (const Job& job : refused) job.run(&why);
}

void Workers::add(Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (jobs_.size() >= waiting_max_)
      std::erase_if(jobs_, [](const Job& waiting) { return waiting.asker.is_gone(); });
    if (jobs_.size() < waiting_max_) {
      jobs_.push_back(std::move(job));
      if (jobs_.size() > idle_ && threads_.size() < threads_max_)
        threads_.emplace_back([this] { work(); });
      wake_.notify_one();
      return;
    }
  }
  const Error why{ErrorCode::busy,
                  fmt::format("{} reads wait already: ask again in a moment", waiting_max_)};
  job.run(&why);
}

void Workers::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    wake_.wait(lock, [&] { return stopping_ || !jobs_.empty(); });
    --idle_;
    if (jobs_.empty()) return;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    if (!job.asker.is_gone()) job.run(nullptr);
    job = {};
    lock.lock();
  }
}

}  // namespace counterfoil
