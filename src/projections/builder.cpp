#include "projections/builder.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "codec/canonical.h"
#include "projections/fold.h"
#include "projections/rows.h"

namespace counterfoil {
namespace {

constexpr std::size_t bytes_in_chunk = 4u << 20;
constexpr std::size_t chunks_in_memory = 16;  // while a slow lane is behind the others
constexpr int background_priority = 10;       // a ninth of what others get; man 2 setpriority

/// Consecutive records, as they are stored, each from a whole word on.
class Chunk {
 public:
  std::uint64_t first() const { return first_; }
  std::uint64_t end() const { return first_ + records_.size(); }
  std::size_t bytes() const { return used_ * sizeof(std::uint64_t); }
  std::string_view record(std::uint64_t sequence) const {
    const Place place = records_[sequence - first_];
    return {reinterpret_cast<const char*>(words_.data() + place.word), place.bytes};
  }

  /// Empties it; its memory is used again.
  void begin(std::uint64_t first) {
    first_ = first;
    used_ = 0;
    records_.clear();
  }
  void add(std::string_view record) {
    const std::size_t words = (record.size() + sizeof(std::uint64_t) - 1) / sizeof(std::uint64_t);
    if (words_.size() < used_ + words) words_.resize(2 * used_ + words);
    std::memcpy(words_.data() + used_, record.data(), record.size());
    records_.push_back({used_, record.size()});
    used_ += words;
  }

 private:
  struct Place {
    std::size_t word;
    std::size_t bytes;
  };
  std::uint64_t first_ = 0;
  std::vector<std::uint64_t> words_;
  std::size_t used_ = 0;  // of the words
  std::vector<Place> records_;
};
using ChunkPtr = std::shared_ptr<Chunk>;

using Time = std::chrono::steady_clock::time_point;

/// A lane at work. The thread that has it changes it; what the others look at is beside that.
struct Working {
  Working(BuildLane& of, const Rocks& rocks)
      : lane(of),
        rows(rocks, of.view.family,
             of.view.position == 0 ? PendingRows::Stored::nothing : PendingRows::Stored::entries),
        position(of.view.position),
        at(position) {}

  BuildLane& lane;
  PendingRows rows;
  std::uint64_t position;   // folded; the family holds less
  std::size_t counted = 0;  // of the rows' bytes, in the sum over all lanes
  Time written = std::chrono::steady_clock::now();

  // For all threads, under the crew's mutex.
  bool busy = false;
  bool done = false;
  std::uint64_t at;  // position when a thread took it, or left it
};

/// The threads of one run.
class Crew {
 public:
  Crew(const Journal& journal, Views& views, const BuildPlan& plan, std::vector<BuildLane>& lanes,
       std::uint64_t end, const Builder::Progress& progress, const Builder::Stopping& stopping)
      : views_(views),
        plan_(plan),
        end_(end),
        progress_(progress),
        stopping_(stopping),
        scan_(journal.scan(Sequence{first_of(lanes)})),
        read_to_(first_of(lanes)) {
    for (BuildLane& lane : lanes)
      if (lane.outcome && lane.view.position < end) working_.emplace_back(lane, views.rocks());
    // A record is read once for the lanes of a task. One thread takes all of them.
    const std::size_t parts = plan.threads == 1 ? 1 : 2 * std::size_t{plan.threads};
    lanes_in_task_ = (working_.size() + parts - 1) / parts;
  }

  void run() {
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < std::max(plan_.threads, 1u); ++i)
      threads.emplace_back([this] {
        // Where that is not allowed the threads compete, and the work is the same.
        if (plan_.in_background)
          (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), background_priority);
        work();
      });
    for (std::thread& thread : threads) thread.join();
    for (Working& one : working_)
      if (failed_ && one.lane.outcome && one.position < end_)
        one.lane.outcome = tl::make_unexpected(*failed_);
  }

 private:
  struct Task {
    ChunkPtr chunk;
    std::vector<Working*> lanes;
  };

  static std::uint64_t first_of(const std::vector<BuildLane>& lanes) {
    std::uint64_t first = UINT64_MAX;
    for (const BuildLane& lane : lanes)
      if (lane.outcome) first = std::min(first, lane.view.position);
    return first;
  }

  void work() {
    while (std::optional<Task> task = next_task()) {
      fold(*task);
      for (Working* const one : task->lanes) {
        if (is_due(*one)) write(*one);
        if (one->lane.outcome) tell(*one);
      }
      give_back(std::move(*task));
    }
    while (Working* const left = next_unwritten()) {
      write(*left);
      give_back({nullptr, {left}});
    }
  }

  /// What the lane that is furthest behind needs next; nothing when there is no more to do.
  std::optional<Task> next_task() {
    std::unique_lock lock(mutex_);
    for (;;) {
      if (failed_ || stopping_()) return std::nullopt;
      Working* behind = nullptr;
      bool some_busy = false;
      for (Working& one : working_) {
        some_busy = some_busy || one.busy;
        if (!one.busy && !one.done && (behind == nullptr || one.at < behind->at)) behind = &one;
      }
      if (behind == nullptr && !some_busy) return std::nullopt;
      if (behind != nullptr) {
        if (ChunkPtr chunk = chunk_with(behind->at)) return take(std::move(chunk));
        if (!reading_ && chunks_.size() < chunks_in_memory) {
          read_chunk(lock);
          continue;
        }
      }
      changed_.wait(lock);
    }
  }

