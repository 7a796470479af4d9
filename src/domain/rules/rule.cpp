#include "domain/rules/rule.h"

#include "codec/line.h"
#include "codec/subjects.h"
#include "core/limits.h"

namespace counterfoil {

const std::vector<Rule>& all_rules() {
  static const std::vector<Rule> all = [] {
    std::vector<Rule> rules;
    for (auto& family :
         {target_rules(), request_rules(), ceiling_rules(), zero_base_rules(), stock_rules(),
          funding_rules(), library_rules(), monitoring_rules(), result_rules(), pooling_rules(),
          correction_rules(), availability_rules(), four_eyes_rules()})
      rules.insert(rules.end(), family.begin(), family.end());
    return rules;
  }();
  return all;
}

Result<void> check_rules(Deciding& deciding, Book& before) {
  // By the fact's tag, so that a fact is not compared with every rule.
  static const std::vector<std::vector<Rule>> by_fact = [] {
    std::vector<std::vector<Rule>> table(fact_count);
    for (const Rule& rule : all_rules()) table[static_cast<unsigned>(rule.fact)].push_back(rule);
    return table;
  }();
  if (deciding.rules == nullptr) return {};
  RuleCase rule_case{deciding, before, deciding.record.asReader().getFact()};
  for (const Rule& rule : by_fact[static_cast<unsigned>(rule_case.fact.which())])
    if (deciding.rules->mode(rule.id) != RuleMode::off) CF_TRY(rule.check(rule_case));
  return {};
}

bool cites(const Deciding& deciding, Sequence event) {
  for (const std::uint64_t cited : deciding.command.getEvidence())
    if (cited == event.value) return true;
  return false;
}

Result<void> want_cited(Deciding& deciding, std::string_view rule, Sequence event,
                        std::string_view what) {
  if (cites(deciding, event)) return {};
  return report_breach(deciding, rule,
                       fmt::format("{}, record {}, is not among the evidence", what, event.value),
                       fmt::format("Cite record {} as evidence", event.value));
}

Money floor_of(Money amount, std::uint32_t basis_points) {
  const auto product = static_cast<Wide>(amount.minor) * basis_points;
  return Money{static_cast<std::int64_t>(product / 10'000)};
}

Result<std::optional<HeldRecord>> classification(Book& book, std::string_view project) {
  return newest(book, schema::Fact::PROJECT_CLASSIFIED, project);
}

bool is_rigid(const std::optional<HeldRecord>& classified) {
  return classified && classified->fact().getProjectClassified().getObligation() !=
                           schema::ProjectClassified::Obligation::NONE;
}

Result<ProjectSums> project_sums(Book& book, const RuleSet& rules, std::int32_t fiscal_year,
                                 std::string_view project, std::string_view fund) {
  ProjectSums sums;
  const auto add_to = [&](Money& sum, Money amount) -> Result<void> {
    const auto total = add(sum, amount);
    if (!total) return fail(ErrorCode::limit, "the sums of {} do not fit 64 bits", project);
    sum = *total;
    return {};
  };
  CF_LET(const auto openings,
         standing(book, schema::Fact::LINE_OPENED, key_of(fiscal_year, project)));
  for (const Sequence opening : openings) {
    CF_LET(const auto record, book.record(opening));
    const std::string line(view(record.getFact().getLineOpened().getLine()));
    CF_LET(const LineId id, parse_line(line));
    if (!rules.is_expenditure(id.measure) || (!fund.empty() && id.fund != fund)) continue;
    CF_LET(const auto state, book.state<LineState>(line));
    CF_TRY(add_to(sums.original, state.original));
    CF_TRY(add_to(sums.current, state.current));
    CF_TRY(add_to(sums.committed, state.committed));
    CF_TRY(add_to(sums.spent, state.spent));
  }
  return sums;
}

}  // namespace counterfoil
