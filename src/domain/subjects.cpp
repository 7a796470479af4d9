#include "domain/subjects.h"

#include <capnp/dynamic.h>

#include <algorithm>

#include "codec/text.h"
#include "core/limits.h"
#include "domain/line.h"

namespace counterfoil {
namespace {

class Subjects {
 public:
  void add(std::string_view subject) { found_.emplace_back(subject); }
  void add(std::string_view kind, std::string_view id) {
    found_.push_back(fmt::format("{}/{}", kind, id));
  }
  void add_if(std::string_view kind, std::string_view id) {
    if (!id.empty()) add(kind, id);
  }
  /// A line stands for itself and for its project.
  Result<LineId> add_line(std::string_view line) {
    CF_LET(const LineId id, parse_line(line));
    add(line);
    add("project", id.project);
    return id;
  }
  /// Where money moves between the budget and its source, the fund is touched too.
  Result<void> add_funded_line(std::string_view line) {
    CF_LET(const LineId id, add_line(line));
    add("fund", fmt::format("{}/{}", id.fiscal_year, id.fund));
    return {};
  }
  Result<std::vector<std::string>> take() {
    std::sort(found_.begin(), found_.end());
    found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
    if (found_.size() > limits::subjects_in_event)
      return fail(ErrorCode::limit,
                  "the event is about {} subjects; the limit is {}: split it into several events",
                  found_.size(), limits::subjects_in_event);
    for (const std::string& subject : found_) CF_TRY(check_subject(subject));
    return std::move(found_);
  }

 private:
  std::vector<std::string> found_;
};

Result<void> collect(schema::Fact::Reader fact, Subjects& subjects) {
  using schema::Fact;
  switch (fact.which()) {
    case Fact::LEDGER_OPENED:
      subjects.add("ledger");
      return {};
    case Fact::RULE_SET_PUBLISHED:
      subjects.add("ledger");
      subjects.add("ruleset", view(fact.getRuleSetPublished().getName()));
      return {};
    case Fact::UNIT_REGISTERED:
      subjects.add("unit", view(fact.getUnitRegistered().getUnit()));
      subjects.add_if("department", view(fact.getUnitRegistered().getDepartment()));
      return {};
    case Fact::PROJECT_PROPOSED: {
      const auto proposed = fact.getProjectProposed();
      subjects.add("project", view(proposed.getProject()));
      subjects.add("unit", view(proposed.getUnit()));
      for (const auto predecessor : proposed.getPredecessors())
        subjects.add("project", view(predecessor.getProject()));
      return {};
    }
    case Fact::LINE_OPENED: {
      CF_TRY(subjects.add_line(view(fact.getLineOpened().getLine())));
      subjects.add_if("unit", view(fact.getLineOpened().getUnit()));
      return {};
    }
    case Fact::TARGET_SUBMITTED:
      subjects.add(view(fact.getTargetSubmitted().getAbout()));
      subjects.add("unit", view(fact.getTargetSubmitted().getUnit()));
      return {};
    case Fact::TARGET_APPROVED:
      subjects.add(view(fact.getTargetApproved().getAbout()));
      return {};
    case Fact::BUDGET_APPROPRIATED:
      CF_TRY(subjects.add_funded_line(view(fact.getBudgetAppropriated().getLine())));
      subjects.add_if("pool", view(fact.getBudgetAppropriated().getPool()));
      return {};
    case Fact::BUDGET_ADJUSTED:
      for (const auto leg : fact.getBudgetAdjusted().getLegs())
        CF_TRY(subjects.add_funded_line(view(leg.getLine())));
      subjects.add_if("request", view(fact.getBudgetAdjusted().getRequest()));
      subjects.add_if("pool", view(fact.getBudgetAdjusted().getPool()));
      return {};
    case Fact::COMMITMENT_RECORDED:
      CF_TRY(subjects.add_line(view(fact.getCommitmentRecorded().getLine())));
      return {};
    case Fact::PAYMENT_RECORDED:
      CF_TRY(subjects.add_line(view(fact.getPaymentRecorded().getLine())));
      return {};
    case Fact::MONITORING_CHECKED:
      subjects.add(view(fact.getMonitoringChecked().getAbout()));
      return {};
    case Fact::GRADE_ASSIGNED: {
      const auto grade = fact.getGradeAssigned();
      subjects.add(view(grade.getAbout()));
      subjects.add(
          fmt::format("evaluation/{}/{}", grade.getEvaluatedYear(), view(grade.getAbout())));
      return {};
    }
    case Fact::EVENT_REVERSED:
      for (const auto effect : fact.getEventReversed().getEffects())
        CF_TRY(subjects.add_line(view(effect.getLine())));
      for (const auto subject : fact.getEventReversed().getSubjects()) subjects.add(view(subject));
      return {};
    case Fact::UNSPECIFIED:
      break;
  }
  return {};
}

}  // namespace

Result<void> check_known(schema::Fact::Reader fact) {
  const auto tag = static_cast<unsigned>(fact.which());
  const auto newest = static_cast<unsigned>(schema::Fact::EVENT_REVERSED);
  if (tag != static_cast<unsigned>(schema::Fact::UNSPECIFIED) && tag <= newest) return {};
  return fail(ErrorCode::unsupported,
              "this build does not know the fact with tag {}: install a newer one", tag);
}

Result<std::vector<std::string>> subjects_of(schema::Fact::Reader fact) {
  Subjects subjects;
  CF_TRY(check_known(fact));
  CF_TRY(collect(fact, subjects));
  return subjects.take();
}

std::string_view fact_name(schema::Fact::Reader fact) {
  const capnp::DynamicStruct::Reader dynamic = fact;
  KJ_IF_MAYBE (field, dynamic.which()) {
    return view(field->getProto().getName());
  }
  return "unknown";
}

}  // namespace counterfoil
