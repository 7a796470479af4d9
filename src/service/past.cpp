#include "service/past.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <limits>
#include <vector>

#include "core/bytes.h"
#include "core/limits.h"
#include "projections/fold.h"
#include "projections/rows.h"

namespace counterfoil {
namespace {

/// How often who waits for a fold looks whether he is still waited for.
constexpr std::chrono::milliseconds between_looks{50};

/// What the records before a state's end say of the bounds under which all of them count.
struct Range {
  std::uint64_t counted = 0;  // records that count, but for the one that opened the ledger
  std::uint64_t skipped = 0;
  Instant last_decided{std::numeric_limits<std::int64_t>::min()};
  Date last_effective{std::numeric_limits<std::int32_t>::min()};
  Instant first_decided{std::numeric_limits<std::int64_t>::max()};
  Date first_effective{std::numeric_limits<std::int32_t>::max()};

  void add(schema::Record::Reader record, bool counts) {
    if (record.getFact().isLedgerOpened()) return;
    ++(counts ? counted : skipped);
    const Instant decided{record.getDecidedAt()};
    const Date effective{record.getEffectiveOn()};
    last_decided = std::max(last_decided, decided);
    last_effective = std::max(last_effective, effective);
    first_decided = std::min(first_decided, decided);
    first_effective = std::min(first_effective, effective);
  }
};

}  // namespace

class Past::State {
 public:
  State(Views& views, View view, Moment moment)
      : views_(views), view_(std::move(view)), moment_(std::move(moment)) {}
  ~State() { (void)views_.discard(view_); }  // what stays behind is dropped when views are opened
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  /// Whether folding on from here leads to the other moment's state.
  bool leads_to(const Moment& other) const {
    if (moment_.end > other.end) return false;
    const AsOf& mine = moment_.as_of;
    if (mine.decided == other.as_of.decided && mine.effective == other.as_of.effective) return true;
    return is_ranged_ && range_.skipped == 0 &&
           (!other.as_of.decided || range_.last_decided <= *other.as_of.decided) &&
           (!other.as_of.effective || range_.last_effective <= *other.as_of.effective);
  }

  Views& views_;
  View view_;
  Moment moment_;
  Range range_;
  bool is_ranged_ = true;  // range_ is of all records before its end
};

/// A state that is there, or that somebody is folding: the others wait for it.
struct Past::Slot {
  Slot(std::string of_name, Moment of_moment)
      : name(std::move(of_name)), moment(std::move(of_moment)) {}

