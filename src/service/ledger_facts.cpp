#include "service/ledger_facts.h"

#include "codec/text.h"

namespace counterfoil {
namespace {

void take(LedgerFacts& facts, schema::Record::Reader record) {
  const auto opened = record.getFact().getLedgerOpened();
  facts.origin = view(opened.getOrigin());
  facts.suite = view(opened.getSuite());
  facts.currency = view(opened.getCurrency());
  facts.currency_exponent = opened.getCurrencyExponent();
  facts.time_zone = view(opened.getTimeZone());
  facts.fiscal_year_month = opened.getFiscalYearMonth();
  facts.fiscal_year_day = opened.getFiscalYearDay();
  facts.confidential =
      opened.getConfidentiality() == schema::LedgerOpened::Confidentiality::CONFIDENTIAL;
  facts.administrator = view(record.getActor());
}

}  // namespace

Result<LedgerFacts> read_ledger_facts(const Journal& journal) {
  constexpr std::size_t at_once = 256;
  LedgerFacts facts;
  std::string bytes;
  RecordBuffer buffer;
  for (Ordinal next{0};;) {
    CF_LET(const auto sequences, journal.history("ledger", next, at_once));
    for (const Sequence sequence : sequences) {
      CF_TRY(journal.read(sequence, bytes));
      CF_LET(const auto record, buffer.load(bytes));
      CF_TRY(facts.keys.fold(record));
      if (record.getFact().which() == schema::Fact::LEDGER_OPENED) take(facts, record);
    }
    if (sequences.size() < at_once) break;
    next = Ordinal{next.value + at_once};
  }
  if (!facts.keys.opened())
    return fail(ErrorCode::corrupt, "no record opens this ledger: restore a backup");
  if (facts.keys.epoch() != journal.epoch().value)
    return fail(ErrorCode::corrupt,
                "the ledger is in epoch {}, but no record of it opens that epoch: a restore was "
                "cut off. Remove the folder and restore again",
                journal.epoch().value);
  return facts;
}

}  // namespace counterfoil
