#include <map>

#include "codec/line.h"
#include "domain/fiscal_year.h"
#include "domain/rules/rule.h"

namespace counterfoil {
namespace {

using schema::Fact;

Result<void> check_expired(RuleCase& rule_case, const LineId& line, Money amount,
                           const HeldRecord& classified) {
  const auto fact = classified.fact().getProjectClassified();
  CF_LET(const auto ledger, rule_case.after().state<LedgerState>("ledger"));
  const Date start = first_day(ledger, line.fiscal_year);
  if (!fact.getHasExpiresOn() || Date{fact.getExpiresOn()} >= start) return {};
  return report_breach(
      rule_case.deciding, "R6",
      fmt::format("{} minor units for project {}, whose policy ended on {} (record {})",
                  amount.minor, line.project, format_date(Date{fact.getExpiresOn()}),
                  classified.sequence().value),
      "Appropriate 0, or classify the project anew");
}

/// What reviews allow the project of the line's fund: the newest of each request.
struct Allowed {
  Wide amount = 0;
  std::vector<std::uint64_t> reviews;
  std::vector<Sequence> rests_on;  // those that allow something
};
Result<Allowed> allowed_by_reviews(Book& book, const LineId& line) {
  CF_LET(const auto reviews,
         standing(book, Fact::ITEM_REVIEWED, key_of(line.fiscal_year, line.project)));
  std::map<std::uint64_t, HeldRecord> of_request;
  for (const Sequence sequence : reviews) {
    CF_LET(HeldRecord review, held_record(book, sequence));
    const auto fact = review.fact().getItemReviewed();
    if (view(fact.getFund()) == line.fund)
      of_request.insert_or_assign(fact.getRequest(), std::move(review));
  }
  Allowed allowed;
  for (const auto& [request, review] : of_request) {
    const std::int64_t amount = review.fact().getItemReviewed().getAmount();
    allowed.amount += amount;
    allowed.reviews.push_back(review.sequence().value);
    if (amount > 0) allowed.rests_on.push_back(review.sequence());
  }
  return allowed;
}

/// R6: last year's money is no reason for this year's; a review is.
Result<void> check_zero_base(RuleCase& rule_case) {
  const auto fact = rule_case.fact.getBudgetAppropriated();
  CF_LET(const LineId line, parse_line(view(fact.getLine())));
  const Money amount{fact.getAmount()};
  if (amount.minor <= 0 || !rule_case.rules().is_expenditure(line.measure)) return {};
  CF_LET(const auto classified, classification(rule_case.after(), line.project));
  if (classified) CF_TRY(check_expired(rule_case, line, amount, *classified));
  const bool is_key = classified && classified->fact().getProjectClassified().getKey();
  if (!rule_case.rules().all_projects_need_reviews && !is_key) return {};
  CF_LET(const Allowed allowed, allowed_by_reviews(rule_case.after(), line));
  if (allowed.reviews.empty())
    return report_breach(
        rule_case.deciding, "R6",
        fmt::format("{} minor units of fund {} for project {} in {} rest on no review of the item",
                    amount.minor, line.fund, line.project, line.fiscal_year),
        "Record a budgetRequested and an itemReviewed of that fund first");
  CF_LET(const auto sums, project_sums(rule_case.after(), rule_case.rules(), line.fiscal_year,
                                       line.project, line.fund));
  if (sums.original.minor > allowed.amount)
    CF_TRY(report_breach(
        rule_case.deciding, "R6",
        fmt::format("project {} would have {} minor units of fund {}; the review of record {} "
                    "allows {}",
                    line.project, sums.original.minor, line.fund, fmt::join(allowed.reviews, ", "),
                    allowed.amount),
        "Appropriate no more than was allowed, or review the item again"));
  for (const Sequence review : allowed.rests_on)
    CF_TRY(want_cited(rule_case.deciding, "R6", review, "the item's review"));
  return {};
}

}  // namespace

std::vector<Rule> zero_base_rules() {
  return {{"R6", Fact::BUDGET_APPROPRIATED, check_zero_base}};
}

}  // namespace counterfoil
