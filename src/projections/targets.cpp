#include <schema/views.capnp.h>

#include <algorithm>

#include "projections/own.h"
#include "projections/read_models.h"

namespace counterfoil {
namespace {

using schema::Fact;
using Row = schema::TargetRow;

/// Rows by fiscal year and subject, then in the order of submission.
Key key_of_row(std::int32_t year, std::string_view about, std::uint64_t sequence) {
  return Key(row_letter).year(year).text(about).number(sequence);
}

Row::State state_of(const Change* reversal, bool in_force, bool approved, bool returned) {
  if (reversal != nullptr) return Row::State::REVERSED;
  if (in_force) return Row::State::IN_FORCE;
  if (approved) return Row::State::REPLACED;
  return returned ? Row::State::RETURNED : Row::State::SUBMITTED;
}

/// The versions of one subject and year, and what stands of the decisions on them.
class Versions {
 public:
  Versions(Rows& rows, std::int32_t year, std::string about)
      : rows_(rows), standings_(rows), year_(year), about_(std::move(about)) {}

  Result<void> load() {
    CF_LET(submitted_, standings_.all(Fact::TARGET_SUBMITTED, counterfoil::key_of(year_, about_)));
    CF_LET(approvals_, standings_.all(Fact::TARGET_APPROVED, counterfoil::key_of(year_, about_)));
    return {};
  }

  Result<void> put_all() {
    for (const HeldRecord& one : submitted_) CF_TRY(put(one, nullptr));
    return {};
  }

  Result<void> put(const HeldRecord& submission, const Change* reversal) {
    const std::uint64_t sequence = submission.sequence().value;
    CF_LET(const auto returned,
           standings_.newest(Fact::TARGET_RETURNED, counterfoil::key_of(submission.sequence())));
    const auto approval =
        std::find_if(approvals_.rbegin(), approvals_.rend(), [&](const HeldRecord& one) {
          return one.fact().getTargetApproved().getTarget() == sequence;
        });
    const bool approved = approval != approvals_.rend();
    CF_LET(const About whom, about_of(rows_, about_));
    CF_LET(const std::uint32_t version, version_of(sequence));
    put_row<Row>(rows_, key_of_row(year_, about_, sequence), [&](Row::Builder row) {
      const auto target = submission.fact().getTargetSubmitted();
      row.setSequence(sequence);
      row.setAbout(target.getAbout());
      row.setProject(text_of(whom.project));
      row.setUnit(target.getUnit());
      row.setFiscalYear(year_);
      row.setVersion(version);
      row.setState(
          state_of(reversal, approval == approvals_.rbegin() && approved, approved, !!returned));
      row.setIndicators(target.getIndicators().size());
      row.setDecidedAt(submission->getDecidedAt());
      row.setActor(submission->getActor());
      row.setDocument(text_of(std::string(document_of(*submission))));
      if (approved) {
        row.setApproval(approval->sequence().value);
        row.setApprovedAt((*approval)->getDecidedAt());
        if (!document_of(**approval).empty())
          row.setDocument(text_of(std::string(document_of(**approval))));
      }
      if (returned) {
        row.setReturned(returned->sequence().value);
        row.setReason((*returned)->getReason());
      }
      if (reversal != nullptr) row.setReversedBy(reversal->reversed_by);
    });
    return {};
  }

 private:
  /// From 1; the submission's place among those that were ever made.
  Result<std::uint32_t> version_of(std::uint64_t sequence) {
    std::uint32_t version = 1;
    const Key mine = key_of_row(year_, about_, sequence);
    CF_TRY(rows_.each(Key(row_letter).year(year_).text(about_),
                      [&](std::string_view key, std::string_view) -> Result<bool> {
                        if (key >= std::string_view(mine)) return false;
                        ++version;
                        return true;
                      }));
    return version;
  }

  Rows& rows_;
  Standings standings_;
  std::int32_t year_;
  std::string about_;
  std::vector<HeldRecord> submitted_;
  std::vector<HeldRecord> approvals_;  // that stand, oldest first; the last one counts
};

class Targets final : public RowProjection<Row> {
 public:
  std::string_view name() const override { return "targets"; }
  MadeOf made_of() const override { return MadeOf::projects; }

  Result<void> fold(schema::Record::Reader record, Rows& rows) const override {
    remember_registry(record, rows);
    CF_LET(const auto change,
           Standings(rows).note(
               record, {Fact::TARGET_SUBMITTED, Fact::TARGET_APPROVED, Fact::TARGET_RETURNED}));
    if (!change) return {};
    const auto fact = change->record.fact();
    if (fact.isTargetSubmitted())
      return show(rows, fact.getTargetSubmitted().getFiscalYear(),
                  view(fact.getTargetSubmitted().getAbout()), *change);
    if (fact.isTargetApproved())
      return show(rows, fact.getTargetApproved().getFiscalYear(),
                  view(fact.getTargetApproved().getAbout()), *change);
    return show(rows, fact.getTargetReturned().getFiscalYear(),
                view(fact.getTargetReturned().getAbout()), *change);
  }

 private:
  static Result<void> show(Rows& rows, std::int32_t year, std::string_view about,
                           const Change& change) {
    Versions versions(rows, year, std::string(about));
    CF_TRY(versions.load());
    CF_TRY(versions.put_all());
    if (change.reversed_by == 0 || !change.record.fact().isTargetSubmitted()) return {};
    return versions.put(change.record, &change);
  }
};

}  // namespace

const Projection& targets_projection() {
  static const Targets one;
  return one;
}

}  // namespace counterfoil
