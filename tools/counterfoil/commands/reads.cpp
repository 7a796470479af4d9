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
  bool found = false;
  CF_TRY(each_budget(*access, filter, [&](schema::BudgetRow::Reader row) -> Result<void> {
    found = true;
    output.row(row);
    return {};
  }));
  if (!found) CF_TRY(filter.check_known(*access));
  CF_TRY(output.finish());
  return ExitStatus::done;
}

/// Fails where no adjustment at all belongs to the request.
Result<void> check_request(LedgerAccess& access, const std::string& number) {
  auto request = access.reader().adjustmentsRequest();
  request.initFilter().setRequest(text_of(number));
  request.setLimit(1);
  CF_LET(auto page, access.call(kj::mv(request)));
  if (page.getRows().size() != 0) return {};
  return fail(ErrorCode::not_found,
              "no adjustment belongs to the request \"{}\": `adjustments` without --request shows "
              "the numbers that there are",
              number);
}

Result<ExitStatus> print_adjustments(const GlobalOptions& global, const LineFilter& filter) {
  CF_LET(const auto access, LedgerAccess::open(global));
  Output output(output_options(global, *access), capnp::Schema::from<schema::AdjustmentRow>(),
                std::cout);
  bool found = false;
  std::string after;
  do {
    auto request = access->reader().adjustmentsRequest();
    filter.fill(request.initFilter());
    fill(request.initAsOf(), access->as_of());
    request.setAfter(data_of(after));
    CF_LET(auto page, access->call(kj::mv(request)));
    for (const auto row : page.getRows()) output.row(row);
    found = found || page.getRows().size() != 0;
    CF_TRY(flush_output());
    after = view(page.getNext());
  } while (!after.empty());
  if (!found) CF_TRY(filter.check_known(*access));
  if (!found && !filter.request.empty()) CF_TRY(check_request(*access, filter.request));
  CF_TRY(output.finish());
  return ExitStatus::done;
}

}  // namespace

OutputOptions output_options(const GlobalOptions& global, LedgerAccess& access) {
  return {global.format, global.language, access.info().getCurrencyExponent(),
          std::string(view(access.info().getCurrency())), global.encoding};
}

Result<void> each_budget(LedgerAccess& access, const LineFilter& filter,
                         const std::function<Result<void>(schema::BudgetRow::Reader)>& visit) {
  std::string after;
  do {
    auto request = access.reader().budgetsRequest();
    filter.fill(request.initFilter());
    fill(request.initAsOf(), access.as_of());
    request.setAfter(data_of(after));
    CF_LET(auto page, access.call(kj::mv(request)));
    for (const auto row : page.getRows()) CF_TRY(visit(row));
    CF_TRY(flush_output());
    after = view(page.getNext());
  } while (!after.empty());
  return {};
}

void add_budgets(CLI::App& app, GlobalOptions& global, Action& action) {
  global.commands_of_past.insert({"budgets", "adjustments"});
  auto* command = app.add_subcommand(
      "budgets",
      "Current budgets, one row a line: original, each kind of adjustment, current, "
      "committed, spent, available");
  auto options = std::make_shared<LineFilter>();
  options->add_to(*command);
  command->footer(
      "A filter that no budget line of the ledger fits is status 1, with what there is.\n"
      "Examples:\n"
      "  counterfoil budgets --fiscal-year 2024 --unit U001\n"
      "  counterfoil --output csv budgets > budgets.csv\n"
      "  counterfoil budgets --as-of effective:2024-06-30 --as-of recorded:2024-12-31");
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
      "A filter that no budget line of the ledger fits is status 1, with what there is.\n"
      "Examples:\n"
      "  counterfoil adjustments --fiscal-year 2024 --kind clawback\n"
      "  counterfoil adjustments --request 52-25");
  command->callback([&global, &action, options] {
    action = [&global, options] { return print_adjustments(global, *options); };
  });
}

}  // namespace counterfoil
