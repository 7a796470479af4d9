#include <map>
#include <set>

#include "codec/line.h"
#include "domain/rules/rule.h"

namespace counterfoil {
namespace {

using schema::Fact;

/// Whether each of the adjustment's legs above 0 is more money, or only what its legs of one fund
/// and year come to.
enum class Counted { each, sum, none };
Counted counted(schema::BudgetAdjusted::Kind kind) {
  using Kind = schema::BudgetAdjusted::Kind;
  switch (kind) {
    case Kind::SUPPLEMENT:
    case Kind::POOL_ALLOCATION:
      return Counted::each;
    case Kind::CARRY_OVER:
    case Kind::RESTATEMENT:
      return Counted::none;
    default:
      return Counted::sum;
  }
}

/// What the adjustment's legs of each fund and year come to, over the expenditure measures.
using FundSums = std::map<std::pair<std::int32_t, std::string_view>, Wide>;
Result<FundSums> fund_sums(const RuleSet& rules, schema::BudgetAdjusted::Reader adjusted) {
  FundSums sums;
  for (const auto leg : adjusted.getLegs()) {
    CF_LET(const LineId id, parse_line(view(leg.getLine())));
    if (rules.is_expenditure(id.measure)) sums[{id.fiscal_year, id.fund}] += leg.getAmount();
  }
  return sums;
}

/// Lines that get more money from their fund, by an appropriation, a supplement, out of a pool, or
/// by any other adjustment that gives their fund's lines more than it takes; of each project, fund
/// and year one.
Result<std::vector<std::string>> increased_lines(RuleCase& rule_case) {
  std::map<std::tuple<std::int32_t, std::string, std::string>, std::string> lines;
  const auto add = [&](std::string_view line, std::int64_t amount) -> Result<void> {
    CF_LET(const LineId id, parse_line(line));
    if (amount > 0 && rule_case.rules().is_expenditure(id.measure))
      lines.emplace(std::tuple(id.fiscal_year, std::string(id.fund), std::string(id.project)),
                    std::string(line));
    return {};
  };
  if (rule_case.fact.isBudgetAppropriated()) {
    const auto fact = rule_case.fact.getBudgetAppropriated();
    CF_TRY(add(view(fact.getLine()), fact.getAmount()));
  } else {
    const auto fact = rule_case.fact.getBudgetAdjusted();
    const Counted how = counted(fact.getKind());
    if (how == Counted::none) return std::vector<std::string>();
    CF_LET(const FundSums sums, fund_sums(rule_case.rules(), fact));
    for (const auto leg : fact.getLegs()) {
      CF_LET(const LineId id, parse_line(view(leg.getLine())));
      const auto sum = sums.find({id.fiscal_year, id.fund});
      if (how == Counted::each || (sum != sums.end() && sum->second > 0))
        CF_TRY(add(view(leg.getLine()), leg.getAmount()));
    }
  }
  std::vector<std::string> found;
  found.reserve(lines.size());
  for (auto& [key, line] : lines) found.push_back(std::move(line));
  return found;
}

Result<void> for_each_increase(RuleCase& rule_case,
                               Result<void> (*check)(RuleCase&, const LineId&)) {
  CF_LET(const auto lines, increased_lines(rule_case));
  for (const std::string& line : lines) {
    CF_LET(const LineId id, parse_line(line));
    CF_TRY(check(rule_case, id));
  }
  return {};
}

/// What a fund can count on in a year, and where that is said.
struct Resources {
  Money amount;
  std::vector<Sequence> estimates;
};

Result<Resources> resources_of(Book& book, std::int32_t fiscal_year, std::string_view fund) {
  using Source = schema::RevenueEstimated::Source;
  Resources resources;
  for (const Source source : {Source::REVENUE, Source::TRANSFER, Source::CARRIED_IN, Source::DEBT,
                              Source::STABILISATION}) {
    CF_LET(const auto estimate,
           newest(book, Fact::REVENUE_ESTIMATED, estimate_key(fiscal_year, fund, source)));
    if (!estimate) continue;
    const auto sum =
        add(resources.amount, Money{estimate->fact().getRevenueEstimated().getAmount()});
    if (!sum) return fail(ErrorCode::limit, "the estimates of fund {} do not fit 64 bits", fund);
    resources.amount = *sum;
    resources.estimates.push_back(estimate->sequence());
  }
  return resources;
}

/// Current budgets of the fund's lines in the year, over the expenditure measures.
Result<Money> budgeted(Book& book, const RuleSet& rules, std::int32_t fiscal_year,
                       std::string_view fund) {
  CF_LET(const auto state, book.state<FundState>(fmt::format("fund/{}/{}", fiscal_year, fund)));
  Money total;
  for (const auto& sum : state.sums) {
    if (!rules.is_expenditure(sum.measure)) continue;
    const auto next = add(total, sum.current);
    if (!next) return fail(ErrorCode::limit, "the budgets of fund {} do not fit 64 bits", fund);
    total = *next;
  }
  return total;
}

/// The department that supervises a project's unit; the unit itself where it is one.
Result<std::string> department_of(Book& book, std::string_view project) {
  CF_LET(const auto state, book.state<ProjectState>(fmt::format("project/{}", project)));
  CF_LET(const auto unit, book.state<UnitState>(fmt::format("unit/{}", state.unit)));
  return unit.department.empty() ? state.unit : unit.department;
}

/// The appropriations of a project's lines in a year, over the expenditure measures.
Result<std::vector<Sequence>> appropriations_of(RuleCase& rule_case, std::int32_t fiscal_year,
                                                std::string_view project) {
  std::vector<Sequence> found;
  CF_LET(const auto openings,
         standing(rule_case.after(), Fact::LINE_OPENED, key_of(fiscal_year, project)));
  for (const Sequence opening : openings) {
    CF_LET(const HeldRecord record, held_record(rule_case.after(), opening));
    const std::string_view line = view(record.fact().getLineOpened().getLine());
    CF_LET(const LineId id, parse_line(line));
    CF_LET(const auto state, rule_case.after().state<LineState>(line));
    if (state.appropriated && rule_case.rules().is_expenditure(id.measure))
      found.push_back(state.appropriation);
  }
  return found;
}

/// R8 rests on the list, on the plan that was filed for it, and on what its items have.
Result<void> want_list_cited(RuleCase& rule_case, const HeldRecord& list) {
  const auto adopted = list.fact().getPriorityListAdopted();
  CF_TRY(want_cited(rule_case.deciding, "R8", list.sequence(), "the priority list"));
  CF_LET(const auto plan,
         newest(rule_case.after(), Fact::FUNDING_PLAN_FILED, view(adopted.getList())));
  if (plan) CF_TRY(want_cited(rule_case.deciding, "R8", plan->sequence(), "the funding plan"));
  for (const auto item : adopted.getItems()) {
    CF_LET(const auto appropriations,
           appropriations_of(rule_case, adopted.getFiscalYear(), view(item.getProject())));
    for (const Sequence appropriation : appropriations)
      CF_TRY(want_cited(rule_case.deciding, "R8", appropriation,
                        fmt::format("the allocation to {}", view(item.getProject()))));
  }
  return {};
}

/// R8 for one list: nothing else is developed while an item of it lacks money.
Result<void> check_list(RuleCase& rule_case, const LineId& line, const HeldRecord& list) {
  const auto adopted = list.fact().getPriorityListAdopted();
  for (const auto item : adopted.getItems())
    if (view(item.getProject()) == line.project) return {};
  for (const auto item : adopted.getItems()) {
    CF_LET(const auto sums, project_sums(rule_case.after(), rule_case.rules(), line.fiscal_year,
                                         view(item.getProject())));
    if (sums.current.minor >= item.getRequired()) continue;
    CF_TRY(report_breach(
        rule_case.deciding, "R8",
        fmt::format("project {} would be funded while item {} of list {} (record {}) has {} of the "
                    "{} minor units that it requires",
                    line.project, view(item.getProject()), view(adopted.getList()),
                    list.sequence().value, sums.current.minor, item.getRequired()),
        fmt::format("Fund {} first", view(item.getProject()))));
    break;
  }
  return want_list_cited(rule_case, list);
}

Result<void> check_priorities_for(RuleCase& rule_case, const LineId& line) {
  CF_LET(const auto classified, classification(rule_case.after(), line.project));
  if (!classified || classified->fact().getProjectClassified().getExpenditure() !=
                         schema::ProjectClassified::Expenditure::DEVELOPMENT)
    return {};
  CF_LET(const auto department, department_of(rule_case.after(), line.project));
  CF_LET(const auto adoptions, standing(rule_case.after(), Fact::PRIORITY_LIST_ADOPTED,
                                        key_of(line.fiscal_year, department)));
  std::set<std::string> seen;
  for (auto at = adoptions.rbegin(); at != adoptions.rend(); ++at) {
    CF_LET(const HeldRecord list, held_record(rule_case.after(), *at));
    if (!seen.emplace(view(list.fact().getPriorityListAdopted().getList())).second) continue;
    CF_TRY(check_list(rule_case, line, list));
  }
  return {};
}

/// R8: priorities first.
Result<void> check_priorities(RuleCase& rule_case) {
  return for_each_increase(rule_case, check_priorities_for);
}

std::string words_of(const std::vector<Sequence>& sequences) {
  if (sequences.empty()) return "of none";
  std::vector<std::uint64_t> numbers;
  numbers.reserve(sequences.size());
  for (const Sequence sequence : sequences) numbers.push_back(sequence.value);
  return fmt::format("record {}", fmt::join(numbers, ", "));
}

/// What the fund's rigid projects still lack, and the reviews that say so: the newest of each
/// project, less what it has.
struct Shortfall {
  Money lacking;
  std::vector<Sequence> reviews;
};
Result<Shortfall> rigid_shortfall(RuleCase& rule_case, const LineId& line) {
  CF_LET(const auto reviews,
         standing(rule_case.after(), Fact::ITEM_REVIEWED, rigid_key(line.fiscal_year, line.fund)));
  std::set<std::string> seen;
  Shortfall shortfall;
  for (auto at = reviews.rbegin(); at != reviews.rend(); ++at) {
    CF_LET(const HeldRecord review, held_record(rule_case.after(), *at));
    const auto fact = review.fact().getItemReviewed();
    const std::string project(view(fact.getProject()));
    if (!seen.insert(project).second) continue;
    CF_LET(const auto sums, project_sums(rule_case.after(), rule_case.rules(), line.fiscal_year,
                                         project, line.fund));
    const auto missing = subtract(Money{fact.getAmount()}, sums.current);
    if (!missing) return fail(ErrorCode::limit, "what {} requires does not fit 64 bits", project);
    if (missing->minor <= 0) continue;
    const auto sum = add(shortfall.lacking, *missing);
    if (!sum)
      return fail(ErrorCode::limit, "what fund {} requires does not fit 64 bits", line.fund);
    shortfall.lacking = *sum;
    shortfall.reviews.push_back(*at);
  }
  return shortfall;
}

Result<void> check_rigid_first_for(RuleCase& rule_case, const LineId& line) {
  CF_LET(const auto classified, classification(rule_case.after(), line.project));
  if (is_rigid(classified)) return {};
  CF_LET(const Shortfall shortfall, rigid_shortfall(rule_case, line));
  if (shortfall.lacking.minor == 0) return {};
  CF_LET(const auto resources, resources_of(rule_case.after(), line.fiscal_year, line.fund));
  CF_LET(const Money used,
         budgeted(rule_case.after(), rule_case.rules(), line.fiscal_year, line.fund));
  const Wide left = static_cast<Wide>(resources.amount.minor) - used.minor;
  if (left < shortfall.lacking.minor)
    CF_TRY(report_breach(
        rule_case.deciding, "R9",
        fmt::format("project {} would leave {} of the {} minor units of fund {} in {} (estimates: "
                    "{}), and the three guarantees and debt service still lack {} (reviews: {})",
                    line.project, left, resources.amount.minor, line.fund, line.fiscal_year,
                    words_of(resources.estimates), shortfall.lacking.minor,
                    words_of(shortfall.reviews)),
        "Fund those first, or record a new revenueEstimated"));
  for (const Sequence review : shortfall.reviews)
    CF_TRY(want_cited(rule_case.deciding, "R9", review, "the review of what is rigid"));
  return {};
}

/// R9: rigid expenditure first.
Result<void> check_rigid_first(RuleCase& rule_case) {
  return for_each_increase(rule_case, check_rigid_first_for);
}

Result<void> check_within_revenue_for(RuleCase& rule_case, const LineId& line) {
  CF_LET(const auto resources, resources_of(rule_case.after(), line.fiscal_year, line.fund));
  if (resources.estimates.empty())
    return report_breach(
        rule_case.deciding, "R10",
        fmt::format("no revenue of fund {} in {} is estimated", line.fund, line.fiscal_year),
        "Record a revenueEstimated first");
  CF_LET(const Money used,
         budgeted(rule_case.after(), rule_case.rules(), line.fiscal_year, line.fund));
  if (used > resources.amount)
    CF_TRY(report_breach(
        rule_case.deciding, "R10",
        fmt::format("the budgets of fund {} in {} would come to {} minor units, and its estimates "
                    "to {} ({})",
                    line.fund, line.fiscal_year, used.minor, resources.amount.minor,
                    words_of(resources.estimates)),
        "Appropriate less, or record a new revenueEstimated"));
  for (const Sequence estimate : resources.estimates)
    CF_TRY(want_cited(rule_case.deciding, "R10", estimate, "the estimate"));
  return {};
}

/// R10: within revenue, fund by fund.
Result<void> check_within_revenue(RuleCase& rule_case) {
  return for_each_increase(rule_case, check_within_revenue_for);
}

}  // namespace

std::vector<Rule> funding_rules() {
  return {{"R8", Fact::BUDGET_APPROPRIATED, check_priorities},
          {"R8", Fact::BUDGET_ADJUSTED, check_priorities},
          {"R9", Fact::BUDGET_APPROPRIATED, check_rigid_first},
          {"R9", Fact::BUDGET_ADJUSTED, check_rigid_first},
          {"R10", Fact::BUDGET_APPROPRIATED, check_within_revenue},
          {"R10", Fact::BUDGET_ADJUSTED, check_within_revenue}};
}

}  // namespace counterfoil
