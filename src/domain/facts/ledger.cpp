#include "domain/facts/deciding.h"

namespace counterfoil {

Result<void> decide_ledger_opened(Deciding& deciding, schema::Fact::Builder fact) {
  const auto opened = fact.asReader().getLedgerOpened();
  const bool begins_epoch = deciding.stamp.author == Author::ledger && opened.getEpoch() != 0 &&
                            opened.getEpoch() == deciding.stamp.epoch.value;
  if (deciding.sequence.value != 0 && !begins_epoch)
    return fail(ErrorCode::refused, "a ledger is opened once, by its first record");
  if (opened.getOrigin().size() == 0 || opened.getSuite().size() == 0 ||
      opened.getVerifierKey().size() == 0 || opened.getTimeZone().size() == 0 ||
      opened.getCurrency().size() == 0)
    return fail(ErrorCode::invalid,
                "a ledger needs an origin, a suite, a verifier key, a currency and a time zone");
  if (opened.getConfidentiality() == schema::LedgerOpened::Confidentiality::UNSPECIFIED)
    return fail(ErrorCode::invalid, "a ledger is declared public or confidential");
  if (opened.getFiscalYearMonth() < 1 || opened.getFiscalYearMonth() > 12 ||
      opened.getFiscalYearDay() < 1 || opened.getFiscalYearDay() > 28)
    return fail(ErrorCode::invalid, "a fiscal year starts on day 1 to 28 of month 1 to 12");
  if (opened.getCurrencyExponent() > 6)
    return fail(ErrorCode::invalid, "a currency has at most 6 digits behind the decimal point");
  return {};
}

Result<void> decide_rule_set_published(Deciding& deciding, schema::Fact::Builder fact) {
  const auto published = fact.asReader().getRuleSetPublished();
  CF_LET(const RuleSet rules, parse_rule_set(view(published.getDocument())));
  if (rules.name != view(published.getName()) || rules.version != view(published.getVersion()))
    return fail(ErrorCode::invalid, "the document is of rule set {}, the event says {}@{}",
                rules.label(), view(published.getName()), view(published.getVersion()));
  CF_LET(const auto ledger, deciding.book.state<LedgerState>("ledger"));
  for (const auto& earlier : ledger.rule_sets)
    if (earlier.version == rules.label())
      return fail(ErrorCode::refused,
                  "rule set {} was published by record {}: give the new one another version",
                  rules.label(), earlier.published.value);
  return {};
}

Result<void> decide_key_rotated(Deciding& deciding, schema::Fact::Builder) {
  if (deciding.stamp.author == Author::ledger) return {};
  return fail(ErrorCode::refused,
              "only the ledger rotates its key, for both keys have to sign: no command may");
}

Result<void> decide_ledger_sealed(Deciding& deciding, schema::Fact::Builder fact) {
  if (deciding.stamp.author != Author::ledger)
    return fail(ErrorCode::refused,
                "only the ledger seals itself, for it computes the roots: no command may");
  const std::uint64_t size = fact.asReader().getLedgerSealed().getSize();
  if (size <= deciding.sequence.value) return {};
  return fail(ErrorCode::refused, "a seal of {} records cannot stand at {}", size,
              deciding.sequence.value);
}

}  // namespace counterfoil
