#pragma once

#include <atomic>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "projections/views.h"
#include "service/moment.h"

namespace counterfoil {

/// Read models as they were at moments of the past, and whatever else is folded from the journal to
/// be looked at and forgotten. Each state is a family of the views' database, folded once; the ones
/// used last are kept, and later moments are folded on from them. From any thread.
class Past {
 public:
  /// Both outlive it, and it outlives its states' readers.
  Past(const Journal& journal, Views& views) : journal_(journal), views_(views) {}
  Past(const Past&) = delete;
  Past& operator=(const Past&) = delete;

  /// Entries that a projection makes of the records that count. They do not change.
  class State;
  using StatePtr = std::shared_ptr<const State>;

  /// `name` tells folds apart that have the same entries and another meaning, such as what-ifs of
  /// two rule sets. `not_found` where a bound was given that no event meets: it says which one
  /// comes first. `busy` after stop(), and where the asker is gone: a fold ends with the last one
  /// who waits for it.
  Result<StatePtr> state(const Projection& projection, const std::string& name,
                         const Moment& moment, const Asker& asker = {});
  Result<StatePtr> state(const Projection& projection, const Moment& moment,
                         const Asker& asker = {}) {
    return state(projection, std::string(projection.name()), moment, asker);
  }

  /// A walk of the state's entries in key order.
  Rocks::Cursor walk(const State& state) const;
  /// Ends what is being folded.
  void stop() { stopping_ = true; }

 private:
  struct Slot;
  struct Served;
  std::shared_ptr<Slot> slot_of(const std::string& name, const Moment& moment);
  Result<void> check_wanted(const Slot& slot);
  std::optional<Served> serving(const Projection& projection, const std::string& name,
                                const Moment& moment) const;
  Result<StatePtr> fold(const Projection& projection, const Slot& slot);
  StatePtr best_base(const std::string& name, const Moment& moment);

  const Journal& journal_;
  Views& views_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;                        // guards slots_, and what is in them
  std::list<std::shared_ptr<Slot>> slots_;  // used last: first
};

}  // namespace counterfoil
