#include "service/past.h"

#include <algorithm>
#include <limits>

#include "codec/describe.h"
#include "core/bytes.h"
#include "core/limits.h"
#include "projections/rows.h"

namespace counterfoil {
namespace {

/// A write of a state: what a fold holds in memory before it.
constexpr std::size_t bytes_in_write = 4u << 20;
/// How often a fold looks whether it is to end.
constexpr std::uint64_t records_between_looks = 256;

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
  std::string name;
  Moment moment;
  std::mutex mutex;  // held while it is folded; guards state
  StatePtr state;
};

Rocks::Cursor Past::walk(const State& state) const {
  return views_.rocks().walk(*state.view_.family);
}

Result<Past::StatePtr> Past::state(const Projection& projection, const std::string& name,
                                   const Moment& moment) {
  std::shared_ptr<Slot> slot;
  {
    const std::lock_guard lock(mutex_);
    auto at = std::find_if(slots_.begin(), slots_.end(), [&](const auto& one) {
      return one->name == name && one->moment == moment;
    });
    if (at == slots_.end()) {
      auto added = std::make_shared<Slot>();
      added->name = name;
      added->moment = moment;
      slots_.push_front(std::move(added));
      if (slots_.size() > limits::past_states) slots_.pop_back();
    } else {
      slots_.splice(slots_.begin(), slots_, at);
    }
    slot = slots_.front();
  }
  const std::lock_guard folding(slot->mutex);
  if (!slot->state) {
    auto folded = fold(projection, name, moment);
    if (!folded) {
      const std::lock_guard lock(mutex_);
      slots_.remove(slot);
      return tl::make_unexpected(folded.error());
    }
    slot->state = *folded;
  }
  return slot->state;
}

Past::StatePtr Past::best_base(const std::string& name, const Moment& moment) {
  std::vector<std::shared_ptr<Slot>> slots;
  {
    const std::lock_guard lock(mutex_);
    slots.assign(slots_.begin(), slots_.end());
  }
  StatePtr best;
  for (const auto& slot : slots) {
    if (slot->name != name || slot->moment == moment) continue;  // its own slot is the caller's
    const std::unique_lock ready(slot->mutex, std::try_to_lock);
    if (!ready || !slot->state || !slot->state->leads_to(moment)) continue;
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

Result<Past::StatePtr> Past::fold(const Projection& projection, const std::string& name,
                                  const Moment& moment) {
  CF_LET(View view, views_.begin_scratch());
  const auto state = std::make_shared<State>(views_, std::move(view), moment);
  Rocks::Batch batch;
  const auto check_going = [&]() -> Result<void> {
    if (!stopping_) return {};
    return fail(ErrorCode::busy, "the ledger is stopping: ask again when it is back");
  };
  const auto write = [&](std::uint64_t position) -> Result<void> {
    CF_TRY(check_going());
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
  RecordBuffer buffer;
  auto scan = journal_.scan(Sequence{position});
  for (; position < moment.end; ++position) {
    if (position % records_between_looks == 0) CF_TRY(check_going());
    CF_LET(const auto bytes, scan.next());
    if (!bytes) break;
    CF_LET(const auto record, buffer.load(*bytes));
    CF_TRY(check_foldable(record));
    const bool counts = moment.counts(record);
    state->range_.add(record, counts);
    if (!counts) continue;
    try {
      auto folded = projection.fold(record, rows);
      if (!folded) return fail_at(fmt::format("record {}", position), folded.error());
    } catch (const kj::Exception& error) {
      return fail(ErrorCode::corrupt, "record {} cannot be read: {}", position, describe(error));
    }
    if (rows.bytes() < bytes_in_write) continue;
    rows.take(batch);
    CF_TRY(write(position + 1));
  }
  rows.take(batch);
  CF_TRY(write(position));

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
