#include "counterfoil/annual.h"

#include <map>
#include <set>

#include "codec/text.h"
#include "domain/rule_set.h"

namespace counterfoil {
namespace {

using Level = schema::GradeAssigned::Level;
using GradeValue = schema::GradeAssigned::Grade;

/// Collects figures; money is added up with care for 64 bits.
class Account {
 public:
  void count(const char* section, const char* figure, std::uint64_t value) {
    figures_.push_back({section, figure, value, {}});
  }
  void amount(const char* section, const char* figure, Money value) {
    figures_.push_back({section, figure, std::nullopt, value});
  }
  std::vector<AnnualFigure> take() { return std::move(figures_); }

 private:
  std::vector<AnnualFigure> figures_;
};

Result<void> add_to(Money& sum, std::int64_t amount) {
  const auto total = add(sum, Money{amount});
  if (!total) return fail(ErrorCode::limit, "a sum of the account does not fit 64 bits");
  sum = *total;
  return {};
}

/// Rows of a view as their struct.
template <typename Row, typename Visit>
Result<void> each(LedgerAccess& access, std::string_view view, const LineFilter& filter,
                  Visit visit) {
  return each_row(access, view, filter, [&](capnp::DynamicStruct::Reader row) -> Result<void> {
    return visit(row.as<Row>());
  });
}

/// Amounts are of the measures that rule sets count as expenditure unless they say otherwise.
bool is_expenditure(capnp::Text::Reader measure) {
  static const RuleSet defaults;
  return defaults.is_expenditure(view(measure));
}

LineFilter of_year(std::int32_t year) {
  LineFilter filter;
  filter.fiscal_year = year;
  return filter;
}

Result<void> account_units(LedgerAccess& access, std::int32_t year, Account& account) {
  std::set<std::string> units;
  Money original, current, spent;
  const Result<void> read =
      each<schema::UnitRow>(access, "units", of_year(year), [&](auto row) -> Result<void> {
        units.emplace(view(row.getUnit()));
        if (!is_expenditure(row.getMeasure())) return {};
        CF_TRY(add_to(original, row.getOriginal()));
        CF_TRY(add_to(current, row.getCurrent()));
        return add_to(spent, row.getSpent());
      });
  CF_TRY(read);
  account.count("units", "unitsWithBudgets", units.size());
  account.amount("units", "original", original);
  account.amount("units", "current", current);
  account.amount("units", "spent", spent);
  return {};
}

Result<void> account_targets(LedgerAccess& access, std::int32_t year, Account& account) {
  std::set<std::string> projects;
  LineFilter filter = of_year(year);
  filter.state = "inForce";
  CF_TRY(each<schema::TargetRow>(access, "targets", filter, [&](auto row) -> Result<void> {
    if (row.getProject().size() != 0) projects.emplace(view(row.getProject()));
    return {};
  }));
  account.count("targets", "projectsWithTargets", projects.size());
  return {};
}

/// What evaluations made in the year looked at: the subject and the evaluated year.
using Evaluated = std::set<std::pair<std::int32_t, std::string>>;

/// Current budgets of what was evaluated, each once.
Result<Money> funds_of(LedgerAccess& access, const Evaluated& evaluated) {
  Money funds;
  std::set<std::int32_t> years;
  for (const auto& [year, about] : evaluated) years.insert(year);
  for (const std::int32_t year : years)
    CF_TRY(each_budget(access, of_year(year), [&](schema::BudgetRow::Reader row) -> Result<void> {
      const bool covered =
          evaluated.contains({year, fmt::format("project/{}", view(row.getProject()))}) ||
          evaluated.contains({year, fmt::format("unit/{}", view(row.getUnit()))});
      return covered && is_expenditure(row.getMeasure()) ? add_to(funds, row.getCurrent())
                                                         : Result<void>();
    }));
  return funds;
}

/// Key evaluations are those by the finance bureau, the auditors and the congress; the units' and
/// the departments' own are counted apart.
Result<void> account_evaluations(LedgerAccess& access, std::int32_t year, Account& account) {
  std::map<Level, std::uint64_t> by_level;
  std::map<GradeValue, std::uint64_t> by_grade;
  Evaluated evaluated;
  CF_TRY(each<schema::GradeRow>(access, "grades", {}, [&](auto row) -> Result<void> {
    const auto state = row.getState();
    const bool counts =
        state == schema::GradeRow::State::CURRENT || state == schema::GradeRow::State::OUTRANKED;
    if (row.getMadeIn() != year || !counts) return {};
    ++by_level[row.getLevel()];
    if (row.getLevel() < Level::FINANCE) return {};
    ++by_grade[row.getGrade()];
    evaluated.emplace(row.getEvaluatedYear(), view(row.getAbout()));
    return {};
  }));
  const std::uint64_t key =
      by_level[Level::FINANCE] + by_level[Level::AUDIT] + by_level[Level::CONGRESS];
  account.count("evaluations", "selfEvaluations", by_level[Level::SELF]);
  account.count("evaluations", "departmentEvaluations", by_level[Level::DEPARTMENT]);
  account.count("evaluations", "keyEvaluations", key);
  account.count("evaluations", "byFinance", by_level[Level::FINANCE]);
  account.count("evaluations", "byAudit", by_level[Level::AUDIT]);
  account.count("evaluations", "byCongress", by_level[Level::CONGRESS]);
  account.count("evaluations", "excellent", by_grade[GradeValue::EXCELLENT]);
  account.count("evaluations", "good", by_grade[GradeValue::GOOD]);
  account.count("evaluations", "medium", by_grade[GradeValue::MEDIUM]);
  account.count("evaluations", "poor", by_grade[GradeValue::POOR]);
  CF_LET(const Money funds, funds_of(access, evaluated));
  account.amount("evaluations", "fundsEvaluated", funds);
  return {};
}

Result<void> account_cuts(LedgerAccess& access, std::int32_t year, Account& account) {
  std::uint64_t cuts = 0;
  Money appropriated, reduced, all;
  const Result<void> read =
      each<schema::CutRow>(access, "cuts", of_year(year), [&](auto row) -> Result<void> {
        if (row.getReversedBy() != 0) return {};
        ++cuts;
        CF_TRY(add_to(all, row.getAmount()));
        const bool at_start = view(row.getFact()) == "budgetAppropriated";
        return add_to(at_start ? appropriated : reduced, row.getAmount());
      });
  CF_TRY(read);
  account.count("cuts", "cutsForGrades", cuts);
  account.amount("cuts", "cutAtAppropriation", appropriated);
  account.amount("cuts", "cutByReduction", reduced);
  account.amount("cuts", "cutForGrades", all);
  return {};
}

Result<void> account_monitoring(LedgerAccess& access, std::int32_t year, Account& account) {
  using Light = schema::MonitoringChecked::Light;
  using State = schema::MonitoringRow::State;
  std::map<Light, std::set<std::uint64_t>> checks;
  std::uint64_t ordered = 0, open = 0;
  CF_TRY(each<schema::MonitoringRow>(
      access, "monitoring", of_year(year), [&](auto row) -> Result<void> {
        checks[row.getLight()].insert(row.getSequence());
        if (row.getState() != State::UNSPECIFIED) ++ordered;
        if (row.getState() == State::OPEN || row.getState() == State::NOT_CORRECTED) ++open;
        return {};
      }));
  account.count("monitoring", "green", checks[Light::GREEN].size());
  account.count("monitoring", "yellow", checks[Light::YELLOW].size());
  account.count("monitoring", "red", checks[Light::RED].size());
  account.count("monitoring", "correctionsOrdered", ordered);
  account.count("monitoring", "correctionsOpen", open);
  return {};
}

Result<void> account_library(LedgerAccess& access, std::int32_t year, Account& account) {
  using Stage = schema::LibraryRow::Stage;
  std::uint64_t pipeline = 0, admitted = 0;
  CF_TRY(each<schema::LibraryRow>(access, "library", {}, [&](auto row) -> Result<void> {
    if (row.getStage() >= Stage::PIPELINE && row.getStage() <= Stage::AFFORDABLE) ++pipeline;
    if (row.getFiscalYear() == year) ++admitted;
    return {};
  }));
  account.count("library", "inPipeline", pipeline);
  account.count("library", "admittedForYear", admitted);
  return {};
}

Result<void> account_priorities(LedgerAccess& access, std::int32_t year, Account& account) {
  std::uint64_t items = 0, funded_items = 0;
  Money required, funded, shortfall;
  const Result<void> read =
      each<schema::PriorityRow>(access, "priorities", of_year(year), [&](auto row) -> Result<void> {
        ++items;
        if (row.getShortfall() == 0) ++funded_items;
        CF_TRY(add_to(required, row.getRequired()));
        CF_TRY(add_to(funded, row.getFunded()));
        return add_to(shortfall, row.getShortfall());
      });
  CF_TRY(read);
  account.count("priorities", "items", items);
  account.count("priorities", "itemsFunded", funded_items);
  account.amount("priorities", "required", required);
  account.amount("priorities", "funded", funded);
  account.amount("priorities", "shortfall", shortfall);
  return {};
}

Result<void> account_pools(LedgerAccess& access, std::int32_t year, Account& account) {
  Money incoming, outgoing, remaining;
  const Result<void> read =
      each<schema::PoolRow>(access, "pools", of_year(year), [&](auto row) -> Result<void> {
        CF_TRY(add_to(incoming, row.getIncoming()));
        CF_TRY(add_to(outgoing, row.getOutgoing()));
        return add_to(remaining, row.getRemaining());
      });
  CF_TRY(read);
  account.amount("pools", "incoming", incoming);
  account.amount("pools", "outgoing", outgoing);
  account.amount("pools", "remaining", remaining);
  return {};
}

Result<void> account_obligations(LedgerAccess& access, std::int32_t year, Account& account) {
  using State = schema::ObligationRow::State;
  std::map<State, std::uint64_t> states;
  CF_TRY(each<schema::ObligationRow>(access, "obligations", {}, [&](auto row) -> Result<void> {
    if (row.getMadeIn() == year) ++states[row.getState()];
    return {};
  }));
  account.count("obligations", "open", states[State::OPEN]);
  account.count("obligations", "answered", states[State::ANSWERED]);
  account.count("obligations", "waived", states[State::WAIVED]);
  return {};
}

/// A year of which the ledger holds nothing must not read as one in which nothing was done. What is
/// in the pipeline now belongs to no year.
Result<void> check_known(LedgerAccess& access, std::int32_t year,
                         const std::vector<AnnualFigure>& figures) {
  for (const AnnualFigure& one : figures)
    if (one.figure != "inPipeline" && (one.count.value_or(0) != 0 || one.amount.minor != 0))
      return {};
  std::set<std::string> years;
  CF_TRY(each<schema::UnitRow>(access, "units", {}, [&](auto row) -> Result<void> {
    years.insert(std::to_string(row.getFiscalYear()));
    return {};
  }));
  if (years.empty()) return fail(ErrorCode::not_found, "the ledger has no budget yet");
  return fail(ErrorCode::not_found, "the ledger has nothing of {}; there are budgets of {}", year,
              some_of(years));
}

struct FigureLabel {
  std::string_view name;
  std::string_view english;
  std::string_view chinese;
};

constexpr FigureLabel labels[] = {
    {"units", "Budget units", "预算单位"},
    {"unitsWithBudgets", "units with budgets", "有预算的单位数"},
    {"original", "original budget", "年初批复数"},
    {"current", "current budget", "变动后预算数"},
    {"spent", "spent", "支出数"},
    {"targets", "Performance targets", "绩效目标"},
    {"projectsWithTargets", "projects with approved targets", "已批复绩效目标的项目数"},
    {"evaluations", "Evaluations made in the year", "当年开展的绩效评价"},
    {"selfEvaluations", "by the units themselves", "单位自评"},
    {"departmentEvaluations", "by departments", "部门评价"},
    {"keyEvaluations", "key evaluations", "重点评价"},
    {"byFinance", "of these by the finance bureau", "其中：财政评价"},
    {"byAudit", "of these by the auditors", "其中：审计评价"},
    {"byCongress", "of these by the people's congress", "其中：人大评价"},
    {"excellent", "graded excellent", "评价等级为优"},
    {"good", "graded good", "评价等级为良"},
    {"medium", "graded medium", "评价等级为中"},
    {"poor", "graded poor", "评价等级为差"},
    {"fundsEvaluated", "funds evaluated", "评价资金"},
    {"cuts", "Cuts for grades", "评价结果应用（压减）"},
    {"cutsForGrades", "cuts", "压减笔数"},
    {"cutAtAppropriation", "cut at the appropriation", "年初压减"},
    {"cutByReduction", "cut by a reduction", "年中调减"},
    {"cutForGrades", "cut for grades in all", "压减合计"},
    {"monitoring", "Dual monitoring", "双监控"},
    {"green", "green lights", "绿灯"},
    {"yellow", "yellow lights", "黄灯"},
    {"red", "red lights", "红灯"},
    {"correctionsOrdered", "corrections ordered", "下达整改"},
    {"correctionsOpen", "corrections open", "未完成整改"},
    {"library", "Budget library", "预算项目库"},
    {"inPipeline", "projects in the pipeline now", "储备库现有项目数"},
    {"admittedForYear", "projects admitted for the year", "当年入库项目数"},
    {"priorities", "Priority commitments", "大事要事保障清单"},
    {"items", "items", "事项数"},
    {"itemsFunded", "items with all that they require", "足额保障的事项数"},
    {"required", "required", "保障需求"},
    {"funded", "funded", "已安排"},
    {"shortfall", "shortfall", "缺口"},
    {"pools", "Pools", "统筹资金"},
    {"incoming", "taken in", "收回"},
    {"outgoing", "given out", "统筹安排"},
    {"remaining", "remaining", "结存"},
    {"obligations", "Obligations out of medium and poor grades and unmet targets",
     "中、差等级和未完成指标的结果应用"},
    {"open", "open", "未办结"},
    {"answered", "answered", "已应用"},
    {"waived", "waived", "免予处理"},
};

}  // namespace

Result<std::vector<AnnualFigure>> annual_account(LedgerAccess& access, std::int32_t year) {
  Account account;
  for (const auto part :
       {account_units, account_targets, account_evaluations, account_cuts, account_monitoring,
        account_library, account_priorities, account_pools, account_obligations})
    CF_TRY(part(access, year, account));
  std::vector<AnnualFigure> figures = account.take();
  CF_TRY(check_known(access, year, figures));
  return figures;
}

std::string_view figure_label(std::string_view name, Language language) {
  for (const FigureLabel& label : labels)
    if (label.name == name) return language == Language::english ? label.english : label.chinese;
  return name;
}

}  // namespace counterfoil
