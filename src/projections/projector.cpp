#include "projections/projector.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "codec/describe.h"
#include "projections/rows.h"

namespace counterfoil {
namespace {

/// One write of a view: large enough that a rebuild is not bound by writes, small enough that
/// following is live.
constexpr std::uint64_t records_in_batch = 65'536;
constexpr std::size_t bytes_in_batch = 4u << 20;

/// Folds records from the view's position into `rows`, at most a batch, and none from `end` on.
/// Returns the new position.
Result<std::uint64_t> fold_batch(const Journal& journal, const Projection& projection,
                                 std::uint64_t position, std::uint64_t end, PendingRows& rows) {
  RecordBuffer buffer;
  auto scan = journal.scan(Sequence{position});
  const std::uint64_t last = std::min(end, position + records_in_batch);
  while (position < last && rows.bytes() < bytes_in_batch) {
    CF_LET(const auto bytes, scan.next());
    if (!bytes) break;
    CF_LET(const auto record, buffer.load(*bytes));
    CF_TRY(check_foldable(record));
    try {
      auto folded = projection.fold(record, rows);
      if (!folded) return fail_at(fmt::format("record {}", position), folded.error());
    } catch (const kj::Exception& error) {
      return fail(ErrorCode::corrupt, "record {} cannot be read: {}", position, describe(error));
    }
    ++position;
  }
  return position;
}

struct Waiter {
  std::uint64_t position;
  Projector::Folded callback;
};

}  // namespace

struct Projector::Follower {
  const Projection* projection;
  std::optional<Error> error;
  bool rebuilding = false;
  std::vector<Waiter> waiters;

  tl::unexpected<Error> halted() const {
    return fail(error->code, "the view {} is halted: {}. Rebuild it after the cause is gone",
                projection->name(), error->message);
  }
};

struct Projector::Impl {
  mutable std::mutex mutex;  // guards followers and stopping
  std::condition_variable wake;
  std::condition_variable idle;  // no rebuild runs
  std::vector<Follower> followers;
  bool stopping = false;
  bool grown = false;
  std::mutex folding;  // held while a serving view is changed or swapped
  std::thread thread;

  /// Why that view will not grow, if it will not.
  std::optional<Error> ended(const Follower& follower) const {
    if (follower.error) return follower.halted().value();
    if (stopping)
      return Error{ErrorCode::busy, "the ledger is stopping: ask again when it is back"};
    return std::nullopt;
  }

  bool is_rebuilding() const {
    return std::any_of(followers.begin(), followers.end(),
                       [](const Follower& follower) { return follower.rebuilding; });
  }

  /// Calls back whoever waits for what the view holds by now, or for a view that will not grow.
  void release(Follower& follower, const Views& views) {
    std::vector<Waiter> ready;
    std::optional<Error> end;
    std::uint64_t position = 0;
    {
      const std::lock_guard lock(mutex);
      position = views.view(*follower.projection).position;
      end = ended(follower);
      const auto waits = [&](const Waiter& waiter) { return !end && waiter.position > position; };
      const auto first = std::partition(follower.waiters.begin(), follower.waiters.end(), waits);
      ready.assign(std::make_move_iterator(first), std::make_move_iterator(follower.waiters.end()));
      follower.waiters.erase(first, follower.waiters.end());
    }
    for (Waiter& waiter : ready) {
      if (waiter.position <= position)
        waiter.callback({});
      else
        waiter.callback(tl::make_unexpected(*end));
    }
  }

  Follower* find(std::string_view name) {
    for (Follower& follower : followers)
      if (follower.projection->name() == name) return &follower;
    return nullptr;
  }
};

Projector::Projector(const Journal& journal, Views& views,
                     const std::vector<const Projection*>& projections)
    : journal_(journal), views_(views), impl_(std::make_unique<Impl>()) {
  for (const Projection* projection : projections)
    impl_->followers.push_back({projection, std::nullopt, false, {}});
}

Projector::~Projector() {
  stop();
}

void Projector::start() {
  impl_->thread = std::thread([this] {
    std::unique_lock lock(impl_->mutex);
    while (!impl_->stopping) {
      impl_->grown = false;
      lock.unlock();
      (void)catch_up();  // a failure is kept with the projection that it halted
      lock.lock();
      impl_->wake.wait(lock, [&] { return impl_->stopping || impl_->grown; });
    }
  });
}

void Projector::stop() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->wake.notify_all();
  if (impl_->thread.joinable()) impl_->thread.join();
  {
    std::unique_lock lock(impl_->mutex);
    impl_->idle.wait(lock, [&] { return !impl_->is_rebuilding(); });
  }
  for (Follower& follower : impl_->followers) impl_->release(follower, views_);
}

void Projector::notify() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->grown = true;
  }
  impl_->wake.notify_one();
}

/// Folds a batch into the view that serves, of records below `end`; under the folding lock.
Result<void> Projector::fold_next(Follower& follower, std::uint64_t end) {
  const Projection& projection = *follower.projection;
  const View view = views_.view(projection);
  const auto folded = [&]() -> Result<void> {
    PendingRows rows(views_.rocks(), view.family);
    CF_LET(const std::uint64_t reached, fold_batch(journal_, projection, view.position, end, rows));
    Rocks::Batch batch;
    rows.take(batch);
    return views_.advance_serving(projection, batch, reached);
  };
  auto outcome = folded();
  if (!outcome) {
    const std::lock_guard lock(impl_->mutex);
    follower.error = outcome.error();
  }
  return outcome;
}

