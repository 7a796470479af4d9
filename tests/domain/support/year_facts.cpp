#include "domain/support/year_facts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "codec/json.h"
#include "codec/text.h"
#include "core/money.h"
#include "support/catch.h"

namespace counterfoil::test {
namespace {

std::string behind_comma(std::string_view more) {
  return more.empty() ? "" : fmt::format(", {}", more);
}

std::string items_of(const Items& items, std::string_view amount_name, std::string_view more) {
  std::vector<std::string> texts;
  for (const auto& [id, amount] : items)
    texts.push_back(
        fmt::format(R"({{"project": "{}", "{}": "{}"{}}})", id, amount_name, amount, more));
  return fmt::format("[{}]", fmt::join(texts, ", "));
}

}  // namespace

FactOf fact_of(std::string_view json) {
  return {[text = std::string(json)](schema::Fact::Builder fact) {
    const auto parsed = parse_json(text);
    if (!parsed) FAIL(parsed.error().message << " in " << text);
    const auto read = from_json(*parsed, fact);
    if (!read) FAIL(read.error().message << " in " << text);
  }};
}

CommandOf rule(std::string_view id, std::string_view mode, std::string_view more) {
  return rules(
      fmt::format(R"({{"name": "city", "version": "2", "rules": {{"{}": {{"mode": "{}"{}}}}}}})",
                  id, mode, behind_comma(more)));
}

FactOf classified(std::string_view of_project, std::string_view expenditure,
                  std::string_view more) {
  return fact_of(
      fmt::format(R"({{"projectClassified": {{"project": "{}", "expenditure": "{}"{}}}}})",
                  of_project, expenditure, behind_comma(more)));
}

FactOf estimate(std::string_view fund, std::int64_t amount, std::string_view source,
                std::int32_t year) {
  return fact_of(fmt::format(
      R"({{"revenueEstimated": {{"fiscalYear": {}, "fund": "{}", "source": "{}", "amount": {}}}}})",
      year, fund, source, amount));
}

FactOf year_closed(std::int32_t year) {
  return fact_of(fmt::format(R"({{"periodClosed": {{"fiscalYear": {}}}}})", year));
}

FactOf year_reopened(std::int32_t year) {
  return fact_of(
      fmt::format(R"({{"periodReopened": {{"fiscalYear": {}, "authority": "mayor"}}}})", year));
}

FactOf list_adopted(std::string_view list, std::string_view department, const Items& required) {
  return fact_of(fmt::format(
      R"({{"priorityListAdopted": {{"fiscalYear": 2024, "list": "{}", "department": "{}",
           "items": {}}}}})",
      list, department, items_of(required, "required", "")));
}

FactOf plan_filed(std::string_view list, const Items& planned) {
  return fact_of(
      fmt::format(R"({{"fundingPlanFiled": {{"fiscalYear": 2024, "list": "{}", "items": {}}}}})",
                  list, items_of(planned, "planned", R"(, "fund": "general")")));
}

FactOf transfer(std::string_view source_tag, std::int64_t amount) {
  return fact_of(fmt::format(
      R"({{"transferReceived": {{"fiscalYear": 2024, "fund": "general", "sourceTag": "{}",
           "amount": {}}}}})",
      source_tag, amount));
}

FactOf earmarked_transfer(std::string_view source_tag, std::int64_t amount,
                          std::string_view for_project) {
  return but(transfer(source_tag, amount),
             [purpose = std::string(for_project)](schema::Fact::Builder fact) {
               fact.getTransferReceived().setEarmarked(true);
               fact.getTransferReceived().setPurpose(text_of(purpose));
             });
}

FactOf request(std::string_view for_project, std::int64_t amount) {
  return fact_of(fmt::format(
      R"({{"budgetRequested": {{"fiscalYear": 2024, "project": "{}", "unit": "V", "fund": "general",
           "amount": {}, "content": "places", "costLines": [{{"name": "all", "amount": {}}}]}}}})",
      for_project, amount, amount));
}

FactOf review(std::uint64_t of_request, std::int64_t amount) {
  return fact_of(
      fmt::format(R"({{"itemReviewed": {{"request": {}, "amount": {}}}}})", of_request, amount));
}

