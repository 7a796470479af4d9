#pragma once

#include <schema/command.capnp.h>

#include <string>
#include <vector>

#include "codec/text.h"
#include "domain/decide.h"
#include "domain/rule_finding.h"
#include "domain/standing.h"

namespace counterfoil {

/// One fact on its way to becoming a record: what its decider may look at, and what it fills in.
struct Deciding {
  Book& book;  // as it is after the command's earlier facts
  schema::Command::Reader command;
  const Stamp& stamp;
  Sequence sequence;     // that the fact will have
  const RuleSet* rules;  // in force; null only for the facts that open a ledger
  schema::Record::Builder record;
  std::vector<Breach> breaches;
  std::vector<RuleFinding>* findings =
      nullptr;  // where rules are only asked, and nothing is refused
};

/// A decider accepts the fact (and fills in what the ledger sets) or says why not. One a fact.
using Decider = Result<void> (*)(Deciding&, schema::Fact::Builder);

Result<void> decide_ledger_opened(Deciding&, schema::Fact::Builder);
Result<void> decide_rule_set_published(Deciding&, schema::Fact::Builder);
Result<void> decide_unit_registered(Deciding&, schema::Fact::Builder);
Result<void> decide_project_proposed(Deciding&, schema::Fact::Builder);
Result<void> decide_line_opened(Deciding&, schema::Fact::Builder);
Result<void> decide_target_submitted(Deciding&, schema::Fact::Builder);
Result<void> decide_target_approved(Deciding&, schema::Fact::Builder);
Result<void> decide_budget_appropriated(Deciding&, schema::Fact::Builder);
Result<void> decide_budget_adjusted(Deciding&, schema::Fact::Builder);
Result<void> decide_commitment_recorded(Deciding&, schema::Fact::Builder);
Result<void> decide_payment_recorded(Deciding&, schema::Fact::Builder);
Result<void> decide_monitoring_checked(Deciding&, schema::Fact::Builder);
Result<void> decide_grade_assigned(Deciding&, schema::Fact::Builder);
Result<void> decide_event_reversed(Deciding&, schema::Fact::Builder);
Result<void> decide_principal_enrolled(Deciding&, schema::Fact::Builder);
Result<void> decide_role_granted(Deciding&, schema::Fact::Builder);
Result<void> decide_role_revoked(Deciding&, schema::Fact::Builder);
Result<void> decide_key_rotated(Deciding&, schema::Fact::Builder);
Result<void> decide_ledger_sealed(Deciding&, schema::Fact::Builder);
Result<void> decide_expenditure_standard_set(Deciding&, schema::Fact::Builder);
Result<void> decide_revenue_estimated(Deciding&, schema::Fact::Builder);
Result<void> decide_ceiling_issued(Deciding&, schema::Fact::Builder);
Result<void> decide_period_closed(Deciding&, schema::Fact::Builder);
Result<void> decide_period_reopened(Deciding&, schema::Fact::Builder);
Result<void> decide_unit_reorganised(Deciding&, schema::Fact::Builder);
Result<void> decide_project_classified(Deciding&, schema::Fact::Builder);
Result<void> decide_ex_ante_appraised(Deciding&, schema::Fact::Builder);
Result<void> decide_affordability_assessed(Deciding&, schema::Fact::Builder);
Result<void> decide_pipeline_admitted(Deciding&, schema::Fact::Builder);
Result<void> decide_library_admitted(Deciding&, schema::Fact::Builder);
Result<void> decide_instalments_rolled(Deciding&, schema::Fact::Builder);
Result<void> decide_project_closed(Deciding&, schema::Fact::Builder);
Result<void> decide_target_returned(Deciding&, schema::Fact::Builder);
Result<void> decide_budget_requested(Deciding&, schema::Fact::Builder);
Result<void> decide_item_reviewed(Deciding&, schema::Fact::Builder);
Result<void> decide_adjustment_proposed(Deciding&, schema::Fact::Builder);
Result<void> decide_approval_recorded(Deciding&, schema::Fact::Builder);
Result<void> decide_budget_stated(Deciding&, schema::Fact::Builder);
Result<void> decide_funds_suspended(Deciding&, schema::Fact::Builder);
Result<void> decide_funds_resumed(Deciding&, schema::Fact::Builder);
Result<void> decide_monitoring_planned(Deciding&, schema::Fact::Builder);
Result<void> decide_correction_ordered(Deciding&, schema::Fact::Builder);
Result<void> decide_correction_verified(Deciding&, schema::Fact::Builder);
Result<void> decide_result_applied(Deciding&, schema::Fact::Builder);
Result<void> decide_audit_finding_recorded(Deciding&, schema::Fact::Builder);
Result<void> decide_factor_assessed(Deciding&, schema::Fact::Builder);
Result<void> decide_priority_list_adopted(Deciding&, schema::Fact::Builder);
Result<void> decide_funding_plan_filed(Deciding&, schema::Fact::Builder);
Result<void> decide_transfer_received(Deciding&, schema::Fact::Builder);
Result<void> decide_training_held(Deciding&, schema::Fact::Builder);
Result<void> decide_disclosure_published(Deciding&, schema::Fact::Builder);
Result<void> decide_reversal_proposed(Deciding&, schema::Fact::Builder);

/// What a rule forbids: "R4: SENTENCE", with the numbers beside it.
tl::unexpected<Error> refused_by(std::string_view rule, std::string_view sentence,
                                 const std::optional<Excess>& excess = std::nullopt);

/// Reports that a rule is broken. By the rule's mode in the set in force it is refused, recorded as
/// a breach, or passed over. `remedy` says what would make it pass; `excess`, how much would.
Result<void> report_breach(Deciding& deciding, std::string_view rule, std::string finding,
                           std::string_view remedy, std::optional<Excess> excess = std::nullopt);

/// The same for what the rule cannot judge: where the rule is enforced, an override lets it pass.
Result<void> want_override(Deciding& deciding, std::string_view rule, std::string finding,
                           std::string_view remedy);

/// The record before this one in the subject's history; the record has to be in it, and not its
/// first.
Result<Sequence> previous_in(schema::Record::Reader record, std::string_view subject);

/// The line's state, or a refusal where it was never opened.
Result<LineState> opened_line(Deciding& deciding, std::string_view line);
/// Refuses an event that may never be reversed, that was, or that others rest on.
Result<void> check_reversible(Deciding& deciding, Sequence event);
/// Refuses where the line or its project is suspended.
Result<void> check_not_suspended(Deciding& deciding, std::string_view line);

/// Accepts a unit that is registered, a project that was proposed and is not closed.
Result<void> check_unit(Deciding& deciding, std::string_view unit);
Result<void> check_project(Deciding& deciding, std::string_view project);
/// Accepts a project that was proposed, a unit that is registered, a list or a fund.
Result<void> check_about(Deciding& deciding, std::string_view about);
Result<void> check_fiscal_year(std::int32_t year);
/// Refuses the one amount that has no opposite, so that every effect can be undone.
Result<void> check_amount(std::int64_t amount);
/// Accepts 0 and more.
Result<void> check_not_negative(std::int64_t amount, std::string_view what);
/// Refuses where the year was closed and not opened again.
Result<void> check_period_open(Deciding& deciding, std::int32_t fiscal_year);
/// The stored record of an event that the fact names, of that kind and not reversed.
Result<schema::Record::Reader> named_event(Deciding& deciding, std::uint64_t sequence,
                                           schema::Fact::Which kind, std::string_view kind_name);

/// The same, kept whatever the book reads next.
Result<HeldRecord> held_event(Deciding& deciding, std::uint64_t sequence, schema::Fact::Which kind);

}  // namespace counterfoil
