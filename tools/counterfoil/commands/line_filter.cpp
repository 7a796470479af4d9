#include <array>
#include <set>
#include <string>
#include <vector>

#include "codec/text.h"
#include "counterfoil/commands/command.h"

namespace counterfoil {

std::string some_of(const std::set<std::string>& values) {
  constexpr std::size_t named_max = 12;
  std::vector<std::string_view> named;
  for (const std::string& value : values)
    if (named.size() < named_max) named.push_back(value);
  const std::size_t more = values.size() - named.size();
  return fmt::format("{}{}", fmt::join(named, ", "),
                     more == 0 ? "" : fmt::format(" and {} more", more));
}

void LineFilter::add_to(CLI::App& command) {
  command.add_option("--fiscal-year", fiscal_year, "Only lines of this fiscal year")
      ->check(at_least(1));
  command.add_option("--unit", unit, "Only lines of this budget unit");
  command.add_option("--project", project, "Only lines of this project");
  command.add_option("--fund", fund, "Only lines of this fund");
  command.add_option("--measure", measure, "Only this measure, for instance net");
}

void LineFilter::fill(schema::Filter::Builder filter) const {
  filter.setFiscalYear(fiscal_year);
  filter.setUnit(text_of(unit));
  filter.setProject(text_of(project));
  filter.setFund(text_of(fund));
  filter.setMeasure(text_of(measure));
  filter.setKind(text_of(kind));
  filter.setRequest(text_of(request));
  filter.setState(text_of(state));
  filter.setRule(text_of(rule));
  filter.setPool(text_of(pool));
}

Result<void> check_subject_known(LedgerAccess& access, const std::string& subject) {
  auto request = access.reader().historyRequest();
  request.setSubject(text_of(subject));
  request.setLimit(1);
  counterfoil::fill(request.initAsOf(), access.as_of());
  CF_TRY(access.call(kj::mv(request)));
  return {};
}

/// A project that exists and has no line is no mistyped one; of the past, neither is one that came
/// later.
Result<void> LineFilter::check_project(LedgerAccess& access) const {
  const auto known = check_subject_known(access, "project/" + project);
  if (!known && (access.as_of().is_set() || known.error().code != ErrorCode::not_found))
    return known;
  LineFilter of_project;
  of_project.project = project;
  bool has_line = !known;  // whoever lists the projects that there are says more
  CF_TRY(each_budget(access, of_project, [&](schema::BudgetRow::Reader) -> Result<void> {
    has_line = true;
    return {};
  }));
  if (has_line) return {};
  return fail(ErrorCode::not_found, "project {} exists, and has no budget line yet{}", project,
              access.as_of().is_set() ? " as of " + format(access.as_of()) : "");
}

Result<void> LineFilter::check_known(LedgerAccess& access) const {
  if (!project.empty()) CF_TRY(check_project(access));
  struct Wish {
    std::string_view name;
    std::string wanted;
    std::set<std::string> known{};
  };
  std::array wishes{Wish{"fiscal year", fiscal_year == 0 ? "" : std::to_string(fiscal_year)},
                    Wish{"unit", unit}, Wish{"project", project}, Wish{"fund", fund},
                    Wish{"measure", measure}};
  CF_TRY(each_budget(access, {}, [&](schema::BudgetRow::Reader row) -> Result<void> {
    const std::string year = std::to_string(row.getFiscalYear());
    const std::string_view values[] = {year, view(row.getUnit()), view(row.getProject()),
                                       view(row.getFund()), view(row.getMeasure())};
    for (std::size_t i = 0; i < wishes.size(); ++i) wishes[i].known.emplace(values[i]);
    return {};
  }));
  for (const Wish& wish : wishes) {
    if (wish.wanted.empty() || wish.known.contains(wish.wanted)) continue;
    if (wish.known.empty())
      return fail(ErrorCode::not_found, "the ledger has no budget line yet: record some first");
    return fail(ErrorCode::not_found, "no budget line has the {} \"{}\"; there are {}", wish.name,
                wish.wanted, some_of(wish.known));
  }
  return {};
}

}  // namespace counterfoil
