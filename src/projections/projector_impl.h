#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "projections/projector.h"
#include "projections/rows.h"

/// What the sources of Projector share; nobody else includes it.
namespace counterfoil {

/// One write of a view that follows: large enough that catching up is not bound by writes, small
/// enough that following is live. A journal that is shorter is followed from its beginning.
inline constexpr std::uint64_t records_in_batch = 65'536;
inline constexpr std::size_t bytes_in_batch = 4u << 20;

/// What folds that version: the projection, or a version before it where this build has that; else
/// null.
const Projection* fold_of(const Projection& projection, std::uint32_t version);

/// How far a batch came, and why it ended before its end. After a failure the rows hold a part of
/// the record that failed.
struct FoldedBatch {
  std::uint64_t position = 0;
  Result<void> outcome;
};

/// Folds records from that position on into `rows`, at most a batch, and none from `end` on.
FoldedBatch fold_batch(const Journal& journal, const Projection& projection, std::uint64_t position,
                       std::uint64_t end, PendingRows& rows);

/// Records a second, of the last ten seconds of work or so.
class Rate {
 public:
  void add(std::uint64_t records, std::chrono::duration<double> time);
  std::uint64_t per_second() const;

 private:
  double records_ = 0;
  double seconds_ = 0;
};

struct Projector::Follower {
  struct Waiter {
    std::uint64_t position;
    Folded callback;
  };

  const Projection* projection;
  std::optional<Error> error;        // what the view that serves halted at
  std::optional<Error> build_error;  // what the generation beside it halted at
  bool building = false;             // a thread builds it
  bool is_deferred = false;          // it is empty, and built rather than followed
  std::uint64_t built = 0;           // records in the generation that is built
  Rate rate;
  Rate build_rate;
  std::vector<Waiter> waiters;

  tl::unexpected<Error> halted() const {
    return fail(error->code,
                "the view {0} is halted: {1}. After the cause is gone, let it go on with "
                "`counterfoil projections retry {0}`",
                projection->name(), error->message);
  }
};

struct Projector::Impl {
  mutable std::mutex mutex;  // guards followers and stopping
  std::condition_variable wake;
  std::condition_variable idle;  // nothing is built
  std::vector<Follower> followers;
  bool stopping = false;
  bool grown = false;
  Use use = Use::alone;
  std::mutex folding;  // held while a serving view is changed or swapped
  std::thread thread;
  std::thread building;  // of what had to be built at the start

  /// Why that view will not grow, if it will not.
  std::optional<Error> ended(const Follower& follower) const {
    if (follower.error) return follower.halted().value();
    if (stopping)
      return Error{ErrorCode::busy, "the ledger is stopping: ask again when it is back"};
    return std::nullopt;
  }

  bool is_stopping() const {
    const std::lock_guard lock(mutex);
    return stopping;
  }

  /// Calls back whoever waits for what the view holds by now, or for a view that will not grow.
  void release(Follower& follower, const Views& views);
  Follower* find(std::string_view name);
};

}  // namespace counterfoil
