#include "service/proposing.h"

#include <algorithm>

#include "codec/text.h"
#include "domain/base.h"
#include "domain/facts/deciding.h"
#include "domain/proposals.h"
#include "service/proposal_filling.h"

namespace counterfoil {
namespace {

using schema::Fact;
using Kind = schema::BudgetAdjusted::Kind;
using State = schema::ProposalRow::State;

schema::AdjustmentProposed::Reader proposed_in(schema::Command::Reader command) {
  return command.getFacts()[command.getFacts().size() - 1].getAdjustmentProposed();
}

/// What the proposal of a line's reduction rests on besides its evidence: the project, those that
/// it took over, and the rule set.
Result<std::set<std::string>> results_rest_on(Book& book, std::string_view project) {
  std::set<std::string> subjects{"ledger"};
  CF_LET(const auto shares, predecessors_of(book, project));
  for (const Share& share : shares) subjects.insert(fmt::format("project/{}", share.project));
  return subjects;
}

/// The reduction for a grade on the line that was recorded last, in whatever state.
const ProposalRecord* newest_reduction(const std::vector<ProposalRecord>& recorded) {
  const auto found = std::find_if(recorded.rbegin(), recorded.rend(), [](const auto& one) {
    return one.proposed().getKind() == Kind::REDUCTION &&
           one.proposed().getCause() == schema::BudgetAdjusted::Cause::GRADE;
  });
  return found == recorded.rend() ? nullptr : &*found;
}

void set_recorded(schema::CeilingRow::Builder row, const ProposalRecord& one,
                  std::string_view line) {
  row.setState(one.state);
  row.setProposal(one.record.sequence().value);
  row.setEvidence(joined(one.record->getEvidence()));
  for (const auto leg : one.proposed().getLegs())
    if (view(leg.getLine()) == line) row.setChange(row.getChange() + leg.getAmount());
}

/// A ceiling with the reduction that follows, if one does.
Result<void> add_ceiling(ProposalFilling& page, const ProposedCeiling& ceiling,
                         const Proposal* reduction, const std::set<std::string>& rests_on) {
  CF_LET(const LineId line, parse_line(ceiling.line));
  CF_LET(const std::string unit, page.unit_of(line.project));
  CF_LET(const HeldRecord graded, held_record(page.book(), ceiling.graded));
  capnp::MallocMessageBuilder message;
  auto row = message.initRoot<schema::CeilingRow>();
  set_line(row, line);
  row.setUnit(text_of(unit));
  row.setGrade(graded.fact().getGradeAssigned().getGrade());
  row.setGradeEvent(ceiling.graded.value);
  row.setBase(ceiling.base.minor);
  row.setCeiling(ceiling.ceiling.minor);
  row.setAppropriated(ceiling.appropriated.minor);
  if (ceiling.appropriated > ceiling.ceiling) {
    CF_LET(const auto recorded, page.history().on_line(ceiling.line));
    capnp::MallocMessageBuilder due;
    auto command = due.initRoot<schema::Command>();
    if (reduction != nullptr) fill(command, *reduction, "");
    const ProposalRecord* const shown = reduction != nullptr
                                            ? answering(recorded, proposed_in(command.asReader()))
                                            : newest_reduction(recorded);
    if (shown != nullptr) {
      set_recorded(row, *shown, ceiling.line);
    } else if (reduction != nullptr) {
      row.setState(State::DUE);
      row.setChange(reduction->legs.front().amount.minor);
      row.setEvidence(joined(command.asReader().getEvidence()));
      CF_TRY(page.add_identified(command, run_of_results(page.fiscal_year()), rests_on));
    }
  }
  page.add_row(row.asReader());
  return {};
}

bool is_closing(schema::AdjustmentProposed::Reader proposed) {
  return proposed.getKind() == Kind::CARRY_OVER || proposed.getKind() == Kind::CLAWBACK;
}

/// The command that closes the year; the number in its id tells apart closes after reopenings.
Result<std::string> close_of(ProposalFilling& page) {
  const std::string subject = fmt::format("period/{}", page.fiscal_year());
  CF_LET(const Page history, page.book().page(subject));
  capnp::MallocMessageBuilder message;
  auto command = message.initRoot<schema::Command>();
  command.setCommandId(fmt::format("{}/{}", run_of_closing(page.fiscal_year()), history.count));
  command.setCorrelationId(run_of_closing(page.fiscal_year()));
  command.initFacts(1)[0].initPeriodClosed().setFiscalYear(page.fiscal_year());
  CF_TRY(page.expect(command, {subject}));
  return std::string(bytes_of(canonical(command.asReader())));
}

/// A line's proposals of the close: those on record, and those that are due.
Result<void> add_closing(ProposalFilling& page, const std::string& line,
                         const std::vector<Proposal>& proposals, bool closed,
                         const std::set<std::string>& rests_on) {
  CF_LET(const auto recorded, page.history().on_line(line));
  for (const ProposalRecord& one : recorded)
    if (is_closing(one.proposed()) && home_of(one.proposed()) == line)
      CF_TRY(page.add_recorded(one));
  for (const Proposal& proposal : proposals) {
    if (proposal.legs.front().line != line) continue;
    capnp::MallocMessageBuilder message;
    auto command = message.initRoot<schema::Command>();
    fill(command, proposal, "");
    const auto proposed = proposed_in(command.asReader());
    if (answering(recorded, proposed) != nullptr) continue;
    CF_TRY(page.add_legs(proposed, [&](schema::ProposalRow::Builder row) {
      row.setState(State::DUE);
      if (row.getLeg() != 0) return;
      if (closed) row.setEvidence(joined(command.asReader().getEvidence()));
      row.setReason(command.asReader().getReason());
    }));
    if (closed) CF_TRY(page.add_identified(command, run_of_closing(page.fiscal_year()), rests_on));
  }
  return {};
}

}  // namespace

Result<ProposalPage> read_ceilings(const Journal& journal, const YearQuestion& question) {
  CF_TRY(check_fiscal_year(question.fiscal_year));
  CF_LET(auto walk, journal.walk_book());
  ProposalFilling page(journal, std::move(walk), question);
  CF_LET(const RuleSet* const rules, page.rules_with("R4"));
  const std::vector<std::int32_t> years{question.fiscal_year - 1, question.fiscal_year};
  const auto visit = [&](std::string_view project) -> Result<void> {
    CF_LET(const auto results, apply_results(page.book(), *rules, project, question.fiscal_year));
    if (results.ceilings.empty()) return {};
    CF_LET(const auto rests_on, results_rest_on(page.book(), project));
    for (const ProposedCeiling& ceiling : results.ceilings) {
      const auto reduction =
          std::find_if(results.reductions.begin(), results.reductions.end(),
                       [&](const Proposal& one) { return one.legs.front().line == ceiling.line; });
      CF_TRY(add_ceiling(page, ceiling,
                         reduction == results.reductions.end() ? nullptr : &*reduction, rests_on));
    }
    return {};
  };
  CF_TRY(page.each_project(years, visit));
  return page.take();
}

Result<ClosingPage> read_closing(const Journal& journal, const YearQuestion& question,
                                 std::string_view pool) {
  CF_TRY(check_fiscal_year(question.fiscal_year));
  if (!pool.empty() && !is_id(pool))  // before anybody closes the year for it
    return fail(ErrorCode::invalid,
                "\"{}\" is no pool: an id is 1 to {} characters of A-Z, a-z, 0-9, '.', '_' and '-'",
                pool, limits::subject_bytes);
  CF_LET(auto walk, journal.walk_book());
  ProposalFilling page(journal, std::move(walk), question);
  CF_LET(const RuleSet* const rules, page.rules_with("R7"));
  CF_LET(const auto last,
         newest(page.book(), Fact::PERIOD_CLOSED, std::to_string(question.fiscal_year)));
  const bool closed = last && last->fact().isPeriodClosed();
  ClosingPage found;
  if (!closed) {
    CF_LET(found.close, close_of(page));
  }
  const Sequence close = closed ? last->sequence() : Sequence{0};
  const auto visit = [&](std::string_view project) -> Result<void> {
    CF_LET(const auto proposals,
           close_out(page.book(), *rules, project, question.fiscal_year, pool, close));
    CF_LET(const auto lines, page.lines_of(project));
    const std::set<std::string> rests_on{"ledger", fmt::format("period/{}", question.fiscal_year),
                                         fmt::format("project/{}", project)};
    for (const std::string& line : lines)
      CF_TRY(add_closing(page, line, proposals, closed, rests_on));
    return {};
  };
  CF_TRY(page.each_project({question.fiscal_year}, visit));
  found.proposals = page.take();
  return found;
}

}  // namespace counterfoil
