#include <iostream>
#include <memory>

#include "codec/text.h"
#include "counterfoil/commands/command.h"
#include "counterfoil/standard_output.h"

namespace counterfoil {
namespace {

Result<ExitStatus> print_budgets(const GlobalOptions& global, const LineFilter& filter) {
  CF_LET(const auto access, LedgerAccess::open(global));
  Output output(output_options(global, *access), capnp::Schema::from<schema::BudgetRow>(),
                std::cout);
  CF_TRY(each_budget(*access, filter, [&](schema::BudgetRow::Reader row) -> Result<void> {
    output.row(row);
    return {};
  }));
  output.finish();
  return ExitStatus::done;
}

Result<ExitStatus> print_adjustments(const GlobalOptions& global, const LineFilter& filter) {
  CF_LET(const auto access, LedgerAccess::open(global));
  Output output(output_options(global, *access), capnp::Schema::from<schema::AdjustmentRow>(),
                std::cout);
  std::string after;
  do {
    auto request = access->reader().adjustmentsRequest();
    filter.fill(request.initFilter());
    request.setAfter(data_of(after));
    CF_LET(auto page, access->call(kj::mv(request)));
    for (const auto row : page.getRows()) output.row(row);
    CF_TRY(flush_output());
    after = view(page.getNext());
  } while (!after.empty());
  output.finish();
  return ExitStatus::done;
}

}  // namespace

void LineFilter::add_to(CLI::App& command) {
  command.add_option("--fiscal-year", fiscal_year, "Only lines of this fiscal year");
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
}

OutputOptions output_options(const GlobalOptions& global, LedgerAccess& access) {
  return {global.format, global.language, access.info().getCurrencyExponent()};
}

Result<void> each_budget(LedgerAccess& access, const LineFilter& filter,
                         const std::function<Result<void>(schema::BudgetRow::Reader)>& visit) {
  std::string after;
  do {
    auto request = access.reader().budgetsRequest();
    filter.fill(request.initFilter());
    request.setAfter(data_of(after));
    CF_LET(auto page, access.call(kj::mv(request)));
    for (const auto row : page.getRows()) CF_TRY(visit(row));
    CF_TRY(flush_output());
    after = view(page.getNext());
  } while (!after.empty());
  return {};
}

void add_budgets(CLI::App& app, GlobalOptions& global, Action& action) {
  auto* command = app.add_subcommand(
      "budgets",
      "Current budgets, one row a line: original, each kind of adjustment, current, "
      "committed, spent, available");
  auto options = std::make_shared<LineFilter>();
  options->add_to(*command);
  command->footer(
      "Examples:\n"
      "  counterfoil budgets --fiscal-year 2024 --unit U001\n"
      "  counterfoil --output csv budgets > budgets.csv");
  command->callback([&global, &action, options] {
    action = [&global, options] { return print_budgets(global, *options); };
  });
}

void add_adjustments(CLI::App& app, GlobalOptions& global, Action& action) {
  auto* command = app.add_subcommand(
      "adjustments",
      "Every adjustment, one row a leg: kind, cause, request, document, actor, times");
  auto options = std::make_shared<LineFilter>();
  options->add_to(*command);
  command->add_option("--kind", options->kind, "Only this kind, for instance virement");
  command->add_option("--request", options->request, "Only the request with this number");
  command->footer(
      "Examples:\n"
      "  counterfoil adjustments --fiscal-year 2024 --kind clawback\n"
      "  counterfoil adjustments --request 52-25");
  command->callback([&global, &action, options] {
    action = [&global, options] { return print_adjustments(global, *options); };
  });
}

}  // namespace counterfoil
