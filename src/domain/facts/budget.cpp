#include <algorithm>
#include <map>
#include <set>

#include "codec/line.h"
#include "core/limits.h"
#include "domain/base.h"
#include "domain/effects.h"
#include "domain/facts/deciding.h"

namespace counterfoil {
namespace {

using Kind = schema::BudgetAdjusted::Kind;

/// Current budgets of the lines that an event touches, while its legs are added one by one.
class RunningBalances {
 public:
  explicit RunningBalances(Deciding& deciding) : deciding_(deciding) {}

  /// The line's current budget after the leg.
  Result<Money> add_leg(std::string_view line, Money amount) {
    auto found = balances_.find(line);
    if (found == balances_.end()) {
      CF_LET(const LineState state, opened_line(deciding_, line));
      found = balances_.emplace(line, state.current).first;
    }
    const auto after = add(found->second, amount);
    if (!after)
      return fail(ErrorCode::limit, "the budget of {} would not fit 64 bits: {} and {} minor units",
                  line, found->second.minor, amount.minor);
    found->second = *after;
    return *after;
  }

 private:
  Deciding& deciding_;
  std::map<std::string, Money, std::less<>> balances_;
};

bool is_transfer(Kind kind) {
  return kind == Kind::VIREMENT || kind == Kind::RESERVE_DRAW;
}

/// Sums of legs by (fiscal year, fund, measure): what a transfer moves between.
using Sums = std::map<std::tuple<std::int32_t, std::string_view, std::string_view>, Money>;

Result<Sums> sums_of(schema::BudgetAdjusted::Reader adjusted) {
  Sums sums;
  for (const auto leg : adjusted.getLegs()) {
    CF_LET(const LineId id, parse_line(view(leg.getLine())));
    Money& sum = sums[{id.fiscal_year, id.fund, id.measure}];
    const auto total = add(sum, Money{leg.getAmount()});
    if (!total) return fail(ErrorCode::limit, "the sum of the legs does not fit 64 bits");
    sum = *total;
  }
  return sums;
}

/// Where the legs of these measures do not sum to zero: a sentence for each fund and year.
Result<std::vector<std::string>> imbalances(const Sums& sums,
                                            const std::vector<std::string>& group) {
  std::map<std::pair<std::int32_t, std::string_view>, Money> totals;
  for (const auto& [key, sum] : sums) {
    const auto& [year, fund, measure] = key;
    if (std::find(group.begin(), group.end(), measure) == group.end()) continue;
    Money& total = totals[{year, fund}];
    const auto next = add(total, sum);
    if (!next) return fail(ErrorCode::limit, "the sum of the legs does not fit 64 bits");
    total = *next;
  }
  std::vector<std::string> found;
  for (const auto& [key, total] : totals)
    if (total.minor != 0)
      found.push_back(fmt::format("the legs on {} in fund {} of {} sum to {}, not to 0",
                                  fmt::join(group, " + "), key.second, key.first, total.minor));
  return found;
}

/// The rule set's balance groups, and each measure that is in no group as one of its own: a line
/// may be older than the rule set that left its measure out.
std::vector<std::vector<std::string>> strict_groups(const RuleSet& rules, const Sums& sums) {
  auto groups = rules.balance_groups;
  const auto listed = rules.measures();
  std::set<std::string_view> others;
  for (const auto& [key, sum] : sums)
    if (std::find(listed.begin(), listed.end(), std::get<2>(key)) == listed.end())
      others.insert(std::get<2>(key));
  for (const std::string_view measure : others) groups.push_back({std::string(measure)});
  return groups;
}

/// Identity R16 for the strict balance groups, rule R19 for the rule set's loose ones.
Result<void> check_transfer(Deciding& deciding, schema::BudgetAdjusted::Reader adjusted) {
  CF_LET(const Sums sums, sums_of(adjusted));
  for (const auto& group : strict_groups(*deciding.rules, sums)) {
    CF_LET(const auto found, imbalances(sums, group));
    if (!found.empty())
      return refused_by(
          "R16",
          fmt::format("{} minor units. Complete the legs, or record a supplement or a reduction",
                      found.front()));
  }
  for (const auto& group : deciding.rules->loose_balance_groups) {
    CF_LET(auto found, imbalances(sums, group));
    for (std::string& finding : found)
      CF_TRY(report_breach(deciding, "R19", std::move(finding), "Complete the legs"));
  }
  return {};
}

/// A proposal is carried out once.
Result<void> check_proposal(Deciding& deciding, std::uint64_t proposal) {
  CF_TRY(named_event(deciding, proposal, schema::Fact::ADJUSTMENT_PROPOSED, "adjustmentProposed"));
  CF_LET(const auto before,
         standing(deciding.book, schema::Fact::BUDGET_ADJUSTED, key_of(Sequence{proposal})));
  if (before.empty()) return {};
  return fail(ErrorCode::refused, "proposal {} was carried out by record {}: propose it anew",
              proposal, before.back().value);
}

Result<void> check_pooled(schema::BudgetAdjusted::Reader adjusted) {
  const Kind kind = adjusted.getKind();
  const bool has_pool = adjusted.getPool().size() != 0;
  if (has_pool && kind != Kind::CLAWBACK && kind != Kind::POOL_ALLOCATION)
    return fail(ErrorCode::invalid, "only a clawback and a pool allocation name a pool");
  if (!has_pool && kind == Kind::POOL_ALLOCATION)
    return fail(ErrorCode::invalid, "a pool allocation names the pool that it is given out of");
  for (const auto leg : adjusted.getLegs()) {
    if (kind == Kind::CLAWBACK && leg.getAmount() > 0)
      return fail(ErrorCode::invalid,
                  "a clawback takes money: the leg on {} is {}, and may not be above 0",
                  view(leg.getLine()), leg.getAmount());
    if (kind == Kind::POOL_ALLOCATION && leg.getAmount() < 0)
      return fail(ErrorCode::invalid,
                  "a pool allocation gives money: the leg on {} is {}, and may not be below 0",
                  view(leg.getLine()), leg.getAmount());
  }
  return {};
}

/// What was cut is what is missing from the base: the one declared, or else the ledger's own.
Result<void> check_cuts(Deciding& deciding, schema::BudgetAppropriated::Reader fact) {
  if (fact.getCutForGrade() < 0 || fact.getCutAcrossTheBoard() < 0)
    return fail(ErrorCode::invalid, "a cut is written as an amount that is not negative");
  const Wide cuts = static_cast<Wide>(fact.getCutForGrade()) + fact.getCutAcrossTheBoard();
  if (cuts == 0) return {};
  Money base{fact.getBase()};
  if (base.minor == 0) {
    CF_LET(const LineId line, parse_line(view(fact.getLine())));
    CF_LET(const Base own, base_of(deciding.book, *deciding.rules, line));
    base = own.amount;
  }
  const Wide missing = static_cast<Wide>(base.minor) - fact.getAmount();
  if (cuts <= missing) return {};
  return fail(ErrorCode::refused,
              "the cuts sum to {} minor units; from a base of {} to the amount of {}, no more than "
              "{} was cut: correct the cuts, or give the base",
              cuts, base.minor, fact.getAmount(), std::max<Wide>(missing, 0));
}

}  // namespace

Result<void> decide_budget_appropriated(Deciding& deciding, schema::Fact::Builder fact) {
  auto appropriated = fact.getBudgetAppropriated();
  const std::string_view line = view(appropriated.asReader().getLine());
  for (const auto amount : {appropriated.getAmount(), appropriated.getCutForGrade(),
                            appropriated.getCutAcrossTheBoard()})
    CF_TRY(check_amount(amount));
  CF_LET(const LineState state, opened_line(deciding, line));
  CF_TRY(check_cuts(deciding, appropriated.asReader()));
  if (state.appropriated)
    return fail(
        ErrorCode::refused,
        "the budget line {} has its appropriation: record an adjustment, or reverse it first",
        line);
  if (appropriated.getAmount() > 0) {
    CF_LET(const LineId id, parse_line(line));
    CF_TRY(check_project(deciding, id.project));
  }
  const auto after = add(state.current, Money{appropriated.getAmount()});
  if (!after) return fail(ErrorCode::limit, "the budget of {} would not fit 64 bits", line);
  appropriated.setBalanceAfter(after->minor);
  return {};
}

Result<void> decide_budget_adjusted(Deciding& deciding, schema::Fact::Builder fact) {
  auto adjusted = fact.getBudgetAdjusted();
  const Kind kind = adjusted.getKind();
  const std::size_t legs = adjusted.asReader().getLegs().size();
  if (kind == Kind::UNSPECIFIED)
    return fail(ErrorCode::invalid, "an adjustment needs a kind, such as virement");
  CF_TRY(component_of(kind));
  if (legs == 0) return fail(ErrorCode::invalid, "an adjustment needs at least one leg");
  if (legs > limits::legs_in_adjustment)
    return fail(
        ErrorCode::limit,
        "the adjustment has {} legs; the limit is {}: split it into several that balance, in "
        "one command",
        legs, limits::legs_in_adjustment);
  CF_TRY(check_pooled(adjusted.asReader()));
  if (adjusted.getProposal() != 0) CF_TRY(check_proposal(deciding, adjusted.getProposal()));
  RunningBalances balances(deciding);
  for (auto leg : adjusted.getLegs()) {
    CF_TRY(check_amount(leg.getAmount()));
    CF_LET(const Money after,
           balances.add_leg(view(leg.asReader().getLine()), Money{leg.getAmount()}));
    leg.setBalanceAfter(after.minor);
  }
  if (is_transfer(kind)) CF_TRY(check_transfer(deciding, adjusted.asReader()));
  return {};
}

}  // namespace counterfoil
