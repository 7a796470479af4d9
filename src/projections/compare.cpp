#include "projections/compare.h"

#include "core/bytes.h"

namespace counterfoil {
namespace {

/// A walk over a view's entries.
class Entries {
 public:
  explicit Entries(Rocks::Cursor& cursor) : cursor_(cursor) { cursor_.seek({}); }
  bool is_at_end() const { return !cursor_.valid() || cursor_.key() == position_entry; }
  std::string_view key() const { return cursor_.key(); }
  std::string_view value() const { return cursor_.value(); }
  void next() {
    cursor_.next();
    ++count_;
  }
  std::uint64_t count() const { return count_; }

 private:
  Rocks::Cursor& cursor_;
  std::uint64_t count_ = 0;
};

void compare(Entries& served, Entries& folded, std::size_t differences_max, ViewComparison& found) {
  while (!served.is_at_end() || !folded.is_at_end()) {
    // Which of the two have an entry under the lesser key.
    const bool in_view =
        !served.is_at_end() && (folded.is_at_end() || served.key() <= folded.key());
    const bool in_journal =
        !folded.is_at_end() && (served.is_at_end() || folded.key() <= served.key());
    if (!in_view || !in_journal || served.value() != folded.value()) {
      ++found.differing;
      if (found.differences.size() < differences_max) {
        ViewComparison::Difference difference;
        difference.key = in_view ? served.key() : folded.key();
        if (in_view) difference.served = served.value();
        if (in_journal) difference.folded = folded.value();
        found.differences.push_back(std::move(difference));
      }
    }
    if (in_view) served.next();
    if (in_journal) folded.next();
  }
  found.served = served.count();
  found.folded = folded.count();
}

}  // namespace

Result<ViewComparison> compare_view(const Journal& journal, Views& views, const View& view,
                                    const Projection& fold, const BuildPlan& plan,
                                    std::size_t differences_max, const Builder::Progress& progress,
                                    const Builder::Stopping& stopping) {
  ViewComparison found;
  found.version = view.version;
  // Entries and position are of the cursor's moment, however far the view goes on.
  auto served = views.rocks().walk(*view.family, Rocks::Walk::whole);
  served.seek(position_entry);
  if (!served.valid()) CF_TRY(served.status());
  if (served.valid() && served.value().size() == 8)
    found.position = get_big_endian<std::uint64_t>(served.value());

  std::vector<BuildLane> lanes(1);
  lanes[0].projection = &fold;
  CF_LET(lanes[0].view, views.begin_generation(fold));
  const auto compared = [&]() -> Result<void> {
    Builder(journal, views, plan).run(lanes, found.position, progress, stopping);
    CF_TRY(lanes[0].outcome);
    if (lanes[0].view.position < found.position)
      return fail(ErrorCode::busy, "the ledger is stopping: compare {} later", fold.name());
    auto folded = views.rocks().walk(*lanes[0].view.family, Rocks::Walk::whole);
    Entries in_view(served);
    Entries in_journal(folded);
    compare(in_view, in_journal, differences_max, found);
    CF_TRY(served.status());
    return folded.status();
  };
  auto outcome = compared();
  CF_TRY(views.discard(lanes[0].view));
  if (!outcome) return tl::make_unexpected(outcome.error());
  return found;
}

}  // namespace counterfoil
