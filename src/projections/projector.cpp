#include "projections/projector.h"

#include <algorithm>
#include <cmath>

#include "codec/canonical.h"
#include "projections/fold.h"
#include "projections/projector_impl.h"

namespace counterfoil {

FoldedBatch fold_batch(const Journal& journal, const Projection& projection, std::uint64_t position,
                       std::uint64_t end, PendingRows& rows) {
  FoldedBatch batch{position, {}};
  RecordBuffer buffer;
  auto scan = journal.scan(Sequence{position});
  const std::uint64_t last = std::min(end, position + records_in_batch);
  const auto fold_one = [&]() -> Result<void> {
    CF_LET(const auto bytes, scan.next());
    if (!bytes) return fail(ErrorCode::corrupt, "the journal ends at {}", batch.position);
    CF_LET(const auto record, buffer.load(*bytes));
    CF_TRY(check_foldable(record));
    return fold_record(projection, batch.position, record, rows);
  };
  while (batch.position < last && rows.bytes() < bytes_in_batch) {
    batch.outcome = fold_one();
    if (!batch.outcome) break;
    ++batch.position;
  }
  return batch;
}

void Rate::add(std::uint64_t records, std::chrono::duration<double> time) {
  records_ += static_cast<double>(records);
  seconds_ += time.count();
  while (seconds_ > 10) {
    records_ /= 2;
    seconds_ /= 2;
  }
}

std::uint64_t Rate::per_second() const {
  return seconds_ > 0 ? static_cast<std::uint64_t>(std::llround(records_ / seconds_)) : 0;
}

void Projector::Impl::release(Follower& follower, const Views& views) {
  std::vector<Follower::Waiter> ready;
  std::optional<Error> end;
  std::uint64_t position = 0;
  {
    const std::lock_guard lock(mutex);
    position = views.view(*follower.projection).position;
    end = ended(follower);
    const auto waits = [&](const Follower::Waiter& waiter) {
      return !end && waiter.position > position;
    };
    const auto first = std::partition(follower.waiters.begin(), follower.waiters.end(), waits);
    ready.assign(std::make_move_iterator(first), std::make_move_iterator(follower.waiters.end()));
    follower.waiters.erase(first, follower.waiters.end());
  }
  for (Follower::Waiter& waiter : ready) {
    if (waiter.position <= position)
      waiter.callback({});
    else
      waiter.callback(tl::make_unexpected(*end));
  }
}

Projector::Follower* Projector::Impl::find(std::string_view name) {
  for (Follower& follower : followers)
    if (follower.projection->name() == name) return &follower;
  return nullptr;
}

Projector::Projector(const Journal& journal, Views& views,
                     const std::vector<const Projection*>& projections)
    : journal_(journal), views_(views), impl_(std::make_unique<Impl>()) {
  for (const Projection* projection : projections)
    impl_->followers.emplace_back().projection = projection;
}

Projector::~Projector() {
  stop();
}

void Projector::start(Use use) {
  impl_->use = use;
  // Before following begins, which leaves alone what is to be built first.
  impl_->building = std::thread([this, due = claim_due()] {
    (void)build_claimed(due, nullptr);  // a failure is kept with the projection that it halted
  });
  impl_->thread = std::thread([this] {
    std::unique_lock lock(impl_->mutex);
    while (!impl_->stopping) {
      impl_->grown = false;
      lock.unlock();
      (void)follow_all();  // the same
      const auto next_to_go = views_.let_go(plan_.kept_after_swap);
      lock.lock();
      const auto is_called = [&] { return impl_->stopping || impl_->grown; };
      if (next_to_go)
        impl_->wake.wait_until(lock, *next_to_go, is_called);
      else
        impl_->wake.wait(lock, is_called);
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
  if (impl_->building.joinable()) impl_->building.join();
  {
    std::unique_lock lock(impl_->mutex);
    impl_->idle.wait(lock, [&] {
      return std::none_of(impl_->followers.begin(), impl_->followers.end(),
                          [](const Follower& follower) { return follower.building; });
    });
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

const Projection* fold_of(const Projection& projection, std::uint32_t version) {
  for (const Projection* one = &projection; one != nullptr; one = one->predecessor())
    if (one->version() == version) return one;
  return nullptr;
}

bool Projector::is_frozen(const Follower& follower, const View& view) const {
  return fold_of(*follower.projection, view.version) == nullptr;
}

/// Folds a batch into the view that serves, of records below `end`; under the folding lock. Where a
/// record halts it, the view stands right before that.
Result<void> Projector::fold_next(Follower& follower, std::uint64_t end) {
  const View view = views_.view(*follower.projection);
  const Projection& fold = *fold_of(*follower.projection, view.version);
  const auto before = std::chrono::steady_clock::now();
  PendingRows rows(views_.rocks(), view.family);
  FoldedBatch batch = fold_batch(journal_, fold, view.position, end, rows);
  if (!batch.outcome) {
    rows.clear();
    const FoldedBatch whole = fold_batch(journal_, fold, view.position, batch.position, rows);
    batch.position = whole.outcome ? whole.position : view.position;
  }
  if (batch.position > view.position) {
    Rocks::Batch changes;
    rows.take(changes);
    auto written = views_.advance_serving(*follower.projection, changes, batch.position);
    if (!written) batch = {view.position, std::move(written)};
  }
  const std::lock_guard lock(impl_->mutex);
  if (!batch.outcome) follower.error = batch.outcome.error();
  follower.rate.add(batch.position - view.position, std::chrono::steady_clock::now() - before);
  return batch.outcome;
}

Result<void> Projector::follow(Follower& follower) {
  for (Result<void> folded; folded;) {
    {
      const std::lock_guard lock(impl_->mutex);
      if (follower.error || follower.is_deferred || impl_->stopping) break;
    }
    {
      const std::lock_guard folding(impl_->folding);
      const std::uint64_t end = journal_.size();
      const View view = views_.view(*follower.projection);
      if (view.position >= end || is_frozen(follower, view)) break;
      folded = fold_next(follower, end);
    }
    impl_->release(follower, views_);
    if (!folded) return folded;
  }
  return {};
}

Result<void> Projector::follow_all() {
  Result<void> outcome;
  for (Follower& follower : impl_->followers)
    if (auto followed = follow(follower); !followed) outcome = followed;
  return outcome;
}

Result<void> Projector::catch_up() {
  auto built = build_claimed(claim_due(), nullptr);
  auto followed = follow_all();
  return built ? followed : built;
}

/// Under the folding lock.
Result<void> Projector::fold_to_moment(Follower& follower, std::uint64_t position) {
  const Projection& projection = *follower.projection;
  const auto ended = [&] {
    const std::lock_guard lock(impl_->mutex);
    return impl_->ended(follower);
  };
  {
    const std::lock_guard lock(impl_->mutex);
    if (follower.is_deferred || views_.view(projection).version != projection.version())
      return fail(
          ErrorCode::busy, "version {} of the view {} is {}", projection.version(),
          projection.name(),
          follower.build_error ? "halted: " + follower.build_error->message : "still to be built");
  }
  Result<void> folded;
  while (folded && !ended() && views_.view(projection).position < position)
    folded = fold_next(follower, position);
  if (const auto end = ended()) return tl::make_unexpected(*end);
  return folded;
}

Result<ViewsMoment> Projector::at_one_position() {
  (void)catch_up();  // most of it, before others are held up; what halted is found below
  ViewsMoment moment;
  {
    const std::lock_guard folding(impl_->folding);
    moment.position = journal_.size();
    for (Follower& follower : impl_->followers) {
      const Projection& projection = *follower.projection;
      if (const auto folded = fold_to_moment(follower, moment.position)) {
        const View view = views_.view(projection);
        moment.parts.push_back(
            {&projection, views_.rocks().walk(*view.family, Rocks::Walk::whole)});
      } else {
        if (impl_->is_stopping()) return tl::make_unexpected(folded.error());
        moment.missing.push_back({&projection, folded.error().message});
      }
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
    const View view = views_.view(*follower->projection);
    if (view.position < position && !is_frozen(*follower, view)) {
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

void Projector::set_position(ProjectionStatus& status, std::uint64_t position) const {
  const std::uint64_t size = journal_.size();
  status.position = position;
  status.lag = size > position ? size - position : 0;
  status.lag_us = lag_us(position);
  if (status.state == "following" || status.state == "behind")
    status.state = status.lag != 0 ? "behind" : "following";
}

std::int64_t Projector::lag_us(std::uint64_t position) const {
  if (position >= journal_.size()) return 0;
  std::string bytes;
  RecordBuffer buffer;
  if (!journal_.read(Sequence{position == 0 ? 0 : position - 1}, bytes)) return 0;
  const auto record = buffer.load(bytes);
  if (!record) return 0;
  return std::max<std::int64_t>(0,
                                journal_.last_recorded_at().microseconds - record->getRecordedAt());
}

std::vector<ProjectionStatus> Projector::status() const {
  std::vector<ProjectionStatus> all;
  {
    const std::lock_guard lock(impl_->mutex);
    for (const Follower& follower : impl_->followers) {
      const View view = views_.view(*follower.projection);
      ProjectionStatus& status = all.emplace_back();
      status.name = follower.projection->name();
      status.version = view.version;
      status.position = view.position;
      status.rate = (follower.building ? follower.build_rate : follower.rate).per_second();
      const bool is_old = view.version != follower.projection->version();
      if (follower.building || is_old) {
        status.building = follower.projection->version();
        status.built = follower.built;
      }
      const bool is_halted = follower.error || (is_old && follower.build_error);
      status.state = is_halted                     ? "halted"
                     : follower.building || is_old ? "rebuilding"
                                                   : "following";
      if (follower.build_error)
        status.last_error = fmt::format("version {}: {}", follower.projection->version(),
                                        follower.build_error->message);
      if (follower.error) status.last_error = follower.error->message;
    }
  }
  for (ProjectionStatus& status : all) set_position(status, status.position);
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
