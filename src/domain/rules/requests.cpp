#include <algorithm>
#include <array>

#include "domain/base.h"
#include "domain/grades.h"
#include "domain/rules/rule.h"

namespace counterfoil {
namespace {

using schema::Fact;

/// R2: what is requested is itemised.
Result<void> check_itemised(RuleCase& rule_case) {
  const auto request = rule_case.fact.getBudgetRequested();
  const auto broken = [&](std::string finding, std::string_view remedy) {
    return report_breach(rule_case.deciding, "R2", std::move(finding), remedy);
  };
  if (request.getContent().size() == 0)
    return broken("the request does not say what the money is for", "Fill in content");
  if (request.getCostLines().size() == 0)
    return broken("the request has no cost lines", "List what the amount is made of");
  Wide sum = 0;
  for (const auto line : request.getCostLines()) sum += line.getAmount();
  if (sum == request.getAmount()) return {};
  return broken(fmt::format("the cost lines sum to {} minor units, the amount requested is {}", sum,
                            request.getAmount()),
                "Correct the cost lines or the amount");
}

/// The standard in force on the day: the newest of those that count by then.
Result<std::optional<HeldRecord>> standard_on(Book& book, std::string_view standard, Date day) {
  CF_LET(const auto all, standing(book, Fact::EXPENDITURE_STANDARD_SET, standard));
  std::optional<HeldRecord> found;
  for (const Sequence sequence : all) {
    CF_LET(HeldRecord record, held_record(book, sequence));
    if (record->getEffectiveOn() > day.days) continue;
    if (!found || record->getEffectiveOn() >= (*found)->getEffectiveOn()) found = std::move(record);
  }
  return found;
}

/// floor(quantity × unit amount), at most what 64 bits hold; 0 for a quantity below 0.
Money price(schema::Decimal::Reader quantity, Money unit_amount) {
  Wide product = static_cast<Wide>(quantity.getCoefficient()) * unit_amount.minor;
  for (unsigned scale = quantity.getScale(); scale > 0; --scale) product /= 10;
  return Money{static_cast<std::int64_t>(std::clamp<Wide>(product, 0, INT64_MAX))};
}

/// R12: where there is a standard, no cost line is above quantity × standard.
Result<void> check_standards(RuleCase& rule_case) {
  for (const auto line : rule_case.fact.getBudgetRequested().getCostLines()) {
    if (line.getStandard().size() == 0) continue;
    const std::string_view id = view(line.getStandard());
    CF_LET(const auto standard,
           standard_on(rule_case.after(), id, rule_case.deciding.stamp.decided_on));
    if (!standard) {
      CF_TRY(report_breach(
          rule_case.deciding, "R12",
          fmt::format("no standard {} is in force on {}", id,
                      format_date(rule_case.deciding.stamp.decided_on)),
          "Record an expenditureStandardSet that counts by then, or name another standard"));
      continue;
    }
    const Money unit_amount{standard->fact().getExpenditureStandardSet().getUnitAmount()};
    const Money most = price(line.getQuantity(), unit_amount);
    if (line.getAmount() > most.minor)
      CF_TRY(report_breach(
          rule_case.deciding, "R12",
          fmt::format("cost line \"{}\" is {} minor units; by standard {}, record {}, of {} each "
                      "it may be {}",
                      view(line.getName()), line.getAmount(), id, standard->sequence().value,
                      unit_amount.minor, most.minor),
          "Lower the cost line to that"));
    CF_TRY(want_cited(rule_case.deciding, "R12", standard->sequence(), "the standard"));
  }
  return {};
}

constexpr std::array<std::string_view, 6> factor_names = {
    "", "the execution rate", "the grade", "the level of detail", "the stock", "the audit finding"};

std::string_view about_of(Fact::Reader event) {
  switch (event.which()) {
    case Fact::MONITORING_CHECKED:
      return view(event.getMonitoringChecked().getAbout());
    case Fact::GRADE_ASSIGNED:
      return view(event.getGradeAssigned().getAbout());
    case Fact::AUDIT_FINDING_RECORDED:
      return view(event.getAuditFindingRecorded().getAbout());
    default:
      return view(event.getFactorAssessed().getAbout());
  }
}

/// Whether the event itself says that the factor is breached, whatever the review makes of it.
bool is_breached(Fact::Reader event) {
  switch (event.which()) {
    case Fact::GRADE_ASSIGNED:
      return event.getGradeAssigned().getGrade() >= schema::GradeAssigned::Grade::MEDIUM;
    case Fact::AUDIT_FINDING_RECORDED:
      return event.getAuditFindingRecorded().getSeverity() ==
             schema::AuditFindingRecorded::Severity::MAJOR;
    case Fact::FACTOR_ASSESSED:
      return event.getFactorAssessed().getBreached();
    default:
      return false;  // a light tells of targets, too
  }
}

/// Whether what the factor rests on is about the project, one that it took over, or the unit that
/// applies.
Result<bool> concerns(Book& book, std::string_view about, schema::BudgetRequested::Reader request) {
  if (about.starts_with("unit/")) return about.substr(5) == view(request.getUnit());
  if (!about.starts_with("project/")) return false;
  CF_LET(const auto projects, predecessors_of(book, view(request.getProject())));
  return std::any_of(projects.begin(), projects.end(),
                     [&](const Share& share) { return about.substr(8) == share.project; });
}

/// The grade that a review looks at: the current one of the last year in which the project was
/// evaluated. Where it never was, of a project that it took over (the one named, if it is one); and
/// only where none of them was, of the unit that is named.
Result<std::optional<Grade>> grade_to_look_at(Book& book, std::string_view project,
                                              std::string_view about) {
  CF_LET(const auto shares, predecessors_of(book, project));
  std::vector<std::string> subjects;
  for (const Share& share : shares) subjects.push_back(fmt::format("project/{}", share.project));
  const auto after_own = subjects.begin() + (subjects.empty() ? 0 : 1);
  subjects.emplace(about.starts_with("project/") ? after_own : subjects.end(), about);
  for (const std::string& subject : subjects) {
    CF_LET(const auto grades, current_grades(book, subject, schema::GradeAssigned::Level::SELF));
    if (!grades.empty()) return grades.front();
  }
  return std::nullopt;
}

/// Looks at the event that a factor rests on.
Result<void> check_factor(RuleCase& rule_case, std::string_view factor, const HeldRecord& event,
                          schema::BudgetRequested::Reader request) {
  const auto broken = [&](std::string finding) {
    return report_breach(rule_case.deciding, "R11", std::move(finding),
                         "Name the event of the project or its unit that counts now");
  };
  const std::string_view about = about_of(event.fact());
  CF_LET(const bool concerned, concerns(rule_case.after(), about, request));
  if (!concerned)
    CF_TRY(broken(fmt::format("{}, record {}, is about {}, not about project {} or unit {}", factor,
                              event.sequence().value, about, view(request.getProject()),
                              view(request.getUnit()))));
  if (event.fact().isGradeAssigned()) {
    CF_LET(const auto grade,
           grade_to_look_at(rule_case.after(), view(request.getProject()), about));
    if (grade && grade->sequence != event.sequence())
      CF_TRY(broken(fmt::format("{}, record {}, is not the one that counts now, record {}", factor,
                                event.sequence().value, grade->sequence.value)));
  }
  return want_cited(rule_case.deciding, "R11", event.sequence(), factor);
}

/// R11: a review looks at all five factors, and takes off what the breached ones cost.
Result<void> check_five_factors(RuleCase& rule_case) {
  const auto review = rule_case.fact.getItemReviewed();
  CF_LET(const HeldRecord record, held_record(rule_case.after(), Sequence{review.getRequest()}));
  const auto request = record.fact().getBudgetRequested();
  std::array<bool, factor_names.size()> named{};
  std::uint32_t cut = 0;
  std::vector<std::string> breached;
  for (const auto factor : review.getFactors()) {
    const auto kind = static_cast<std::size_t>(factor.getKind());
    named[kind] = factor.getHasEvent();
    if (!factor.getHasEvent()) continue;
    CF_LET(const HeldRecord event, held_record(rule_case.after(), Sequence{factor.getEvent()}));
    CF_TRY(check_factor(rule_case, factor_names[kind], event, request));
    if (!factor.getBreached() && !is_breached(event.fact())) continue;
    cut += rule_case.rules().factor_cuts[kind];
    breached.push_back(fmt::format("{}, record {}", factor_names[kind], factor.getEvent()));
  }
  for (std::size_t kind = 1; kind < named.size(); ++kind)
    if (!named[kind])
      CF_TRY(report_breach(rule_case.deciding, "R11",
                           fmt::format("the review does not look at {}", factor_names[kind]),
                           "Name the event that the factor rests on"));
  const Money most =
      floor_of(Money{request.getAmount()}, 10'000 - std::min<std::uint32_t>(cut, 10'000));
  if (review.getAmount() <= most.minor) return {};
  return report_breach(
      rule_case.deciding, "R11",
      fmt::format("{} minor units would be allowed; of the {} requested by record {}, the breached "
                  "factors ({}) leave {}, a cut of {} basis points",
                  review.getAmount(), request.getAmount(), review.getRequest(),
                  breached.empty() ? "none" : fmt::format("{}", fmt::join(breached, "; ")),
                  most.minor, cut),
      fmt::format("Allow at most {}, or cancel the item", most.minor));
}

}  // namespace

std::vector<Rule> request_rules() {
  return {{"R2", Fact::BUDGET_REQUESTED, check_itemised},
          {"R12", Fact::BUDGET_REQUESTED, check_standards},
          {"R11", Fact::ITEM_REVIEWED, check_five_factors}};
}

}  // namespace counterfoil