Result<void> Projector::catch_up() {
  Result<void> outcome;
  for (Follower& follower : impl_->followers) {
    for (Result<void> folded; folded;) {
      {
        const std::lock_guard lock(impl_->mutex);
        if (follower.error || impl_->stopping) break;
      }
      {
        const std::lock_guard folding(impl_->folding);
        const std::uint64_t end = journal_.size();
        if (views_.view(*follower.projection).position >= end) break;
        folded = fold_next(follower, end);
      }
      impl_->release(follower, views_);
      if (!folded) outcome = folded;
    }
  }
  return outcome;
}

Result<Moment> Projector::at_one_position() {
  (void)catch_up();  // most of it, before others are held up; what halted is found below
  Moment moment;
  {
    const std::lock_guard folding(impl_->folding);
    moment.position = journal_.size();
    for (Follower& follower : impl_->followers) {
      {
        const std::lock_guard lock(impl_->mutex);
        if (const auto end = impl_->ended(follower)) return tl::make_unexpected(*end);
      }
      while (views_.view(*follower.projection).position < moment.position)
        CF_TRY(fold_next(follower, moment.position));
      const View view = views_.view(*follower.projection);
      moment.parts.push_back(
          {follower.projection, views_.rocks().walk(*view.family, Rocks::Walk::whole)});
    }
  }
  for (Follower& follower : impl_->followers) impl_->release(follower, views_);
  return moment;
}

void Projector::when_folded(std::string_view projection, std::uint64_t position, Folded callback) {
  Result<void> answer;
  {
    const std::lock_guard lock(impl_->mutex);
    Follower* const follower = impl_->find(projection);
    COUNTERFOIL_ASSERT(follower != nullptr);
    if (views_.view(*follower->projection).position < position) {
      const auto end = impl_->ended(*follower);
      if (!end) {
        follower->waiters.push_back({position, std::move(callback)});
        return;
      }
      answer = tl::make_unexpected(*end);
    }
  }
  callback(answer);
}

Result<void> Projector::rebuild(std::string_view name, const Progress& progress) {
  CF_LET(const Projection* const projection, find(name));
  Follower* const follower = impl_->find(name);
  {
    const std::lock_guard lock(impl_->mutex);
    if (follower->rebuilding)
      return fail(ErrorCode::busy, "the view {} is being rebuilt already: wait for that", name);
    if (impl_->stopping)
      return fail(ErrorCode::busy, "the ledger is stopping: rebuild {} later", name);
    follower->rebuilding = true;
  }
  auto built = build(*projection, progress);
  {
    const std::lock_guard lock(impl_->mutex);
    if (built) follower->error.reset();
  }
  impl_->release(*follower, views_);
  notify();
  {
    const std::lock_guard lock(impl_->mutex);
    follower->rebuilding = false;  // the last that is done here: stop() waits for it
    impl_->idle.notify_all();
  }
  return built;
}

Result<void> Projector::build(const Projection& projection, const Progress& progress) {
  CF_LET(View view, views_.begin_generation(projection));
  auto filled = fill(projection, view, progress);
  if (!filled) (void)views_.discard(view);  // what stays behind is dropped when views are opened
  return filled;
}

Result<void> Projector::fill(const Projection& projection, View& view, const Progress& progress) {
  for (;;) {
    {
      const std::lock_guard lock(impl_->mutex);
      if (impl_->stopping)
        return fail(ErrorCode::busy, "the ledger is stopping: rebuild {} later", projection.name());
    }
    const std::uint64_t total = journal_.size();
    if (view.position >= total) {
      // Nothing is folded while the last records are added and the views are swapped.
      const std::lock_guard folding(impl_->folding);
      if (view.position < journal_.size()) continue;
      return views_.serve(projection, view);
    }
    PendingRows rows(views_.rocks(), view.family);
    CF_LET(const std::uint64_t reached,
           fold_batch(journal_, projection, view.position, total, rows));
    Rocks::Batch batch;
    rows.take(batch);
    CF_TRY(views_.advance(view, batch, reached));
    if (progress) progress(reached, total);
  }
}

std::vector<ProjectionStatus> Projector::status() const {
  const std::lock_guard lock(impl_->mutex);
  std::vector<ProjectionStatus> all;
  for (const Follower& follower : impl_->followers) {
    const std::uint64_t position = views_.view(*follower.projection).position;
    const std::uint64_t size = journal_.size();
    all.push_back({std::string(follower.projection->name()), follower.projection->version(),
                   position, size > position ? size - position : 0,
                   follower.error        ? "halted"
                   : follower.rebuilding ? "rebuilding"
                   : position < size     ? "behind"
                                         : "following",
                   follower.error ? follower.error->message : ""});
  }
  return all;
}

Result<const Projection*> Projector::find(std::string_view name) const {
  std::vector<std::string_view> names;
  for (const Follower& follower : impl_->followers) {
    if (follower.projection->name() == name) return follower.projection;
    names.push_back(follower.projection->name());
  }
  return fail(ErrorCode::not_found, "there is no projection \"{}\"; there are {}", name,
              fmt::join(names, ", "));
}

}  // namespace counterfoil
