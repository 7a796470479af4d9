#include <algorithm>

#include "projections/projector_impl.h"

namespace counterfoil {
namespace {

/// So few that nobody waits long while they are folded and the views are swapped.
constexpr std::uint64_t records_at_swap = 4'096;

}  // namespace

BuildPlan Projector::plan() const {
  BuildPlan plan = plan_;
  const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
  plan.in_background = impl_->use == Use::serving;
  plan.threads = plan.in_background ? std::max(1u, cores - 1) : cores;
  return plan;
}

/// Whether it has to be built without being asked to; under the mutex.
bool Projector::is_due(const Follower& follower) const {
  if (follower.building || follower.build_error || follower.error) return false;
  const View view = views_.view(*follower.projection);
  return views_.building(*follower.projection) || view.version != follower.projection->version() ||
         (view.position == 0 && journal_.size() >= records_in_batch);
}

/// Those that are due; from now on nobody else builds them.
Projector::Followers Projector::claim_due() {
  const std::lock_guard lock(impl_->mutex);
  Followers due;
  for (Follower& follower : impl_->followers) {
    if (impl_->stopping || !is_due(follower)) continue;
    follower.building = true;
    follower.is_deferred = views_.view(*follower.projection).position == 0;
    due.push_back(&follower);
  }
  return due;
}

Result<void> Projector::rebuild(const std::vector<std::string>& names, const Progress& progress) {
  for (const std::string& name : names) CF_TRY(find(name));
  Followers claimed;
  {
    const std::lock_guard lock(impl_->mutex);
    for (const std::string& name : names) {
      const Follower& follower = *impl_->find(name);
      if (follower.building)
        return fail(ErrorCode::busy, "the view {} is being rebuilt already: wait for that", name);
      if (impl_->stopping)
        return fail(ErrorCode::busy, "the ledger is stopping: rebuild {} later", name);
    }
    for (const std::string& name : names) {
      Follower* const follower = impl_->find(name);
      if (std::exchange(follower->building, true)) continue;  // named twice
      follower->build_error.reset();
      claimed.push_back(follower);
    }
  }
  return build_claimed(claimed, progress);
}

/// Builds them, swaps in those that came to the end, and gives up the claim on all.
Result<void> Projector::build_claimed(const Followers& claimed, const Progress& progress) {
  if (claimed.empty()) return {};
  std::vector<BuildLane> lanes(claimed.size());
  build(claimed, lanes, progress);
  Result<void> outcome;
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    if (lanes[i].outcome) lanes[i].outcome = swap_in(*claimed[i], lanes[i].view);
    settle(*claimed[i], lanes[i]);
    if (outcome) outcome = lanes[i].outcome;
  }
  notify();
  const std::lock_guard lock(impl_->mutex);
  // The last that is done here: stop() waits for it.
  for (Follower* const follower : claimed) follower->building = false;
  impl_->idle.notify_all();
  return outcome;
}

/// Folds into a generation for each until little is left of the journal.
void Projector::build(const Followers& followers, std::vector<BuildLane>& lanes,
                      const Progress& progress) {
  std::vector<std::uint64_t> positions(lanes.size());
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    lanes[i].projection = followers[i]->projection;
    auto view = views_.begin_building(*lanes[i].projection);
    if (view)
      lanes[i].view = *view;
    else
      lanes[i].outcome = tl::make_unexpected(view.error());
    positions[i] = lanes[i].view.position;
    const std::lock_guard lock(impl_->mutex);
    followers[i]->built = positions[i];
    followers[i]->build_rate = {};
  }
  const auto is_stopping = [this] { return impl_->is_stopping(); };
  std::uint64_t end = 0;
  auto before = std::chrono::steady_clock::now();
  const auto told = [&](const BuildLane& lane, std::uint64_t position) {
    const auto at = static_cast<std::size_t>(&lane - lanes.data());
    const auto now = std::chrono::steady_clock::now();
    {
      const std::lock_guard lock(impl_->mutex);
      followers[at]->built = position;
      followers[at]->build_rate.add(position - positions[at], {});
      // Lanes are folded side by side: the time that passed is that of all of them.
      for (Follower* const follower : followers) follower->build_rate.add(0, now - before);
    }
    before = now;
    positions[at] = position;
    if (!progress) return;
    std::uint64_t done = 0;
    for (const std::uint64_t one : positions) done += one;
    progress(done / positions.size(), end);
  };
  const auto is_left = [&](const BuildLane& lane) {
    return lane.outcome && journal_.size() - lane.view.position > records_in_batch;
  };
  do {
    end = journal_.size();
    Builder(journal_, views_, plan()).run(lanes, end, told, is_stopping);
  } while (!is_stopping() && std::any_of(lanes.begin(), lanes.end(), is_left));
}

