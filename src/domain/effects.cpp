#include "domain/effects.h"

#include "codec/subjects.h"
#include "codec/text.h"

namespace counterfoil {
namespace {

using schema::Component;
using schema::Fact;

Result<Money> negated(std::int64_t amount) {
  const auto opposite = negate(Money{amount});
  if (!opposite) return fail(ErrorCode::limit, "the amount {} does not fit 64 bits", amount);
  return *opposite;
}

Result<void> check_component(Component component) {
  if (component <= Component::SPENT) return {};
  return fail(ErrorCode::unsupported,
              "this build does not know component {} of a budget: install a newer one",
              static_cast<unsigned>(component));
}

}  // namespace

Result<Component> component_of(schema::BudgetAdjusted::Kind kind) {
  // The two enumerations number the kinds alike, as far as there are kinds.
  if (kind > schema::BudgetAdjusted::Kind::RESTATEMENT)
    return fail(ErrorCode::unsupported,
                "this build does not know adjustments of kind {}: install a newer one",
                static_cast<unsigned>(kind));
  return static_cast<Component>(kind);
}

bool is_part_of_current(Component component) {
  return component != Component::COMMITTED && component != Component::SPENT;
}

Result<void> for_each_line_effect(schema::Fact::Reader fact,
                                  const std::function<Result<void>(const LineEffect&)>& visit) {
  switch (fact.which()) {
    case Fact::BUDGET_APPROPRIATED: {
      const auto appropriated = fact.getBudgetAppropriated();
      return visit(
          {view(appropriated.getLine()), Component::ORIGINAL, Money{appropriated.getAmount()}});
    }
    case Fact::BUDGET_ADJUSTED: {
      const auto adjusted = fact.getBudgetAdjusted();
      CF_LET(const Component component, component_of(adjusted.getKind()));
      for (const auto leg : adjusted.getLegs())
        CF_TRY(visit({view(leg.getLine()), component, Money{leg.getAmount()}, leg.getVintage()}));
      return {};
    }
    case Fact::COMMITMENT_RECORDED: {
      const auto commitment = fact.getCommitmentRecorded();
      return visit(
          {view(commitment.getLine()), Component::COMMITTED, Money{commitment.getAmount()}});
    }
    case Fact::PAYMENT_RECORDED: {
      const auto payment = fact.getPaymentRecorded();
      CF_TRY(visit({view(payment.getLine()), Component::SPENT, Money{payment.getAmount()}}));
      if (payment.getCommitment() == 0) return {};
      CF_LET(const Money settled, negated(payment.getAmount()));
      return visit({view(payment.getLine()), Component::COMMITTED, settled});
    }
    case Fact::EVENT_REVERSED:
      for (const auto effect : fact.getEventReversed().getEffects()) {
        CF_TRY(check_component(effect.getComponent()));
        CF_TRY(visit({view(effect.getLine()), effect.getComponent(), Money{effect.getAmount()},
                      effect.getVintage()}));
      }
      return {};
    case Fact::BUDGET_STATED: {
      const auto stated = fact.getBudgetStated();
      CF_TRY(
          visit({view(stated.getLine()), Component::RESTATEMENT, Money{stated.getDifference()}}));
      if (!stated.getHasSpent()) return {};
      return visit({view(stated.getLine()), Component::SPENT, Money{stated.getSpentDifference()}});
    }
    default:
      return check_known(fact);
  }
}

Result<void> for_each_pool_effect(schema::Fact::Reader fact,
                                  const std::function<Result<void>(const PoolEffect&)>& visit) {
  switch (fact.which()) {
    case Fact::BUDGET_APPROPRIATED: {
      const auto appropriated = fact.getBudgetAppropriated();
      if (appropriated.getPool().size() == 0) return {};
      const auto saving =
          add(Money{appropriated.getCutForGrade()}, Money{appropriated.getCutAcrossTheBoard()});
      if (!saving) return fail(ErrorCode::limit, "the sum of the cuts does not fit 64 bits");
      return visit({view(appropriated.getPool()), {}, *saving, {}});
    }
    case Fact::BUDGET_ADJUSTED: {
      const auto adjusted = fact.getBudgetAdjusted();
      const auto kind = adjusted.getKind();
      const bool in = kind == schema::BudgetAdjusted::Kind::CLAWBACK;
      const bool out = kind == schema::BudgetAdjusted::Kind::POOL_ALLOCATION;
      if (adjusted.getPool().size() == 0 || !(in || out)) return {};
      for (const auto leg : adjusted.getLegs()) {
        PoolEffect effect{view(adjusted.getPool()), view(leg.getSourceTag()), {}, {}};
        if (out) effect.outgoing = Money{leg.getAmount()};
        if (in) {
          CF_LET(effect.incoming, negated(leg.getAmount()));
        }
        CF_TRY(visit(effect));
      }
      return {};
    }
    case Fact::EVENT_REVERSED:
      for (const auto effect : fact.getEventReversed().getPoolEffects())
        CF_TRY(visit({view(effect.getPool()), view(effect.getSourceTag()),
                      Money{effect.getIncoming()}, Money{effect.getOutgoing()}}));
      return {};
    default:
      return check_known(fact);
  }
}

}  // namespace counterfoil
