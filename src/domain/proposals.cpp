#include "domain/proposals.h"

#include <algorithm>
#include <set>

#include "codec/text.h"
#include "domain/base.h"
#include "domain/grades.h"
#include "domain/rules/rule.h"
#include "domain/vintages.h"

namespace counterfoil {
namespace {

using schema::Fact;
using Kind = schema::BudgetAdjusted::Kind;

/// What the amounts of a line at the close rest on: the close, the line's appropriation, and the
/// classification that says what may be carried over.
std::vector<Sequence> closing_evidence(Sequence closed, const LineState& line,
                                       const std::optional<HeldRecord>& classified) {
  std::vector<Sequence> evidence{closed};
  if (line.appropriated) evidence.push_back(line.appropriation);
  if (classified) evidence.push_back(classified->sequence());
  return evidence;
}

/// What the commitments that are outstanding leave free of each vintage: they are paid from the
/// newest, so that what is older goes first.
struct Free {
  std::vector<Vintage> vintages;
  Money bound;
};
Free free_by_vintage(const LineState& line) {
  Free free{unspent_by_vintage(line), {}};
  Money to_bind = line.committed;
  for (auto at = free.vintages.rbegin(); at != free.vintages.rend() && to_bind.minor > 0; ++at) {
    const Money bound = std::min(to_bind, at->amount);
    at->amount.minor -= bound.minor;
    to_bind.minor -= bound.minor;
    free.bound.minor += bound.minor;
  }
  return free;
}

/// The line opens for the next year classified as it was.
Result<void> open_next(Book& book, Sequence opening, std::string next, Proposal& carried) {
  CF_LET(const auto record, book.record(opening));
  const auto opened = record.getFact().getLineOpened();
  carried.lines_to_open = {std::move(next)};
  carried.functional_class = view(opened.getFunctionalClass());
  carried.economic_class = view(opened.getEconomicClass());
  return {};
}

/// The project's lines of the year over expenditure measures, in the order in which they were
/// opened.
struct OpenLine {
  std::string line;
  Sequence opening;
};
Result<std::vector<OpenLine>> lines_of(Book& book, const RuleSet& rules, std::int32_t fiscal_year,
                                       std::string_view project) {
  CF_LET(const auto openings, standing(book, Fact::LINE_OPENED, key_of(fiscal_year, project)));
  std::vector<OpenLine> lines;
  for (const Sequence opening : openings) {
    CF_LET(const auto record, book.record(opening));
    std::string line(view(record.getFact().getLineOpened().getLine()));
    CF_LET(const LineId id, parse_line(line));
    if (rules.is_expenditure(id.measure)) lines.push_back({std::move(line), opening});
  }
  return lines;
}

std::string in_year(const LineId& line, std::int32_t fiscal_year) {
  return format_line({fiscal_year, line.project, line.fund, line.measure, line.item});
}

}  // namespace

Result<std::optional<Sequence>> waiver_of(Book& book, Sequence grade) {
  CF_LET(const auto applied, newest(book, Fact::RESULT_APPLIED, key_of(grade)));
  if (!applied || !applied->fact().getResultApplied().getWaived()) return std::nullopt;
  return applied->sequence();
}

Result<AppliedResults> apply_results(Book& book, const RuleSet& rules, std::string_view project,
                                     std::int32_t fiscal_year) {
  AppliedResults results;
  CF_LET(const auto cut, grade_cut(book, rules, project, fiscal_year));
  if (!cut) return results;
  CF_LET(const auto waiver, waiver_of(book, cut->grade.sequence));
  // Lines of this year, and those of the year before that have none yet.
  CF_LET(const auto now, lines_of(book, rules, fiscal_year, project));
  CF_LET(const auto earlier, lines_of(book, rules, fiscal_year - 1, project));
  std::set<std::string> lines;
  for (const OpenLine& open : now) lines.insert(open.line);
  for (const OpenLine& open : earlier) {
    CF_LET(const LineId id, parse_line(open.line));
    lines.insert(in_year(id, fiscal_year));
  }
  for (const std::string& line : lines) {
    CF_LET(const LineId id, parse_line(line));
    CF_LET(const Base base, base_of(book, rules, id));
    if (base.amount.minor <= 0) continue;
    CF_LET(const auto state, book.state<LineState>(line));
    const Money ceiling = floor_of(base.amount, cut->step.ceiling);
    results.ceilings.push_back({line, std::string(grade_name(cut->grade.grade)),
                                cut->grade.sequence, base.amount, ceiling, state.original});
    if (waiver || state.original <= ceiling) continue;
    // What was taken away since counts, too.
    const Money above{
        std::min(state.original.minor - ceiling.minor, state.current.minor - ceiling.minor)};
    if (above.minor <= 0) continue;
    Proposal reduction;
    reduction.kind = Kind::REDUCTION;
    reduction.cause = schema::BudgetAdjusted::Cause::GRADE;
    reduction.legs = {{line, Money{-above.minor}, fiscal_year, {}}};
    reduction.evidence = {cut->grade.sequence};
    reduction.evidence.insert(reduction.evidence.end(), base.appropriations.begin(),
                              base.appropriations.end());
    reduction.evidence.push_back(state.appropriation);
    reduction.reason = fmt::format("graded {} by record {}: {} basis points of a base of {} are {}",
                                   grade_name(cut->grade.grade), cut->grade.sequence.value,
                                   cut->step.ceiling, base.amount.minor, ceiling.minor);
    results.reductions.push_back(std::move(reduction));
  }
  return results;
}

Result<std::vector<Proposal>> close_out(Book& book, const RuleSet& rules, std::string_view project,
                                        std::int32_t fiscal_year, std::string_view pool,
                                        Sequence closed) {
  std::vector<Proposal> proposals;
  CF_LET(const auto classified, classification(book, project));
  CF_LET(const auto ended, standing(book, Fact::PROJECT_CLOSED, project));
  CF_LET(const auto lines, lines_of(book, rules, fiscal_year, project));
  for (const auto& [line, opening] : lines) {
    CF_LET(const LineId id, parse_line(line));
    CF_LET(const auto state, book.state<LineState>(line));
    Proposal carried;
    carried.kind = Kind::CARRY_OVER;
    const Free free = free_by_vintage(state);
    carried.reason = fmt::format("unspent at the close of {}", fiscal_year);
    if (free.bound.minor > 0)
      carried.reason +=
          fmt::format("; {} minor units stay for outstanding commitments", free.bound.minor);
    carried.evidence = closing_evidence(closed, state, classified);
    Proposal clawed = carried;
    clawed.kind = Kind::CLAWBACK;
    clawed.pool = std::string(pool);
    if (!ended.empty()) clawed.evidence.push_back(ended.back());  // it has no next year
    const std::string next = in_year(id, fiscal_year + 1);
    for (const Vintage& left : free.vintages) {
      if (left.amount.minor <= 0) continue;
      const Money out{-left.amount.minor};
      if (ended.empty() &&
          lapse_of(rules, classified, fiscal_year, left.fiscal_year) == Lapse::none) {
        carried.legs.push_back({line, out, left.fiscal_year, {}});
        carried.legs.push_back({next, left.amount, left.fiscal_year, {}});
      } else {
        clawed.legs.push_back({line, out, left.fiscal_year, std::string(project)});
      }
    }
    CF_LET(const auto next_state, book.state<LineState>(next));
    if (!next_state.opened) CF_TRY(open_next(book, opening, next, carried));
    for (Proposal* proposal : {&carried, &clawed})
      if (!proposal->legs.empty()) proposals.push_back(std::move(*proposal));
  }
  return proposals;
}

void fill(schema::Command::Builder command, const Proposal& proposal, std::string_view command_id) {
  command.setCommandId(std::string(command_id));
  command.setReason(proposal.reason);
  auto evidence = command.initEvidence(static_cast<unsigned>(proposal.evidence.size()));
  for (unsigned i = 0; i < proposal.evidence.size(); ++i)
    evidence.set(i, proposal.evidence[i].value);
  const auto opened = static_cast<unsigned>(proposal.lines_to_open.size());
  auto facts = command.initFacts(opened + 1);
  for (unsigned i = 0; i < opened; ++i) {
    auto opening = facts[i].initLineOpened();
    opening.setLine(proposal.lines_to_open[i]);
    if (!proposal.functional_class.empty()) opening.setFunctionalClass(proposal.functional_class);
    if (!proposal.economic_class.empty()) opening.setEconomicClass(proposal.economic_class);
  }
  auto proposed = facts[opened].initAdjustmentProposed();
  proposed.setKind(proposal.kind);
  proposed.setCause(proposal.cause);
  if (!proposal.pool.empty()) proposed.setPool(proposal.pool);
  auto legs = proposed.initLegs(static_cast<unsigned>(proposal.legs.size()));
  for (unsigned i = 0; i < proposal.legs.size(); ++i) {
    const Proposal::Leg& leg = proposal.legs[i];
    legs[i].setLine(leg.line);
    legs[i].setAmount(leg.amount.minor);
    legs[i].setVintage(leg.vintage);
    if (!leg.source_tag.empty()) legs[i].setSourceTag(leg.source_tag);
  }
}

void fill_adjustment(schema::Command::Builder command, schema::Record::Reader proposal,
                     Sequence approval, std::string_view command_id) {
  command.setCommandId(std::string(command_id));
  command.setReason(proposal.getReason());
  const auto cited = proposal.getEvidence();
  auto evidence = command.initEvidence(cited.size() + 1);
  for (unsigned i = 0; i < cited.size(); ++i) evidence.set(i, cited[i]);
  evidence.set(cited.size(), approval.value);
  const auto proposed = proposal.getFact().getAdjustmentProposed();
  auto adjusted = command.initFacts(1)[0].initBudgetAdjusted();
  adjusted.setKind(proposed.getKind());
  adjusted.setCause(proposed.getCause());
  adjusted.setProposal(proposal.getSequence());
  if (proposed.getRequest().size() != 0) adjusted.setRequest(proposed.getRequest());
  if (proposed.getPool().size() != 0) adjusted.setPool(proposed.getPool());
  const auto from = proposed.getLegs();
  auto legs = adjusted.initLegs(from.size());
  for (unsigned i = 0; i < from.size(); ++i) {
    legs[i].setLine(from[i].getLine());
    legs[i].setAmount(from[i].getAmount());
    legs[i].setVintage(from[i].getVintage());
    if (from[i].getSourceTag().size() != 0) legs[i].setSourceTag(from[i].getSourceTag());
  }
}

}  // namespace counterfoil
