#include <set>

#include "domain/facts/deciding.h"

/// What comes first, transfers for a purpose, and what is told to the public.
namespace counterfoil {

using schema::Fact;

Result<void> decide_priority_list_adopted(Deciding& deciding, Fact::Builder fact) {
  const auto adopted = fact.asReader().getPriorityListAdopted();
  CF_TRY(check_fiscal_year(adopted.getFiscalYear()));
  if (adopted.getItems().size() == 0)
    return fail(ErrorCode::invalid, "a priority list has at least one item");
  std::set<std::string_view> projects;
  for (const auto item : adopted.getItems()) {
    CF_TRY(check_not_negative(item.getRequired(), "what an item requires"));
    CF_TRY(check_project(deciding, view(item.getProject())));
    if (!projects.insert(view(item.getProject())).second)
      return fail(ErrorCode::invalid, "project {} stands on the list twice",
                  view(item.getProject()));
  }
  return {};
}

Result<void> decide_funding_plan_filed(Deciding& deciding, Fact::Builder fact) {
  const auto plan = fact.asReader().getFundingPlanFiled();
  CF_TRY(check_fiscal_year(plan.getFiscalYear()));
  CF_LET(const auto list, newest(deciding.book, Fact::PRIORITY_LIST_ADOPTED,
                                 fmt::format("list/{}", view(plan.getList()))));
  if (!list)
    return fail(ErrorCode::refused, "list {} is not known: record a priorityListAdopted first",
                view(plan.getList()));
  if (plan.getItems().size() == 0)
    return fail(ErrorCode::invalid, "a funding plan has at least one item");
  for (const auto item : plan.getItems()) {
    CF_TRY(check_not_negative(item.getPlanned(), "what is planned for an item"));
    CF_TRY(check_project(deciding, view(item.getProject())));
  }
  return {};
}

namespace {

/// A tag has one purpose, or a second transfer would free what the first earmarked.
Result<void> check_same_purpose(Deciding& deciding, schema::TransferReceived::Reader received) {
  CF_LET(const auto earlier,
         newest(deciding.book, Fact::TRANSFER_RECEIVED, view(received.getSourceTag())));
  if (!earlier) return {};
  const auto before = earlier->fact().getTransferReceived();
  if (before.getEarmarked() == received.getEarmarked() &&
      (!before.getEarmarked() || before.getPurpose() == received.getPurpose()))
    return {};
  return fail(ErrorCode::refused,
              "the tag {} is of record {}, which is {}: give this transfer a tag of its own",
              view(received.getSourceTag()), earlier->sequence().value,
              before.getEarmarked()
                  ? fmt::format("earmarked for project {}", view(before.getPurpose()))
                  : "not earmarked");
}

}  // namespace

Result<void> decide_transfer_received(Deciding& deciding, Fact::Builder fact) {
  const auto received = fact.asReader().getTransferReceived();
  CF_TRY(check_fiscal_year(received.getFiscalYear()));
  CF_TRY(check_not_negative(received.getAmount(), "a transfer"));
  if (received.getEarmarked() && received.getPurpose().size() == 0)
    return fail(ErrorCode::invalid, "an earmarked transfer names the project that it is for");
  CF_TRY(check_same_purpose(deciding, received));
  if (received.getPurpose().size() == 0) return {};
  return check_project(deciding, view(received.getPurpose()));
}

Result<void> decide_training_held(Deciding& deciding, Fact::Builder fact) {
  const auto training = fact.asReader().getTrainingHeld();
  if (training.getTopic().size() == 0) return fail(ErrorCode::invalid, "a training has a topic");
  if (training.getUnit().size() == 0) return {};
  return check_unit(deciding, view(training.getUnit()));
}

Result<void> decide_disclosure_published(Deciding& deciding, Fact::Builder fact) {
  const auto disclosure = fact.asReader().getDisclosurePublished();
  CF_TRY(check_fiscal_year(disclosure.getFiscalYear()));
  CF_TRY(check_about(deciding, view(disclosure.getAbout())));
  if (disclosure.getUrl().size() == 0 || disclosure.getHash().size() == 0)
    return fail(ErrorCode::invalid,
                "a disclosure names its url and the hash of what was published");
  return {};
}

}  // namespace counterfoil