  const std::string name;
  const Moment moment;
  std::condition_variable changed;
  bool is_folding = false;
  std::vector<Asker> askers;  // who waits for it, whoever folds it among them
  StatePtr state;
};

Rocks::Cursor Past::walk(const State& state) const {
  return views_.rocks().walk(*state.view_.family);
}

/// The slot is the first one then.
std::shared_ptr<Past::Slot> Past::slot_of(const std::string& name, const Moment& moment) {
  const auto found = std::ranges::find_if(
      slots_, [&](const auto& one) { return one->name == name && one->moment == moment; });
  if (found != slots_.end()) {
    slots_.splice(slots_.begin(), slots_, found);
  } else {
    slots_.push_front(std::make_shared<Slot>(name, moment));
    if (slots_.size() > limits::past_states) slots_.pop_back();
  }
  return slots_.front();
}

Result<Past::StatePtr> Past::state(const Projection& projection, const std::string& name,
                                   const Moment& moment, const Asker& asker) {
  std::unique_lock lock(mutex_);
  const std::shared_ptr<Slot> slot = slot_of(name, moment);
  if (slot->state) return slot->state;
  slot->askers.push_back(asker);
  while (slot->is_folding && !asker.is_gone()) slot->changed.wait_for(lock, between_looks);
  CF_TRY(asker.check_there());
  if (slot->state) return slot->state;
  slot->is_folding = true;
  lock.unlock();
  auto folded = fold(projection, *slot);
  lock.lock();
  slot->is_folding = false;
  slot->changed.notify_all();
  if (!folded) {  // whoever still waits folds it for himself
    slots_.remove(slot);
    return folded;
  }
  slot->askers.clear();
  slot->state = *folded;
  return folded;
}

Result<void> Past::check_wanted(const Slot& slot) {
  if (stopping_) return fail(ErrorCode::busy, "the ledger is stopping: ask again when it is back");
  const std::lock_guard lock(mutex_);
  for (const Asker& asker : slot.askers)
    if (!asker.is_gone()) return {};
  return slot.askers.back().check_there();
}

Past::StatePtr Past::best_base(const std::string& name, const Moment& moment) {
  const std::lock_guard lock(mutex_);
  StatePtr best;
  for (const auto& slot : slots_) {
    if (slot->name != name || !slot->state || !slot->state->leads_to(moment)) continue;
    if (!best || best->moment_.end < slot->state->moment_.end) best = slot->state;
  }
  return best;
}

/// What serves holds every record up to where it is, which may be near the moment.
struct Past::Served {
  Rocks::Cursor cursor;
  std::uint64_t position = 0;
};

std::optional<Past::Served> Past::serving(const Projection& projection, const std::string& name,
                                          const Moment& moment) const {
  if (name != projection.name() || !moment.is_prefix()) return std::nullopt;
  const View view = views_.view(projection);
  if (view.version != projection.version()) return std::nullopt;  // serves until this one is built
  auto cursor = views_.rocks().walk(*view.family, Rocks::Walk::whole);
  cursor.seek(position_entry);
  if (!cursor.valid() || cursor.value().size() != sizeof(std::uint64_t)) return std::nullopt;
  const auto position = get_big_endian<std::uint64_t>(cursor.value());
  if (position > moment.end) return std::nullopt;
  return Served{std::move(cursor), position};
}

Result<Past::StatePtr> Past::fold(const Projection& projection, const Slot& slot) {
  const std::string& name = slot.name;
  const Moment& moment = slot.moment;
  CF_LET(View view, views_.begin_scratch());
  const auto state = std::make_shared<State>(views_, std::move(view), moment);
  Rocks::Batch batch;
  const auto write = [&](std::uint64_t position) -> Result<void> {
    CF_TRY(check_wanted(slot));
    return views_.advance(state->view_, batch, position);
  };

  std::uint64_t position = 0;
  const auto copy = [&](Rocks::Cursor cursor, std::uint64_t of_position) -> Result<void> {
    for (cursor.seek({}); cursor.valid() && cursor.key() != position_entry; cursor.next()) {
      batch.put(*state->view_.family, cursor.key(), cursor.value());
      if (batch.bytes() >= bytes_in_write) CF_TRY(write(of_position));
    }
    if (!cursor.valid()) CF_TRY(cursor.status());
    position = of_position;
    return write(of_position);  // folding reads what is written
  };
  const StatePtr base = best_base(name, moment);
  auto served = serving(projection, name, moment);
  if (served && (!base || served->position > base->moment_.end)) {
    CF_TRY(copy(std::move(served->cursor), served->position));
    state->is_ranged_ = false;
  } else if (base) {
    CF_TRY(copy(walk(*base), base->moment_.end));
    state->range_ = base->range_;
    state->is_ranged_ = base->is_ranged_;
  }

  PendingRows rows(views_.rocks(), state->view_.family);
  JournalFold steps;
  steps.fold = [&](schema::Record::Reader record) -> Result<std::size_t> {
    const bool counts = moment.counts(record);
    state->range_.add(record, counts);
    if (counts) CF_TRY(fold_record(projection, record.getSequence(), record, rows));
    return rows.bytes();
  };
  steps.write = [&](std::uint64_t folded) {
    rows.take(batch);
    return write(folded);
  };
  steps.check_wanted = [&](std::uint64_t) { return check_wanted(slot); };
  CF_TRY(fold_journal(journal_, position, moment.end, steps));

  const Range& range = state->range_;
  if (state->is_ranged_ && range.counted == 0 && range.skipped != 0)
    return fail(ErrorCode::not_found,
                "no event counts {}: of the events recorded by then, the earliest is decided at {} "
                "and the earliest effective on {}",
                describe(moment), format_instant(range.first_decided),
                format_date(range.first_effective));
  return state;
}

}  // namespace counterfoil
