#include "service/support/past_ledger.h"

#include "domain/support/random_commands.h"
#include "domain/support/random_year.h"
#include "domain/support/rule_book.h"
#include "projections/rows.h"
#include "storage/folder.h"
#include "support/must.h"

namespace counterfoil::test {
namespace {

constexpr std::int64_t day_us = 86'400'000'000;
constexpr std::int32_t first_day = 19'700;  // in December 2023
constexpr unsigned days = 200;

std::vector<Words> story(unsigned seed, unsigned commands) {
  std::mt19937 random(seed);
  const auto below = [&](unsigned end) { return static_cast<unsigned>(random() % end); };
  MemoryLedger ledger;
  must(ledger.submit(city("observe")));
  must(ledger.submit(started_year()));
  must(ledger.submit(staffed()));
  for (unsigned i = 0; i < commands; ++i) {
    DrawnCommand drawn;
    for (unsigned facts = below(3); facts < 3; ++facts)
      drawn.push_back({static_cast<std::uint8_t>(3 + below(50)),
                       static_cast<std::uint8_t>(below(256)), static_cast<std::uint8_t>(below(256)),
                       static_cast<std::uint8_t>(below(256)),
                       static_cast<std::uint16_t>(below(65'536)), below(8) != 0});
    (void)ledger.submit(command_of(drawn, ledger));
  }
  std::vector<Words> records;
  std::int64_t recorded = first_day * day_us;
  for (const Words& words : ledger.records()) {
    RecordBuffer buffer;
    capnp::MallocMessageBuilder message;
    message.setRoot(must(buffer.load(bytes_of(words))));
    auto record = message.getRoot<schema::Record>();
    recorded += below(4) == 0 ? 0 : below(3'600) * 1'000'000LL;
    record.setRecordedAt(recorded);
    if (record.getSequence() > 80) {  // the city is there before anything happens
      record.setDecidedAt((first_day + static_cast<std::int32_t>(below(days))) * day_us);
      record.setEffectiveOn(first_day + static_cast<std::int32_t>(below(days)));
    }
    records.push_back(canonical(record.asReader()));
  }
  return records;
}

}  // namespace

PastLedger::PastLedger(unsigned seed, unsigned commands) : PastLedger(story(seed, commands)) {}

PastLedger::PastLedger(std::vector<Words> records) {
  for (const Words& words : records) records_.emplace_back(bytes_of(words));
  const LedgerFolder folder = must(LedgerFolder::create(temp_ / "ledger"));
  journal_ = std::make_unique<Journal>(must(Journal::create(folder, "sha256-ed25519", Epoch{0})));
  must(journal_->append(records, {}));
  views_ = std::make_unique<Views>(must(Views::open(folder.views(), "a ledger", journal_->size(),
                                                    all_projections(), [](const auto&) {})));
  projector_ = std::make_unique<Projector>(*journal_, *views_, all_projections());
  must(projector_->catch_up());
  past_ = std::make_unique<Past>(*journal_, *views_);
}

Instant PastLedger::now() {
  return Instant{(first_day + 2 * static_cast<std::int64_t>(days)) * day_us};
}

Result<RowPage> PastLedger::rows_as_of(std::string_view view, const Filter& filter,
                                       const AsOf& as_of, std::string_view after,
                                       std::size_t limit) {
  CF_LET(auto own,
         read_own_rows_as_of(projector(), journal(), view, filter, as_of, now(), after, limit, {}));
  if (own) return std::move(*own);
  return read_any_rows_as_of(projector(), journal(), past(), view, filter, as_of, now(), after,
                             limit, {});
}

AsOf PastLedger::any_bound(unsigned axis, std::mt19937& random) const {
  RecordBuffer buffer;
  const auto any = must(buffer.load(records_[random() % records_.size()]));
  AsOf as_of;
  switch (axis) {
    case 0:
      as_of.sequence = Sequence{any.getSequence()};
      break;
    case 1:
      as_of.recorded = Instant{any.getRecordedAt()};
      break;
    case 2:
      as_of.decided = Instant{any.getDecidedAt()};
      break;
    default:
      as_of.effective = Date{any.getEffectiveOn()};
      break;
  }
  return as_of;
}

Entries folded_from_nothing(const Projection& projection, const std::vector<std::string>& records,
                            const AsOf& as_of) {
  MemoryRows rows;
  RecordBuffer buffer;
  for (const std::string& bytes : records) {
    const auto record = must(buffer.load(bytes));
    const bool is_late =
        (as_of.sequence && record.getSequence() > as_of.sequence->value) ||
        (as_of.recorded && record.getRecordedAt() > as_of.recorded->microseconds) ||
        (as_of.decided && record.getDecidedAt() > as_of.decided->microseconds) ||
        (as_of.effective && record.getEffectiveOn() > as_of.effective->days);
    if (is_late && record.getSequence() != 0) continue;
    must(projection.fold(record, rows));
  }
  Entries entries;
  must(rows.each(projection.row_prefix(),
                 [&](std::string_view key, std::string_view value) -> Result<bool> {
                   entries.emplace_back(key, value);
                   return true;
                 }));
  return entries;
}

}  // namespace counterfoil::test
