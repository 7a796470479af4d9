#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/support/facts.h"

namespace counterfoil::test {

/// The facts of a budget year, beyond those that every test needs (facts.h).

/// A fact as a client writes it, in JSON; one that no client could write fails the test.
FactOf fact_of(std::string_view json);

/// Publishes the city's second rule set: this rule in that mode and all others off. `more` are
/// further members of the rule: R"("tolerance": 0)". As a command behind `city()` it is record 10.
CommandOf rule(std::string_view id, std::string_view mode, std::string_view more = "");
inline constexpr std::uint64_t behind_rule = 11;

/// `more`: further members, as in R"("earmarked": true)".
FactOf classified(std::string_view of_project, std::string_view expenditure,
                  std::string_view more = "");
FactOf estimate(std::string_view fund, std::int64_t amount, std::string_view source = "revenue",
                std::int32_t year = 2024);
FactOf year_closed(std::int32_t year);
FactOf year_reopened(std::int32_t year);

using Items = std::vector<std::pair<std::string, std::int64_t>>;  // project, amount
FactOf list_adopted(std::string_view list, std::string_view department, const Items& required);
FactOf plan_filed(std::string_view list, const Items& planned);
FactOf transfer(std::string_view source_tag, std::int64_t amount);
FactOf earmarked_transfer(std::string_view source_tag, std::int64_t amount,
                          std::string_view for_project);

FactOf request(std::string_view for_project, std::int64_t amount);
FactOf review(std::uint64_t of_request, std::int64_t amount);

struct CarriedLeg {
  std::string line;
  std::int64_t amount;
  std::int32_t vintage = 0;
};
FactOf carry_over(std::vector<CarriedLeg> legs);
/// The adjustment, with a cause or with the proposal that it carries out.
FactOf caused(FactOf adjustment, schema::BudgetAdjusted::Cause cause);
FactOf as_proposed(FactOf adjustment, std::uint64_t proposal);
FactOf propose(Kind kind, std::vector<LegOf> legs, std::string pool = "");
FactOf propose_reversal(std::uint64_t event);
FactOf approval(std::uint64_t event, std::string_view verdict = "approved");

struct Stated {
  std::int64_t original = 0;
  std::int64_t supplement = 0;
};
/// As of the day on which a memory ledger decides.
FactOf state_budget(std::string_view on_line, Stated stated);
/// With what the source says was spent.
FactOf state_budget(std::string_view on_line, Stated stated, std::int64_t spent);

/// A check of the year 2024 with the attainment of the indicator "pupils", in basis points.
FactOf check(std::string_view about, std::string_view on, std::int64_t execution_rate,
             std::int64_t attained, std::string_view light = "green");
FactOf order_correction(std::uint64_t of_check, std::string_view due_on = "2024-12-01");
FactOf verify_correction(std::uint64_t correction, std::string_view outcome = "corrected");

FactOf graded(std::string_view about, std::string_view grade, std::int32_t year = 2023,
              std::string_view level = "finance");
FactOf answered(std::uint64_t grade, std::vector<std::uint64_t> answers);
FactOf waived(std::uint64_t grade);

}  // namespace counterfoil::test