  ChunkPtr chunk_with(std::uint64_t sequence) const {
    for (const ChunkPtr& chunk : chunks_)
      if (chunk->first() <= sequence && sequence < chunk->end()) return chunk;
    return nullptr;
  }

  Task take(ChunkPtr chunk) {
    Task task{std::move(chunk), {}};
    for (Working& one : working_) {
      if (one.busy || one.done || one.at < task.chunk->first() || one.at >= task.chunk->end())
        continue;
      one.busy = true;
      task.lanes.push_back(&one);
      if (task.lanes.size() == lanes_in_task_) break;
    }
    return task;
  }

  /// Reads the next one, while others go on.
  void read_chunk(std::unique_lock<std::mutex>& lock) {
    reading_ = true;
    ChunkPtr chunk = std::exchange(spare_, nullptr);
    lock.unlock();
    if (!chunk) chunk = std::make_shared<Chunk>();
    chunk->begin(read_to_);
    const auto read = [&]() -> Result<void> {
      const std::uint64_t last = std::min(end_, read_to_ + plan_.records_in_chunk);
      while (chunk->end() < last && chunk->bytes() < bytes_in_chunk) {
        CF_LET(const auto record, scan_.next());
        if (!record) return fail(ErrorCode::corrupt, "the journal ends at {}", chunk->end());
        chunk->add(*record);
      }
      return {};
    };
    auto outcome = read();
    lock.lock();
    reading_ = false;
    if (outcome) {
      read_to_ = chunk->end();
      chunks_.push_back(std::move(chunk));
    } else {
      failed_ = std::move(outcome).error();
    }
    changed_.notify_all();
  }

  void fold(const Task& task) {
    RecordBuffer buffer;
    std::uint64_t from = UINT64_MAX;
    for (const Working* const one : task.lanes) from = std::min(from, one->position);
    for (std::uint64_t at = from; at < task.chunk->end(); ++at) {
      auto record = buffer.borrow(task.chunk->record(at));
      Result<void> foldable;
      if (record) foldable = check_foldable(*record);
      if (!record) foldable = fail_at(fmt::format("record {}", at), record.error());
      for (Working* const one : task.lanes) {
        if (!one->lane.outcome || one->position != at) continue;
        one->lane.outcome =
            foldable ? fold_record(*one->lane.projection, at, *record, one->rows) : foldable;
        if (one->lane.outcome) ++one->position;
      }
    }
  }

  bool is_due(Working& one) {
    if (!one.lane.outcome) {
      one.rows.clear();  // the fold may have stopped in the middle of a record
      one.position = one.lane.view.position;
    }
    const std::size_t bytes = one.rows.bytes();
    total_ += bytes - one.counted;  // also where that is below 0: it wraps around, twice
    one.counted = bytes;
    if (!one.lane.outcome) return false;
    return one.position >= end_ ||
           (total_ > plan_.bytes_in_memory && bytes >= plan_.bytes_in_memory / working_.size()) ||
           std::chrono::steady_clock::now() - one.written > plan_.between_files;
  }

  void write(Working& one) {
    one.lane.outcome = views_.ingest(one.lane.view, one.rows, one.position);
    one.rows.clear();
    total_ -= one.counted;
    one.counted = 0;
    one.written = std::chrono::steady_clock::now();
  }

  void tell(const Working& one) {
    if (!progress_) return;
    const std::lock_guard lock(telling_);
    progress_(one.lane, one.position);
  }

  void give_back(Task task) {
    const std::lock_guard lock(mutex_);
    task.chunk.reset();
    std::uint64_t needed = UINT64_MAX;
    for (Working* const one : task.lanes) {
      one->busy = false;
      one->at = one->position;
      one->done = !one->lane.outcome || one->position >= end_;
    }
    for (const Working& one : working_)
      if (!one.done) needed = std::min(needed, one.at);
    while (!chunks_.empty() && chunks_.front()->end() <= needed) {
      if (chunks_.front().use_count() == 1) spare_ = std::move(chunks_.front());
      chunks_.pop_front();
    }
    changed_.notify_all();
  }

  /// A lane that was stopped with more than its family holds.
  Working* next_unwritten() {
    const std::lock_guard lock(mutex_);
    for (Working& one : working_) {
      if (one.busy || !one.lane.outcome || one.position == one.lane.view.position) continue;
      one.busy = true;
      return &one;
    }
    return nullptr;
  }

  Views& views_;
  const BuildPlan& plan_;
  const std::uint64_t end_;
  const Builder::Progress& progress_;
  const Builder::Stopping& stopping_;
  std::size_t lanes_in_task_ = 0;
  std::atomic<std::size_t> total_{0};  // bytes of all lanes' rows
  std::mutex telling_;

  std::mutex mutex_;  // guards what follows; the scan belongs to the thread that is reading
  std::condition_variable changed_;
  std::deque<Working> working_;
  std::deque<ChunkPtr> chunks_;  // consecutive
  ChunkPtr spare_;               // one that nobody needs any more, if there is one
  bool reading_ = false;
  Journal::Scan scan_;
  std::uint64_t read_to_;
  std::optional<Error> failed_;
};

}  // namespace

void Builder::run(std::vector<BuildLane>& lanes, std::uint64_t end, const Progress& progress,
                  const Stopping& stopping) {
  const bool is_work = std::any_of(lanes.begin(), lanes.end(), [&](const BuildLane& lane) {
    return lane.outcome && lane.view.position < end;
  });
  if (is_work) Crew(journal_, views_, plan_, lanes, end, progress, stopping).run();
}

}  // namespace counterfoil
