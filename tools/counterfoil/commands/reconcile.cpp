#include "counterfoil/import/reconcile.h"

#include <filesystem>
#include <iostream>
#include <memory>

#include "codec/line.h"
#include "codec/text.h"
#include "counterfoil/commands/command.h"
#include "counterfoil/import/mapping.h"

namespace counterfoil {
namespace {

struct ReconcileArguments {
  std::string mapping;
  std::vector<std::string> files;
  std::string measure;
};

class LinesOfLedger final : public intake::CurrentLines {
 public:
  LinesOfLedger(LedgerAccess& access, const std::string& measure) : access_(access) {
    filter_.measure = measure;
  }
  Result<void> each(const std::function<Result<void>(const intake::CurrentLine&)>& visit) override {
    return each_budget(access_, filter_, [&](schema::BudgetRow::Reader row) {
      return visit({view(row.getProject()), view(row.getFund()), view(row.getMeasure()),
                    view(row.getItem()), row.getFiscalYear(), row.getCurrent()});
    });
  }

 private:
  LedgerAccess& access_;
  LineFilter filter_;
};

void fill(schema::DifferenceRow::Builder row, const intake::Difference& difference,
          const LineId& line) {
  row.setFiscalYear(line.fiscal_year);
  row.setProject(text_of(std::string(line.project)));
  row.setFund(text_of(std::string(line.fund)));
  row.setMeasure(text_of(std::string(line.measure)));
  row.setItem(text_of(std::string(line.item)));
  row.setExpected(difference.expected);
  row.setActual(difference.actual);
  row.setDifference(difference.difference);
}

/// Fails where the files have no figure to compare with: nothing found different is then no answer.
Result<void> check_compared(const intake::Reconciliation& found, const std::string& wanted) {
  const auto& measures = found.programmes_by_measure;
  if (measures.empty())
    return fail(ErrorCode::invalid,
                "nothing was compared: the files have no row of figures that can be read");
  if (wanted.empty() || measures.contains(wanted)) return {};
  std::vector<std::string_view> names;
  names.reserve(measures.size());
  for (const auto& [measure, tally] : measures) names.push_back(measure);
  return fail(ErrorCode::invalid,
              "nothing was compared: the files have no measure \"{}\"; they have {}", wanted,
              fmt::join(names, ", "));
}

Result<ExitStatus> reconcile(const GlobalOptions& global, const ReconcileArguments& arguments) {
  CF_LET(const auto mapping, intake::Mapping::read(arguments.mapping));
  CF_LET(const auto access, LedgerAccess::open(global));
  CF_LET(const Zone zone, access->zone());
  LinesOfLedger lines(*access, arguments.measure);
  const std::vector<std::filesystem::path> files(arguments.files.begin(), arguments.files.end());
  CF_LET(const auto found,
         intake::reconcile(mapping, files, lines, {access->info().getCurrencyExponent(), zone}));
  for (const auto& refusal : found.refused)
    fmt::print(stderr, "{}:{}: refused: {}\n", refusal.file, refusal.line, refusal.reason);
  CF_TRY(check_compared(found, arguments.measure));

  Output output(output_options(global, *access), capnp::Schema::from<schema::DifferenceRow>(),
                std::cout);
  bool equal = found.refused.empty();
  for (const auto& difference : found.differences) {
    CF_LET(const LineId line, parse_line(difference.line));
    if (!arguments.measure.empty() && arguments.measure != line.measure) continue;
    equal = false;
    capnp::MallocMessageBuilder message;
    auto row = message.initRoot<schema::DifferenceRow>();
    fill(row, difference, line);
    output.row(row.asReader());
  }
  CF_TRY(output.finish());
  for (const auto& [measure, tally] : found.programmes_by_measure)
    if (arguments.measure.empty() || arguments.measure == measure)
      fmt::print(stderr, "{}: {} of {} programmes are equal\n", measure, tally.equal,
                 tally.compared);
  return equal ? ExitStatus::done : ExitStatus::answer_is_no;
}

}  // namespace

void add_reconcile(CLI::App& app, GlobalOptions& global, Action& action) {
  auto* command = app.add_subcommand(
      "reconcile",
      "Compare the ledger, line by line, with published figures; status 1 where they "
      "differ");
  auto arguments = std::make_shared<ReconcileArguments>();
  command->add_option("--mapping", arguments->mapping, "The mapping, TOML (tools/mappings)")
      ->required();
  command->add_option("--measure", arguments->measure, "Only this measure, for instance net");
  command->add_option("file", arguments->files, "CSV files with the revised figures")->required();
  command->footer(
      "Where the files have no figure to compare with, that is status 2.\n"
      "Example:\n"
      "  counterfoil reconcile --mapping tools/mappings/israel-2012.toml "
      "original_revised_2012.csv");
  command->callback([&global, &action, arguments] {
    action = [&global, arguments] { return reconcile(global, *arguments); };
  });
}

}  // namespace counterfoil
