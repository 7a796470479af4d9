#include <schema/views.capnp.h>

#include "codec/line.h"
#include "domain/effects.h"
#include "projections/own.h"
#include "projections/read_models.h"

namespace counterfoil {
namespace {

using schema::Fact;
using Row = schema::PoolRow;

/// The fiscal year of each of the fact's effects on pools, in their order. A reversal has those of
/// the event that it reverses, which are kept under its sequence.
Result<std::vector<std::int32_t>> years_of(Fact::Reader fact, Rows& rows) {
  std::vector<std::int32_t> years;
  const auto add = [&](capnp::Text::Reader line) -> Result<void> {
    CF_LET(const LineId id, parse_line(view(line)));
    years.push_back(id.fiscal_year);
    return {};
  };
  if (fact.isBudgetAppropriated()) CF_TRY(add(fact.getBudgetAppropriated().getLine()));
  if (fact.isBudgetAdjusted())
    for (const auto leg : fact.getBudgetAdjusted().getLegs()) CF_TRY(add(leg.getLine()));
  if (!fact.isEventReversed()) return years;
  std::string kept;
  CF_LET(const bool known, rows.get(Key("y").number(fact.getEventReversed().getEvent()), kept));
  for (std::string_view rest = kept; known && !rest.empty(); rest.remove_prefix(4))
    years.push_back(static_cast<std::int32_t>(get_big_endian<std::uint32_t>(rest)));
  return years;
}

bool apply(Row::Builder row, const PoolEffect& effect) {
  const auto incoming = add(Money{row.getIncoming()}, effect.incoming);
  const auto outgoing = add(Money{row.getOutgoing()}, effect.outgoing);
  const auto remaining = incoming && outgoing ? subtract(*incoming, *outgoing) : std::nullopt;
  if (!remaining) return false;
  row.setIncoming(incoming->minor);
  row.setOutgoing(outgoing->minor);
  row.setRemaining(remaining->minor);
  return true;
}

/// Rows by pool, source tag and fiscal year.
Result<void> add_to_row(Rows& rows, const PoolEffect& effect, std::int32_t year,
                        std::uint64_t sequence) {
  const Key key = Key(row_letter).text(effect.pool).text(effect.source_tag).year(year);
  std::string stored;
  CF_LET(const bool known, rows.get(key, stored));
  RowBuffer<Row> buffer;
  bool fits = true;
  put_row<Row>(rows, key, [&](Row::Builder row) {
    row.setPool(text_of(std::string(effect.pool)));
    row.setSourceTag(text_of(std::string(effect.source_tag)));
    row.setFiscalYear(year);
    row.setLastSequence(sequence);
    if (known) {
      const auto before = buffer.read(stored);
      row.setIncoming(before.getIncoming());
      row.setOutgoing(before.getOutgoing());
    }
    fits = apply(row, effect);
  });
  if (fits) return {};
  return fail(ErrorCode::limit, "a sum of pool {} does not fit 64 bits after record {}",
              effect.pool, sequence);
}

class Pools final : public RowProjection<Row> {
 public:
  std::string_view name() const override { return "pools"; }
  MadeOf made_of() const override { return MadeOf::pools; }

  Result<void> fold(schema::Record::Reader record, Rows& rows) const override {
    const auto fact = record.getFact();
    CF_LET(const auto years, years_of(fact, rows));
    std::size_t index = 0;
    std::string kept;
    CF_TRY(for_each_pool_effect(fact, [&](const PoolEffect& effect) -> Result<void> {
      const std::int32_t year = index < years.size() ? years[index] : 0;
      ++index;
      put_big_endian(kept, static_cast<std::uint32_t>(year));
      return add_to_row(rows, effect, year, record.getSequence());
    }));
    if (!kept.empty() && !fact.isEventReversed())
      rows.put(Key("y").number(record.getSequence()), kept);
    return {};
  }
};

}  // namespace

const Projection& pools_projection() {
  static const Pools one;
  return one;
}

}  // namespace counterfoil
