#include "service/proposal_record.h"

#include <algorithm>
#include <set>

#include "codec/text.h"
#include "core/limits.h"
#include "domain/effects.h"
#include "domain/grades.h"
#include "domain/proposals.h"

namespace counterfoil {
namespace {

using schema::Fact;
using Kind = schema::BudgetAdjusted::Kind;
using State = schema::ProposalRow::State;

constexpr std::string_view results_prefix = "apply-results/";
constexpr std::string_view closing_prefix = "close-period/";

/// Whether its amounts were computed from the state of its lines, by one of our commands.
bool is_computed(schema::Record::Reader proposal) {
  const std::string_view run = view(proposal.getCorrelationId());
  return run.starts_with(results_prefix) || run.starts_with(closing_prefix);
}

/// Whether the record changes what the proposal was computed from: the line's budget, and what is
/// unspent of it where unspent money is moved. What the same run computed is no change: it took the
/// other proposals' money for granted.
Result<bool> moves(schema::Record::Reader record, std::string_view line,
                   schema::Record::Reader proposal) {
  const auto fact = record.getFact();
  if (fact.isBudgetAdjusted() && record.getCorrelationId() == proposal.getCorrelationId())
    return false;
  const Kind kind = proposal.getFact().getAdjustmentProposed().getKind();
  const bool is_of_unspent = kind == Kind::CARRY_OVER || kind == Kind::CLAWBACK;
  bool moved = false;
  CF_TRY(for_each_line_effect(fact, [&](const LineEffect& effect) -> Result<void> {
    const bool counts = is_part_of_current(effect.component) ||
                        (is_of_unspent && effect.component == schema::Component::SPENT);
    moved = moved || (effect.line == line && counts && effect.amount.minor != 0);
    return {};
  }));
  return moved;
}

bool have_same_legs(schema::AdjustmentProposed::Reader one,
                    schema::AdjustmentProposed::Reader other) {
  if (one.getLegs().size() != other.getLegs().size() || one.getPool() != other.getPool())
    return false;
  for (unsigned i = 0; i < one.getLegs().size(); ++i) {
    const auto leg = one.getLegs()[i];
    const auto as = other.getLegs()[i];
    if (leg.getLine() != as.getLine() || leg.getAmount() != as.getAmount() ||
        leg.getVintage() != as.getVintage() || leg.getSourceTag() != as.getSourceTag())
      return false;
  }
  return true;
}

}  // namespace

std::string run_of_results(std::int32_t fiscal_year) {
  return fmt::format("{}{}", results_prefix, fiscal_year);
}
std::string run_of_closing(std::int32_t fiscal_year) {
  return fmt::format("{}{}", closing_prefix, fiscal_year);
}

Result<void> ProposalHistory::each_record(std::string_view line, std::uint64_t from,
                                          const Visit& visit) {
  CF_LET(const Page page, book_.page(line));
  RecordBuffer buffer;
  std::string bytes;
  while (from < page.count) {
    const std::size_t wanted = std::min<std::size_t>(page.count - from, limits::rows_in_page);
    CF_LET(const auto sequences, journal_.history(line, Ordinal{from}, wanted));
    if (sequences.empty()) return {};
    from += sequences.size();
    for (const Sequence sequence : sequences) {
      CF_TRY(journal_.read(sequence, bytes));
      CF_LET(const auto record, buffer.load(bytes));
      CF_TRY(check_foldable(record));
      ++records_read_;
      CF_TRY(visit(record));
    }
  }
  return {};
}

/// What reversed one of the cited events, or superseded or waived a cited grade; 0 where nothing
/// did.
Result<Sequence> ProposalHistory::changed_evidence(schema::Record::Reader proposal) {
  for (const std::uint64_t cited : proposal.getEvidence()) {
    CF_LET(const auto event, book_.state<EventState>(event_key(Sequence{cited})));
    if (event.reversed) return event.reversed_by;
    CF_LET(const HeldRecord record, held_record(book_, Sequence{cited}));
    if (!record.fact().isGradeAssigned()) continue;
    CF_LET(const auto waiver, waiver_of(book_, Sequence{cited}));
    if (waiver) return *waiver;
    const auto grade = record.fact().getGradeAssigned();
    CF_LET(const auto current, current_grades(book_, view(grade.getAbout()), grade.getLevel()));
    for (const Grade& one : current)
      if (one.evaluated_year == grade.getEvaluatedYear() && one.sequence.value != cited)
        return one.sequence;
  }
  return Sequence{0};
}

/// The first record that changed a line which the proposal takes from, or what it cites; 0 where
/// none did.
Result<Sequence> ProposalHistory::moved_by(schema::Record::Reader proposal) {
  if (!is_computed(proposal)) return Sequence{0};
  CF_LET(const Sequence changed, changed_evidence(proposal));
  if (changed.value != 0) return changed;
  std::set<std::string_view> lines;
  for (const auto leg : proposal.getFact().getAdjustmentProposed().getLegs())
    if (leg.getAmount() < 0) lines.insert(view(leg.getLine()));
  Sequence first{0};
  for (const auto subject : proposal.getSubjects()) {
    const std::string_view line = view(subject.getId());
    if (!lines.contains(line)) continue;
    const auto look = [&](schema::Record::Reader record) -> Result<void> {
      CF_LET(const bool moved, moves(record, line, proposal));
      if (moved && first.value == 0) first = Sequence{record.getSequence()};
      return {};
    };
    CF_TRY(each_record(line, subject.getOrdinal() + 1, look));
  }
  return first;
}

Result<std::vector<ProposalRecord>> ProposalHistory::on_line(std::string_view line) {
  std::vector<ProposalRecord> found;
  CF_TRY(each_record(line, 0, [&](schema::Record::Reader record) -> Result<void> {
    if (record.getFact().isAdjustmentProposed()) found.push_back({HeldRecord(record)});
    return {};
  }));
  std::vector<ProposalRecord> standing_ones;
  for (ProposalRecord& one : found) {
    const std::string key = key_of(one.record.sequence());
    CF_LET(const auto event, book_.state<EventState>(event_key(one.record.sequence())));
    if (event.reversed) continue;
    CF_LET(const auto adjusted, standing(book_, Fact::BUDGET_ADJUSTED, key));
    CF_LET(const auto decision, newest(book_, Fact::APPROVAL_RECORDED, key));
    if (decision) one.approval = decision->sequence();
    if (!adjusted.empty()) {
      one.adjustment = adjusted.back();
      one.state = State::CARRIED_OUT;
    } else if (decision && decision->fact().getApprovalRecorded().getVerdict() !=
                               schema::ApprovalRecorded::Verdict::APPROVED) {
      one.state = State::REFUSED;
    } else {
      CF_LET(one.moved_by, moved_by(*one.record));
      if (one.moved_by.value != 0)
        one.state = State::MOVED;
      else if (decision)
        one.state = State::APPROVED;
    }
    standing_ones.push_back(std::move(one));
  }
  return standing_ones;
}

const ProposalRecord* answering(const std::vector<ProposalRecord>& recorded,
                                schema::AdjustmentProposed::Reader due) {
  const auto answers = [&](const ProposalRecord& one) {
    if (one.proposed().getKind() != due.getKind() || one.proposed().getCause() != due.getCause() ||
        one.state == State::CARRIED_OUT)
      return false;
    return one.state != State::REFUSED || have_same_legs(one.proposed(), due);
  };
  const auto found = std::find_if(recorded.rbegin(), recorded.rend(), answers);
  return found == recorded.rend() ? nullptr : &*found;
}

}  // namespace counterfoil
