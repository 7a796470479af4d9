#include <array>

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
  return broken(fmt::format("the cost lines sum to {} minor units, the amount requested is {}",
                            static_cast<std::int64_t>(sum), request.getAmount()),
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

/// floor(quantity × unit amount); nothing where it does not fit.
std::optional<Money> price(schema::Decimal::Reader quantity, Money unit_amount) {
  Wide product = static_cast<Wide>(quantity.getCoefficient()) * unit_amount.minor;
  for (unsigned scale = quantity.getScale(); scale > 0; --scale) product /= 10;
  if (product < 0 || product > INT64_MAX) return std::nullopt;
  return Money{static_cast<std::int64_t>(product)};
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
    const auto most = price(line.getQuantity(), unit_amount);
    if (most && line.getAmount() > most->minor)
      CF_TRY(report_breach(
          rule_case.deciding, "R12",
          fmt::format("cost line \"{}\" is {} minor units; by standard {}, record {}, of {} each "
                      "it may be {}",
                      view(line.getName()), line.getAmount(), id, standard->sequence().value,
                      unit_amount.minor, most->minor),
          "Lower the cost line to that"));
    CF_TRY(want_cited(rule_case.deciding, "R12", standard->sequence(), "the standard"));
  }
  return {};
}

constexpr std::array<std::string_view, 6> factor_names = {
    "", "the execution rate", "the grade", "the level of detail", "the stock", "audit findings"};

/// R11: a review looks at all five factors, and takes off what the breached ones cost.
Result<void> check_five_factors(RuleCase& rule_case) {
  const auto review = rule_case.fact.getItemReviewed();
  std::array<bool, factor_names.size()> named{};
  std::uint32_t cut = 0;
  for (const auto factor : review.getFactors()) {
    const auto kind = static_cast<std::size_t>(factor.getKind());
    named[kind] = factor.getHasEvent();
    if (factor.getBreached()) cut += rule_case.rules().factor_cuts[kind];
  }
  for (std::size_t kind = 1; kind < named.size(); ++kind)
    if (!named[kind])
      CF_TRY(report_breach(rule_case.deciding, "R11",
                           fmt::format("the review does not look at {}", factor_names[kind]),
                           "Name the event that the factor rests on"));
  for (const auto factor : review.getFactors())
    if (factor.getHasEvent())
      CF_TRY(want_cited(rule_case.deciding, "R11", Sequence{factor.getEvent()},
                        factor_names[static_cast<std::size_t>(factor.getKind())]));
  CF_LET(const HeldRecord request, held_record(rule_case.after(), Sequence{review.getRequest()}));
  const Money requested{request.fact().getBudgetRequested().getAmount()};
  const Money most = floor_of(requested, 10'000 - std::min<std::uint32_t>(cut, 10'000));
  if (review.getAmount() <= most.minor) return {};
  return report_breach(
      rule_case.deciding, "R11",
      fmt::format("{} minor units would be allowed; of the {} requested by record {}, the breached "
                  "factors leave {} (a cut of {} basis points)",
                  review.getAmount(), requested.minor, review.getRequest(), most.minor, cut),
      "Allow no more than that, or cancel the item");
}

}  // namespace

std::vector<Rule> request_rules() {
  return {{"R2", Fact::BUDGET_REQUESTED, check_itemised},
          {"R12", Fact::BUDGET_REQUESTED, check_standards},
          {"R11", Fact::ITEM_REVIEWED, check_five_factors}};
}

}  // namespace counterfoil
