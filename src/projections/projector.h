#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "projections/compare.h"
#include "projections/views.h"
#include "storage/journal.h"

namespace counterfoil {

/// How one projection stands.
struct ProjectionStatus {
  std::string name;
  std::uint32_t version = 0;   // of the view that serves
  std::uint64_t position = 0;  // records folded
  std::uint64_t lag = 0;       // records not folded yet
  std::int64_t lag_us = 0;     // of the ledger's time, from the newest one folded to the newest one
  std::uint64_t rate = 0;      // records folded a second, of the time that folding took lately
  std::uint32_t building = 0;  // the version that is built beside it; 0: none is
  std::uint64_t built = 0;     // records folded into that
  std::string state;           // "following", "behind", "rebuilding" or "halted"
  std::string last_error;
};

/// All views at one moment, at which each holds the same records, however much is folded since. Its
/// cursors belong to one thread, and must be gone before the views are.
struct ViewsMoment {
  struct Part {
    const Projection* projection;
    Rocks::Cursor cursor;  // ends with position_entry, which is no entry of the view
  };
  struct Missing {
    const Projection* projection;
    std::string why;  // a sentence
  };
  std::uint64_t position = 0;  // records that each part holds
  std::vector<Part> parts;     // in the order that the projections were named in
  std::vector<Missing> missing;
};

/// Follows the journal and keeps every view up to date, on a thread of its own. A projection that
/// cannot fold a record halts alone, before that record, names it, and serves nothing newer. What
/// has to be built (a new version, a view that is empty while the journal is long, a build that was
/// cut off) is built beside what serves, and then swapped in.
class Projector {
 public:
  /// Both outlive it.
  Projector(const Journal& journal, Views& views,
            const std::vector<const Projection*>& projections);
  ~Projector();
  Projector(const Projector&) = delete;
  Projector& operator=(const Projector&) = delete;

  /// Begins to follow, and to build what has to be; before it, and without it, `catch_up` does that
  /// on the caller's thread. `serving` leaves a core, and the priority, to others; `alone` builds
  /// on all cores.
  enum class Use { serving, alone };
  void start(Use use = Use::serving);
  /// Ends the threads, and every rebuild, after the batch at hand; a rebuild goes on when the views
  /// are opened again. Who still waits, or asks from now on, for what was not folded, is told
  /// `busy`.
  void stop();
  /// The journal has grown.
  void notify();
  /// Builds what has to be built and folds what there is, now, on this thread.
  Result<void> catch_up();

  /// Calls back when that projection holds `position` records, at once if it does, or with the
  /// error when it halts before. An old version that nothing here folds serves what it holds, at
  /// once. From any thread; the callback runs on the caller's or on the projector's thread and must
  /// not block.
  using Folded = std::function<void(Result<void>)>;
  void when_folded(std::string_view projection, std::uint64_t position, Folded callback);

  /// Builds projections again from the journal beside those that serve, then swaps each in. One
  /// that was begun already goes on. `progress` is told records done and records in all, on any
  /// thread, one at a time. Fails with the first failure; the others are swapped in all the same.
  using Progress = std::function<void(std::uint64_t done, std::uint64_t total)>;
  Result<void> rebuild(const std::vector<std::string>& projections, const Progress& progress);
  Result<void> rebuild(std::string_view projection, const Progress& progress) {
    return rebuild(std::vector<std::string>{std::string(projection)}, progress);
  }
  /// Lets a halted projection go on where it stands; gives why it halts again, if it does.
  Result<void> retry(std::string_view projection);
  /// Folds the journal beside a view, and compares; the view goes on.
  Result<ViewComparison> compare(std::string_view projection, std::size_t differences_max,
                                 const Progress& progress);

  /// Folds what there is into every view, and none beyond; then following goes on. A view that is
  /// halted, or still to be built, is missing from it. `busy` once the projector stops.
  Result<ViewsMoment> at_one_position();

  std::vector<ProjectionStatus> status() const;
  /// Says of a status that the view holds that many records, as of now.
  void set_position(ProjectionStatus& status, std::uint64_t position) const;
  /// The projection of that name; `not_found` names those that there are.
  Result<const Projection*> find(std::string_view projection) const;
  const Views& views() const { return views_; }

  /// How builds go about it, but for their threads; before anything is built.
  void tune(const BuildPlan& plan) { plan_ = plan; }

 private:
  struct Impl;
  struct Follower;
  using Followers = std::vector<Follower*>;

  bool is_frozen(const Follower& follower, const View& view) const;
  Result<void> fold_next(Follower& follower, std::uint64_t end);
  Result<void> fold_to_moment(Follower& follower, std::uint64_t position);
  Result<void> follow(Follower& follower);
  Result<void> follow_all();
  Followers claim_due();
  bool is_due(const Follower& follower) const;
  Result<void> build_claimed(const Followers& claimed, const Progress& progress);
  void build(const Followers& followers, std::vector<BuildLane>& lanes, const Progress& progress);
  Result<void> swap_in(Follower& follower, View& view);
  void settle(Follower& follower, const BuildLane& lane);
  BuildPlan plan() const;
  std::int64_t lag_us(std::uint64_t position) const;

  const Journal& journal_;
  Views& views_;
  BuildPlan plan_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace counterfoil
