#pragma once

#include <schema/command.capnp.h>

#include <string>
#include <vector>

#include "codec/text.h"
#include "domain/decide.h"

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

/// Reports that a rule is broken. By the rule's mode in the set in force it is refused, recorded as
/// a breach, or passed over. `remedy` says what would make it pass.
Result<void> report_breach(Deciding& deciding, std::string_view rule, std::string finding,
                           std::string_view remedy);

/// The record before this one in the subject's history; the record has to be in it, and not its
/// first.
Result<Sequence> previous_in(schema::Record::Reader record, std::string_view subject);

/// The line's state, or a refusal where it was never opened.
Result<LineState> opened_line(Deciding& deciding, std::string_view line);
/// Accepts a project that was proposed, a unit that is registered, a list or a fund.
Result<void> check_about(Deciding& deciding, std::string_view about);
Result<void> check_fiscal_year(std::int32_t year);
/// Refuses the one amount that has no opposite, so that every effect can be undone.
Result<void> check_amount(std::int64_t amount);
/// The stored record of an event that the fact names, of that kind and not reversed.
Result<schema::Record::Reader> named_event(Deciding& deciding, std::uint64_t sequence,
                                           schema::Fact::Which kind, std::string_view kind_name);

}  // namespace counterfoil
