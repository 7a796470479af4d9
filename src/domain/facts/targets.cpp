#include <set>

#include "core/limits.h"
#include "domain/facts/deciding.h"

namespace counterfoil {

Result<void> decide_target_submitted(Deciding& deciding, schema::Fact::Builder fact) {
  const auto submitted = fact.asReader().getTargetSubmitted();
  CF_TRY(check_about(deciding, view(submitted.getAbout())));
  CF_TRY(check_fiscal_year(submitted.getFiscalYear()));
  CF_TRY(check_about(deciding, fmt::format("unit/{}", view(submitted.getUnit()))));
  const auto indicators = submitted.getIndicators();
  if (indicators.size() == 0)
    return fail(ErrorCode::invalid, "a target needs at least one indicator");
  if (indicators.size() > limits::indicators_in_target)
    return fail(ErrorCode::limit, "the target has {} indicators; the limit is {}",
                indicators.size(), limits::indicators_in_target);
  std::set<std::string_view> names;
  for (const auto indicator : indicators) {
    const std::string_view name = view(indicator.getName());
    if (name.empty() || !names.insert(name).second)
      return fail(ErrorCode::invalid,
                  "each indicator of a target needs a name of its own; \"{}\" is not", name);
    if (indicator.getDimension() == schema::Indicator::Dimension::UNSPECIFIED)
      return fail(ErrorCode::invalid, "indicator \"{}\" needs a dimension, such as quantity", name);
    const bool qualitative = indicator.getDirection() == schema::Indicator::Direction::QUALITATIVE;
    if (qualitative && indicator.getStatement().size() == 0)
      return fail(ErrorCode::invalid, "the qualitative indicator \"{}\" needs a statement", name);
  }
  return {};
}

Result<void> decide_target_approved(Deciding& deciding, schema::Fact::Builder fact) {
  auto approved = fact.getTargetApproved();
  const std::uint64_t target = approved.getTarget();
  CF_LET(const auto record,
         named_event(deciding, target, schema::Fact::TARGET_SUBMITTED, "targetSubmitted"));
  const auto submitted = record.getFact().getTargetSubmitted();
  approved.setAbout(submitted.getAbout());
  approved.setFiscalYear(submitted.getFiscalYear());
  CF_LET(const auto state, deciding.book.state<TargetState>(target_key(
                               view(approved.asReader().getAbout()), approved.getFiscalYear())));
  if (!state.approvals.empty() && state.approvals.back().target.value == target)
    return fail(ErrorCode::refused, "target {} is the version in force already, by approval {}",
                target, state.approvals.back().approval.value);
  return {};
}

Result<void> decide_target_returned(Deciding& deciding, schema::Fact::Builder fact) {
  auto returned = fact.getTargetReturned();
  const std::uint64_t target = returned.getTarget();
  CF_LET(const auto record,
         named_event(deciding, target, schema::Fact::TARGET_SUBMITTED, "targetSubmitted"));
  const auto submitted = record.getFact().getTargetSubmitted();
  returned.setAbout(submitted.getAbout());
  returned.setFiscalYear(submitted.getFiscalYear());
  if (deciding.command.getReason().size() == 0)
    return fail(ErrorCode::invalid, "a target is returned with a reason: what is missing");
  CF_LET(const auto event, deciding.book.state<EventState>(event_key(Sequence{target})));
  if (event.approvals == 0) return {};
  return fail(ErrorCode::refused, "target {} is approved: reverse the approval first", target);
}

}  // namespace counterfoil