FactOf carry_over(std::vector<CarriedLeg> legs) {
  std::vector<LegOf> plain;
  for (const CarriedLeg& leg : legs) plain.push_back({leg.line, leg.amount, ""});
  return but(adjust(Kind::CARRY_OVER, std::move(plain)), [legs](schema::Fact::Builder fact) {
    auto list = fact.getBudgetAdjusted().getLegs();
    for (unsigned i = 0; i < list.size(); ++i) list[i].setVintage(legs[i].vintage);
  });
}

FactOf caused(FactOf adjustment, schema::BudgetAdjusted::Cause cause) {
  return but(std::move(adjustment),
             [=](schema::Fact::Builder fact) { fact.getBudgetAdjusted().setCause(cause); });
}

FactOf as_proposed(FactOf adjustment, std::uint64_t proposal) {
  return but(std::move(adjustment),
             [=](schema::Fact::Builder fact) { fact.getBudgetAdjusted().setProposal(proposal); });
}

FactOf propose(Kind kind, std::vector<LegOf> legs, std::string pool) {
  return {[=](schema::Fact::Builder fact) {
    auto proposed = fact.initAdjustmentProposed();
    proposed.setKind(kind);
    proposed.setPool(text_of(pool));
    auto list = proposed.initLegs(static_cast<unsigned>(legs.size()));
    for (unsigned i = 0; i < legs.size(); ++i) {
      list[i].setLine(text_of(legs[i].line));
      list[i].setAmount(legs[i].amount);
      list[i].setSourceTag(text_of(legs[i].source_tag));
    }
  }};
}

FactOf propose_reversal(std::uint64_t event) {
  return fact_of(fmt::format(R"({{"reversalProposed": {{"event": {}}}}})", event));
}

FactOf approval(std::uint64_t event, std::string_view verdict) {
  return fact_of(fmt::format(
      R"({{"approvalRecorded": {{"event": {}, "verdict": "{}", "authority": "mayor",
           "document": "doc 7"}}}})",
      event, verdict));
}

/// Where the components do not fit 64 bits, the total is 0, and the ledger refuses them first.
FactOf state_budget(std::string_view on_line, Stated stated) {
  return fact_of(fmt::format(
      R"({{"budgetStated": {{"line": "{}", "original": {}, "supplement": {}, "total": {},
           "statedOn": "2024-03-01"}}}})",
      on_line, stated.original, stated.supplement,
      add(Money{stated.original}, Money{stated.supplement}).value_or(Money{}).minor));
}

FactOf state_budget(std::string_view on_line, Stated stated, std::int64_t spent) {
  return but(state_budget(on_line, stated), [=](schema::Fact::Builder fact) {
    fact.getBudgetStated().setHasSpent(true);
    fact.getBudgetStated().setSpent(spent);
  });
}

FactOf check(std::string_view about, std::string_view on, std::int64_t execution_rate,
             std::int64_t attained, std::string_view light) {
  return fact_of(fmt::format(
      R"({{"monitoringChecked": {{"fiscalYear": 2024, "about": "{}", "checkedOn": "{}",
           "executionRate": {}, "light": "{}",
           "attainments": [{{"indicator": "pupils", "attained": {}}}]}}}})",
      about, on, execution_rate, light, attained));
}

FactOf order_correction(std::uint64_t of_check, std::string_view due_on) {
  return fact_of(fmt::format(
      R"({{"correctionOrdered": {{"check": {}, "dueOn": "{}", "cause": "behind time"}}}})",
      of_check, due_on));
}

FactOf verify_correction(std::uint64_t correction, std::string_view outcome) {
  return fact_of(fmt::format(
      R"({{"correctionVerified": {{"correction": {}, "verifiedOn": "2024-12-02",
           "outcome": "{}"}}}})",
      correction, outcome));
}

FactOf graded(std::string_view about, std::string_view grade, std::int32_t year,
              std::string_view level) {
  return fact_of(fmt::format(
      R"({{"gradeAssigned": {{"about": "{}", "evaluatedYear": {}, "level": "{}",
           "grade": "{}"}}}})",
      about, year, level, grade));
}

FactOf answered(std::uint64_t grade, std::vector<std::uint64_t> answers) {
  return fact_of(fmt::format(R"({{"resultApplied": {{"grade": {}, "answers": [{}]}}}})", grade,
                             fmt::join(answers, ", ")));
}

FactOf waived(std::uint64_t grade) {
  return fact_of(fmt::format(R"({{"resultApplied": {{"grade": {}, "waived": true}}}})", grade));
}

}  // namespace counterfoil::test
