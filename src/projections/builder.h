#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

#include "core/limits.h"
#include "projections/views.h"
#include "storage/journal.h"

namespace counterfoil {

/// A generation that is filled from the journal, and how that went.
struct BuildLane {
  const Projection* projection = nullptr;
  View view;             // whose position is what its family holds
  Result<void> outcome;  // why it is not filled to the end; another lane's failure is none of it
};

/// How a build goes about it.
struct BuildPlan {
  unsigned threads = 1;
  /// So that whoever serves goes first: threads of a low priority.
  bool in_background = false;
  std::size_t records_in_chunk = 4'096;                // read and checked once for all lanes
  std::size_t bytes_in_memory = limits::built_bytes;   // entries of all lanes that are not written
  std::chrono::milliseconds between_files{15'000};     // what a kill may cost of a lane's time
  std::chrono::milliseconds kept_after_swap{600'000};  // what was replaced, for who reads by page
};

/// Folds the records below `end` into every lane, several lanes at once, each on from where it
/// stands. A lane keeps its entries in memory up to a bound and then writes them, sorted, into a
/// file that its family takes in with its position. What was folded is written when it returns,
/// also where `stopping` said to.
class Builder {
 public:
  /// Told a lane's position after each chunk; on any of the threads, one at a time.
  using Progress = std::function<void(const BuildLane& lane, std::uint64_t position)>;
  using Stopping = std::function<bool()>;
  /// The journal and the views outlive it.
  Builder(const Journal& journal, Views& views, BuildPlan plan)
      : journal_(journal), views_(views), plan_(plan) {}

  void run(std::vector<BuildLane>& lanes, std::uint64_t end, const Progress& progress,
           const Stopping& stopping);

 private:
  const Journal& journal_;
  Views& views_;
  BuildPlan plan_;
};

}  // namespace counterfoil
