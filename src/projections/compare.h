#pragma once

#include <optional>
#include <string>
#include <vector>

#include "projections/builder.h"

namespace counterfoil {

/// A view beside what the same records give when they are folded now.
struct ViewComparison {
  struct Difference {
    std::string key;
    std::optional<std::string> served;  // nothing: the view has no such entry
    std::optional<std::string> folded;  // nothing: the journal gives no such entry
  };
  std::uint32_t version = 0;
  std::uint64_t position = 0;  // records that both hold
  std::uint64_t served = 0;    // entries of the view
  std::uint64_t folded = 0;    // entries that the journal gives
  std::uint64_t differing = 0;
  std::vector<Difference> differences;  // the first of them, in the order of their keys
};

/// Folds the journal up to where the view stands, beside it, and compares; the view goes on serving
/// and following. `fold` is what folds the view's version. At most `differences_max` are named.
Result<ViewComparison> compare_view(const Journal& journal, Views& views, const View& view,
                                    const Projection& fold, const BuildPlan& plan,
                                    std::size_t differences_max, const Builder::Progress& progress,
                                    const Builder::Stopping& stopping);

}  // namespace counterfoil