/// Folds the rest, then makes that generation the one that serves.
Result<void> Projector::swap_in(Follower& follower, View& view) {
  const Projection& projection = *follower.projection;
  const auto fold_to = [&](std::uint64_t end) -> Result<void> {
    PendingRows rows(views_.rocks(), view.family);
    const FoldedBatch batch = fold_batch(journal_, projection, view.position, end, rows);
    CF_TRY(batch.outcome);
    Rocks::Batch changes;
    rows.take(changes);
    return views_.advance(view, changes, batch.position);
  };
  const auto is_far_behind = [&] { return journal_.size() - view.position > records_at_swap; };
  do {
    if (impl_->is_stopping())
      return fail(ErrorCode::busy,
                  "the ledger is stopping: the rebuild of {} goes on when it is back",
                  projection.name());
    if (is_far_behind()) CF_TRY(fold_to(journal_.size()));
  } while (is_far_behind());
  // Nothing is folded into what serves meanwhile, so that the new one is nowhere behind it. What is
  // recorded from now on is followed.
  const std::lock_guard folding(impl_->folding);
  const std::uint64_t end = journal_.size();
  while (view.position < end) CF_TRY(fold_to(end));
  return views_.serve(projection, view);
}

/// Keeps what a build ended with. A generation that stands before a record that cannot be folded is
/// kept only where nothing else of its version serves.
void Projector::settle(Follower& follower, const BuildLane& lane) {
  const Projection& projection = *follower.projection;
  const bool is_stopped = !lane.outcome && lane.outcome.error().code == ErrorCode::busy;
  const View serving = views_.view(projection);
  const bool is_new = serving.version != projection.version();
  const bool is_of_no_use = !lane.outcome && !is_stopped && !is_new && lane.view.family &&
                            lane.view.generation != serving.generation;
  if (is_of_no_use) (void)views_.discard(lane.view);
  {
    const std::lock_guard lock(impl_->mutex);
    follower.is_deferred = false;
    if (lane.outcome) {
      follower.error.reset();
      follower.build_error.reset();
    } else if (!is_stopped && is_new) {
      follower.build_error = lane.outcome.error();
    }
  }
  impl_->release(follower, views_);
}

Result<void> Projector::retry(std::string_view name) {
  CF_TRY(find(name));
  Follower& follower = *impl_->find(name);
  Followers claimed;
  {
    const std::lock_guard lock(impl_->mutex);
    if (follower.building)
      return fail(ErrorCode::busy, "the view {} is being rebuilt: wait for that", name);
    if (impl_->stopping) return fail(ErrorCode::busy, "the ledger is stopping: retry later");
    follower.error.reset();
    follower.build_error.reset();
    if (is_due(follower)) {
      follower.building = true;
      claimed.push_back(&follower);
    }
  }
  CF_TRY(build_claimed(claimed, nullptr));
  return follow(follower);
}

Result<ViewComparison> Projector::compare(std::string_view name, std::size_t differences_max,
                                          const Progress& progress) {
  CF_LET(const Projection* const projection, find(name));
  const View view = views_.view(*projection);
  const Projection* const fold = fold_of(*projection, view.version);
  if (fold == nullptr)
    return fail(ErrorCode::unsupported,
                "the view {} still serves version {}, which this build cannot fold: compare it "
                "when version {} is built",
                name, view.version, projection->version());
  const std::uint64_t end = view.position;
  return compare_view(
      journal_, views_, view, *fold, plan(), differences_max,
      [&](const BuildLane&, std::uint64_t position) {
        if (progress) progress(std::min(position, end), end);
      },
      [this] { return impl_->is_stopping(); });
}

}  // namespace counterfoil
