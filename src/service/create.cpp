#include "service/create.h"

#include <filesystem>

#include "codec/text.h"
#include "proof/key.h"
#include "service/secrets.h"

namespace counterfoil {
namespace {

Result<void> check(const std::string& path, const LedgerPlan& plan) {
  CF_TRY(check_origin(plan.origin));
  CF_TRY(check_suite(plan.suite));
  CF_TRY(Zone::find(plan.time_zone));
  CF_TRY(parse_rule_set(plan.rule_set));
  if (!is_id(plan.administrator))
    return fail(ErrorCode::invalid,
                "\"{}\" cannot be a principal's id: use letters, digits, '.', "
                "'_' and '-'",
                plan.administrator);
  CF_TRY(LedgerFolder::check_new(path));
  return check_recovery_key_file(plan.recovery_key_file, path);
}

void fill(schema::Command::Builder command, const LedgerPlan& plan, const RuleSet& rules,
          Epoch epoch, const VerifierKey& key, const VerifierKey& recovery) {
  command.setCommandId("init");
  command.setRole(schema::Role::ADMIN);
  auto facts = command.initFacts(2);
  auto opened = facts[0].initLedgerOpened();
  opened.setCurrencyExponent(static_cast<std::uint8_t>(plan.currency_exponent));
  opened.setFiscalYearMonth(static_cast<std::uint8_t>(plan.fiscal_year_month));
  opened.setFiscalYearDay(static_cast<std::uint8_t>(plan.fiscal_year_day));
  opened.setConfidentiality(plan.confidential ? schema::LedgerOpened::Confidentiality::CONFIDENTIAL
                                              : schema::LedgerOpened::Confidentiality::PUBLIC);
  opened.setSuite(text_of(plan.suite));
  opened.setOrigin(text_of(plan.origin));
  opened.setVerifierKey(text_of(key.text()));
  opened.setRecoveryKey(text_of(recovery.text()));
  opened.setCurrency(text_of(plan.currency));
  opened.setTimeZone(text_of(plan.time_zone));
  opened.setEpoch(epoch.value);
  auto published = facts[1].initRuleSetPublished();
  published.setInForceFrom(plan.rule_set_from.days);
  published.setName(text_of(rules.name));
  published.setVersion(text_of(rules.version));
  published.setDocument(text_of(plan.rule_set));
}

}  // namespace

Result<CreatedLedger> create_ledger(const std::string& path, const LedgerPlan& plan,
                                    const Clock& clock) {
  CF_TRY(check(path, plan));
  CF_LET(const Zone zone, Zone::find(plan.time_zone));
  CF_LET(const RuleSet rules, parse_rule_set(plan.rule_set));
  CF_LET(const SigningKey key, SigningKey::generate(plan.suite, plan.origin));
  CF_LET(const SigningKey recovery, SigningKey::generate(plan.suite, plan.origin));
  CF_LET(const std::string token, make_token());

  CF_TRY(write_key(plan.recovery_key_file, recovery));
  auto made = LedgerFolder::create(path);
  if (!made) {
    std::error_code ignored;
    std::filesystem::remove(plan.recovery_key_file, ignored);
    return tl::make_unexpected(made.error());
  }
  const LedgerFolder folder = std::move(*made);
  CF_TRY(write_key(folder.signing_key(), key));
  CF_TRY(write_admin_token(folder, token));
  CF_LET(Journal journal, Journal::create(folder, plan.suite, Epoch{0}));

  capnp::MallocMessageBuilder message;
  auto command = message.initRoot<schema::Command>();
  fill(command, plan, rules, Epoch{0}, key.verifier(), recovery.verifier());
  CF_LET(Preparer preparer, Preparer::of_suite(plan.suite));
  CF_LET(const PreparedCommand prepared, preparer.prepare(command.asReader()));
  Sequencer sequencer(journal, zone, clock);
  std::optional<Answer> answer;
  sequencer.add({plan.administrator, schema::Role::ADMIN, ""}, prepared, answer);
  sequencer.flush();
  CF_TRY(*answer);
  return CreatedLedger{key.verifier().text(), recovery.verifier().text()};
}

}  // namespace counterfoil
