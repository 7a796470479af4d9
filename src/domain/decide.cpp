#include "domain/decide.h"

#include <array>

#include "codec/subjects.h"
#include "codec/text.h"
#include "core/limits.h"
#include "domain/effects.h"
#include "domain/evolve.h"
#include "domain/facts/deciding.h"
#include "domain/permission.h"
#include "domain/rules/rule.h"

namespace counterfoil {
namespace {

using schema::Fact;

/// By the fact's tag; the schema numbers them in this order.
constexpr std::array<Decider, fact_count> deciders = {
    nullptr,
    decide_ledger_opened,
    decide_rule_set_published,
    decide_unit_registered,
    decide_project_proposed,
    decide_line_opened,
    decide_target_submitted,
    decide_target_approved,
    decide_budget_appropriated,
    decide_budget_adjusted,
    decide_commitment_recorded,
    decide_payment_recorded,
    decide_monitoring_checked,
    decide_grade_assigned,
    decide_event_reversed,
    decide_principal_enrolled,
    decide_role_granted,
    decide_role_revoked,
    decide_key_rotated,
    decide_ledger_sealed,
    decide_expenditure_standard_set,
    decide_revenue_estimated,
    decide_ceiling_issued,
    decide_period_closed,
    decide_period_reopened,
    decide_unit_reorganised,
    decide_project_classified,
    decide_ex_ante_appraised,
    decide_affordability_assessed,
    decide_pipeline_admitted,
    decide_library_admitted,
    decide_instalments_rolled,
    decide_project_closed,
    decide_target_returned,
    decide_budget_requested,
    decide_item_reviewed,
    decide_adjustment_proposed,
    decide_approval_recorded,
    decide_budget_stated,
    decide_funds_suspended,
    decide_funds_resumed,
    decide_monitoring_planned,
    decide_correction_ordered,
    decide_correction_verified,
    decide_result_applied,
    decide_audit_finding_recorded,
    decide_factor_assessed,
    decide_priority_list_adopted,
    decide_funding_plan_filed,
    decide_transfer_received,
    decide_training_held,
    decide_disclosure_published,
    decide_reversal_proposed,
};

/// The newer records of a subject, newest first, at most a handful: found by their chain.
Result<std::vector<std::uint64_t>> newer_records(Book& book, std::string_view subject,
                                                 const Page& page, std::uint64_t expected) {
  constexpr std::size_t at_most = 5;
  std::vector<std::uint64_t> newer;
  Sequence sequence = page.last;
  for (std::uint64_t ordinal = page.count; ordinal > expected; --ordinal) {
    newer.push_back(sequence.value);
    if (newer.size() == at_most) break;
    CF_LET(const auto record, book.record(sequence));
    CF_LET(sequence, previous_in(record, subject));
  }
  return newer;
}

/// Whether all records of the subject behind the expected ones are seals. These say what is and
/// change nothing that could have been decided on; the ledger records them on its own, also between
/// the commands of one who works through a year.
Result<bool> are_seals(Book& book, std::string_view subject, const Page& page,
                       std::uint64_t expected) {
  Sequence sequence = page.last;
  for (std::uint64_t ordinal = page.count; ordinal > expected; --ordinal) {
    CF_LET(const auto record, book.record(sequence));
    if (!record.getFact().isLedgerSealed()) return false;
    if (ordinal > expected + 1) {
      CF_LET(sequence, previous_in(record, subject));
    }
  }
  return true;
}

Result<void> check_expectations(Book& book, schema::Command::Reader command) {
  for (const auto expectation : command.getExpectations()) {
    const std::string_view subject = view(expectation.getSubject());
    CF_TRY(check_subject(subject));
    CF_LET(const Page page, book.page(subject));
    if (page.count == expectation.getCount()) continue;
    if (page.count < expectation.getCount())
      return fail(
          ErrorCode::conflict,
          "{} has {} records, the command expects {}: it was decided on another ledger, or on "
          "records that this one does not have",
          subject, page.count, expectation.getCount());
    CF_LET(const bool only_sealed, are_seals(book, subject, page, expectation.getCount()));
    if (only_sealed) continue;
    CF_LET(const auto newer, newer_records(book, subject, page, expectation.getCount()));
    return fail(
        ErrorCode::conflict,
        "{} has {} records, the command was decided on {}; newer are {}: read them, and decide "
        "again",
        subject, page.count, expectation.getCount(), fmt::join(newer, ", "));
  }
  return {};
}

Result<void> check_envelope(schema::Command::Reader command, const Stamp& stamp) {
  CF_TRY(check_command_id(view(command.getCommandId())));
  // Of a subject's grades the latest decided counts, so a slip of the year would outrank all.
  if (stamp.decided_at.microseconds - stamp.recorded_at.microseconds > limits::decided_ahead_us)
    return fail(ErrorCode::invalid,
                "decided on {}, which is later than now ({}): decidedAt is at most a day ahead of "
                "the ledger's clock",
                format_date(stamp.decided_on), format_instant(stamp.recorded_at));
  if (command.getFacts().size() == 0)
    return fail(ErrorCode::invalid, "a command needs at least one fact");
  if (command.getFacts().size() > limits::facts_in_command)
    return fail(ErrorCode::limit, "the command has {} facts; the limit is {}",
                command.getFacts().size(), limits::facts_in_command);
  if (command.getEvidence().size() > limits::evidence_in_event)
    return fail(ErrorCode::limit, "the command cites {} events as evidence; the limit is {}",
                command.getEvidence().size(), limits::evidence_in_event);
  for (const std::uint64_t evidence : command.getEvidence())
    if (evidence >= stamp.first.value)
      return fail(ErrorCode::refused, "there is no record {} yet that could be evidence", evidence);
  return {};
}

void set_envelope(schema::Record::Builder record, schema::Command::Reader command,
                  const Stamp& stamp, Sequence sequence, std::size_t index) {
  record.setFormat(record_format);
  record.setEpoch(stamp.epoch.value);
  record.setSequence(sequence.value);
  record.setFactIndex(static_cast<std::uint16_t>(index));
  record.setFactCount(static_cast<std::uint16_t>(command.getFacts().size()));
  record.setRole(stamp.role);
  record.setRecordedAt(stamp.recorded_at.microseconds);
  record.setDecidedAt(stamp.decided_at.microseconds);
  record.setEffectiveOn(stamp.effective_on.days);
  record.setCommandId(command.getCommandId());
  record.setCommandDigest(data_of(stamp.digest));
  record.setActor(text_of(stamp.actor));
  if (!stamp.organisation.empty()) record.setOrganisation(text_of(stamp.organisation));
  if (command.getDocuments().size() != 0) record.setDocuments(command.getDocuments());
  if (command.getReason().size() != 0) record.setReason(command.getReason());
  if (command.getEvidence().size() != 0) record.setEvidence(command.getEvidence());
  if (command.getCausationId().size() != 0) record.setCausationId(command.getCausationId());
  if (command.getCorrelationId().size() != 0) record.setCorrelationId(command.getCorrelationId());
  if (command.getSealed().size() != 0) record.setSealed(command.getSealed());
}

/// Numbers the record in each of its subjects' histories.
Result<void> set_subjects(Book& book, schema::Record::Builder record) {
  CF_LET(const auto subjects, subjects_of(record.asReader().getFact()));
  auto entries = record.initSubjects(static_cast<unsigned>(subjects.size()));
  for (unsigned i = 0; i < subjects.size(); ++i) {
    CF_LET(const Page page, book.page(subjects[i]));
    entries[i].setId(text_of(subjects[i]));
    entries[i].setOrdinal(page.count);
    if (page.count != 0) entries[i].setPrevious(page.last.value);
  }
  return {};
}

/// An override's breaches name who decided it.
void set_breaches(schema::Record::Builder record, schema::Command::Reader command,
                  std::vector<Breach>& breaches) {
  if (breaches.empty()) return;
  auto list = record.initBreaches(static_cast<unsigned>(breaches.size()));
  for (unsigned i = 0; i < breaches.size(); ++i) {
    if (breaches[i].mode == schema::Breach::Mode::OVERRIDE) {
      breaches[i].authority = view(command.getOverride().getAuthority());
      breaches[i].document = view(command.getOverride().getDocument());
    }
    fill(list[i], breaches[i]);
  }
}

/// Identity R16: no pool gives out more than went in, per source tag.
Result<void> check_pools(Deciding& deciding) {
  return for_each_pool_effect(
      deciding.record.asReader().getFact(), [&](const PoolEffect& effect) -> Result<void> {
        CF_LET(const auto pool,
               deciding.book.state<PoolState>(pool_key(effect.pool, effect.source_tag)));
        if (pool.outgoing <= pool.incoming) return {};
        return refused_by(
            "R16",
            fmt::format("pool {} would have given out {} minor units under the tag \"{}\", "
                        "and only {} went in",
                        effect.pool, pool.outgoing.minor, effect.source_tag, pool.incoming.minor));
      });
}

/// The rule set in force when the fact was decided, which the record names. Null only where a fact
/// opens the ledger or publishes the first rule set.
Result<const RuleSet*> rules_of(Book& book, const Stamp& stamp, schema::Record::Builder record) {
  const auto fact = record.getFact().which();
  CF_LET(const auto ledger, book.state<LedgerState>("ledger"));
  if (!ledger.opened && fact != Fact::LEDGER_OPENED)
    return fail(ErrorCode::refused, "the ledger was never opened");
  if (const auto rule_set = in_force(ledger, stamp.decided_on)) {
    record.setRuleSetVersion(text_of(rule_set->version));
    return book.rule_set(rule_set->published);
  }
  if (fact == Fact::LEDGER_OPENED || fact == Fact::RULE_SET_PUBLISHED) return nullptr;
  return fail(ErrorCode::refused, "no rule set is in force on {}: publish one that starts by then",
              format_date(stamp.decided_on));
}

/// Decides one fact; on success its record is in the book.
Result<void> decide_fact(Book& book, schema::Command::Reader command, const Stamp& stamp,
                         std::size_t index, std::vector<Breach>& breaches) {
  const Sequence sequence{stamp.first.value + index};
  capnp::MallocMessageBuilder message;
  auto record = message.initRoot<schema::Record>();
  set_envelope(record, command, stamp, sequence, index);
  record.setFact(command.getFacts()[static_cast<unsigned>(index)]);
  CF_TRY(check_known(record.asReader().getFact()));
  const auto which = static_cast<std::size_t>(record.getFact().which());
  CF_LET(const RuleSet* const rules, rules_of(book, stamp, record));

  Book after(book.source());
  CF_TRY(check_permission(book, stamp, record.asReader().getFact(), Filled::no));
  Deciding deciding{after, command, stamp, sequence, rules, record, {}};
  CF_TRY(deciders[which](deciding, record.getFact()));
  CF_TRY(check_permission(book, stamp, record.asReader().getFact(), Filled::yes));
  CF_TRY(set_subjects(book, record));
  CF_TRY(evolve(after, record.asReader()));
  CF_TRY(check_pools(deciding));
  CF_TRY(check_rules(deciding, book));
  set_breaches(record, command, deciding.breaches);

  Words words = canonical(record.asReader());
  if (bytes_of(words).size() > limits::record_bytes)
    return fail(
        ErrorCode::limit,
        "the record would be {} bytes long; the limit is {}: shorten the texts, or split it "
        "into several events in one command",
        bytes_of(words).size(), limits::record_bytes);
  book.absorb(after);
  book.add_record(std::move(words));
  breaches.insert(breaches.end(), deciding.breaches.begin(), deciding.breaches.end());
  return {};
}

}  // namespace

void fill(schema::Breach::Builder out, const Breach& breach) {
  out.setRule(text_of(breach.rule));
  out.setMode(breach.mode);
  out.setFinding(text_of(breach.finding));
  if (!breach.authority.empty()) out.setAuthority(text_of(breach.authority));
  if (!breach.document.empty()) out.setDocument(text_of(breach.document));
}

Result<std::vector<Breach>> decide(Book& book, schema::Command::Reader command,
                                   const Stamp& stamp) {
  CF_TRY(check_envelope(command, stamp));
  CF_TRY(check_expectations(book, command));

  std::vector<Breach> breaches;
  const std::size_t count = command.getFacts().size();
  for (std::size_t index = 0; index < count; ++index) {
    auto decided = decide_fact(book, command, stamp, index, breaches);
    if (decided) continue;
    if (count == 1) return tl::make_unexpected(decided.error());
    return fail_at(fmt::format("facts[{}]", index), decided.error());
  }
  return breaches;
}

}  // namespace counterfoil
