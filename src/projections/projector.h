#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "projections/views.h"
#include "storage/journal.h"

namespace counterfoil {

/// How one projection stands.
struct ProjectionStatus {
  std::string name;
  std::uint32_t version = 0;
  std::uint64_t position = 0;  // records folded
  std::uint64_t lag = 0;       // records not folded yet
  std::string state;           // "following", "behind", "rebuilding" or "halted"
  std::string last_error;
};

/// All views at one moment, at which each holds the same records, however much is folded since. Its
/// cursors belong to one thread, and must be gone before the views are.
struct Moment {
  struct Part {
    const Projection* projection;
    Rocks::Cursor cursor;  // ends with position_entry, which is no entry of the view
  };
  std::uint64_t position = 0;  // records that each part holds
  std::vector<Part> parts;     // one a projection, in the order that they were named in
};

/// Follows the journal and keeps every view up to date, on a thread of its own. A projection that
/// cannot fold a record halts alone, names it, and serves nothing newer.
class Projector {
 public:
  /// Both outlive it.
  Projector(const Journal& journal, Views& views,
            const std::vector<const Projection*>& projections);
  ~Projector();
  Projector(const Projector&) = delete;
  Projector& operator=(const Projector&) = delete;

  /// Begins to follow; before it, and without it, `catch_up` folds on the caller's thread.
  void start();
  /// Ends the thread, and every rebuild, after the batch at hand. Who still waits, or asks from now
  /// on, for what was not folded, is told `busy`.
  void stop();
  /// The journal has grown.
  void notify();
  /// Folds what there is, now, on this thread.
  Result<void> catch_up();

  /// Calls back when that projection holds `position` records, at once if it does, or with the
  /// error when it halts before. From any thread; the callback runs on the caller's or on the
  /// projector's thread and must not block.
  using Folded = std::function<void(Result<void>)>;
  void when_folded(std::string_view projection, std::uint64_t position, Folded callback);

  /// Builds a projection again from the journal beside the one that serves, then swaps it in.
  /// `progress` is told records done and records in all.
  using Progress = std::function<void(std::uint64_t done, std::uint64_t total)>;
  Result<void> rebuild(std::string_view projection, const Progress& progress);

  /// Folds what there is into every view, and none beyond; then following goes on. Fails with what
  /// halted a projection, if one is.
  Result<Moment> at_one_position();

  std::vector<ProjectionStatus> status() const;
  /// The projection of that name; `not_found` names those that there are.
  Result<const Projection*> find(std::string_view projection) const;
  const Views& views() const { return views_; }

 private:
  struct Impl;
  struct Follower;
  Result<void> fold_next(Follower& follower, std::uint64_t end);
  Result<void> build(const Projection& projection, const Progress& progress);
  Result<void> fill(const Projection& projection, View& view, const Progress& progress);

  const Journal& journal_;
  Views& views_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace counterfoil
