#include <map>

#include "codec/text.h"
#include "domain/facts/deciding.h"
#include "domain/proposals.h"
#include "service/proposal_filling.h"
#include "service/proposing.h"

namespace counterfoil {
namespace {

using schema::Fact;
using State = schema::ProposalRow::State;

/// Adds the command that carries out an approved proposal.
Result<void> add_carrying_out(ProposalFilling& page, const ProposalRecord& approved) {
  capnp::MallocMessageBuilder message;
  auto command = message.initRoot<schema::Command>();
  fill_adjustment(command, *approved.record, approved.approval,
                  fmt::format("carry-out/{}", approved.record.sequence().value));
  if (approved.record->getCorrelationId().size() != 0)
    command.setCorrelationId(approved.record->getCorrelationId());
  std::set<std::string> lines;
  for (const auto leg : approved.proposed().getLegs()) lines.emplace(view(leg.getLine()));
  CF_TRY(page.expect(command, lines));
  page.add_command(command);
  return {};
}

/// What the proposals of a project that cite a grade have come to.
struct GradeAnswers {
  bool undecided = false;  // one of them waits
  std::vector<Sequence> adjustments;
};
using AnswersByGrade = std::map<Sequence, GradeAnswers>;

Result<void> note(ProposalFilling& page, const ProposalRecord& one, AnswersByGrade& grades) {
  if (one.proposed().getCause() != schema::BudgetAdjusted::Cause::GRADE ||
      one.state == State::REFUSED)
    return {};
  for (const std::uint64_t cited : one.record->getEvidence()) {
    CF_LET(const auto record, page.book().record(Sequence{cited}));
    if (!record.getFact().isGradeAssigned()) continue;
    GradeAnswers& answers = grades[Sequence{cited}];
    if (one.state == State::CARRIED_OUT)
      answers.adjustments.push_back(one.adjustment);
    else
      answers.undecided = true;
  }
  return {};
}

/// Adds the command that says what answers the grade (R15), when all is carried out that was not
/// refused and nothing has answered it.
Result<void> add_answer(ProposalFilling& page, Sequence grade, const GradeAnswers& answers) {
  if (answers.undecided || answers.adjustments.empty()) return {};
  CF_LET(const auto before, standing(page.book(), Fact::RESULT_APPLIED, key_of(grade)));
  if (!before.empty()) return {};
  CF_LET(const HeldRecord record, held_record(page.book(), grade));
  const auto graded = record.fact().getGradeAssigned();
  capnp::MallocMessageBuilder message;
  auto command = message.initRoot<schema::Command>();
  command.initEvidence(1).set(0, grade.value);
  auto applied = command.initFacts(1)[0].initResultApplied();
  applied.setGrade(grade.value);
  const std::size_t count = std::min(answers.adjustments.size(), limits::list_items);
  auto list = applied.initAnswers(static_cast<unsigned>(count));
  for (unsigned i = 0; i < count; ++i) list.set(i, answers.adjustments[i].value);
  return page.add_identified(
      command, run_of_results(page.fiscal_year()),
      {fmt::format("evaluation/{}/{}", graded.getEvaluatedYear(), view(graded.getAbout()))});
}

}  // namespace

Result<ProposalPage> read_proposals(const Journal& journal, const YearQuestion& question) {
  CF_TRY(check_fiscal_year(question.fiscal_year));
  CF_LET(auto walk, journal.walk_book());
  ProposalFilling page(journal, std::move(walk), question);
  const auto visit = [&](std::string_view project) -> Result<void> {
    CF_LET(const auto lines, page.lines_of(project));
    AnswersByGrade grades;
    for (const std::string& line : lines) {
      CF_LET(const auto recorded, page.history().on_line(line));
      for (const ProposalRecord& one : recorded) {
        if (home_of(one.proposed()) != line) continue;
        CF_TRY(page.add_recorded(one));
        if (one.state == State::APPROVED) CF_TRY(add_carrying_out(page, one));
        CF_TRY(note(page, one, grades));
      }
    }
    for (const auto& [grade, answers] : grades) CF_TRY(add_answer(page, grade, answers));
    return {};
  };
  CF_TRY(page.each_project({question.fiscal_year}, visit));
  return page.take();
}

}  // namespace counterfoil
