#include <iostream>
#include <memory>

#include "codec/text.h"
#include "counterfoil/annual.h"
#include "counterfoil/commands/command.h"
#include "counterfoil/standard_output.h"

namespace counterfoil {
namespace {

struct ReportOptions {
  std::int32_t year = 0;
  bool list_cuts = false;
};

std::string value_of(const AnnualFigure& figure, unsigned exponent) {
  if (figure.count) return format_major(Money{static_cast<std::int64_t>(*figure.count)}, 0, ',');
  return format_major(figure.amount, exponent, ',');
}

/// For a person: a small table a section.
void print_sections(const OutputOptions& options, const std::vector<AnnualFigure>& figures,
                    std::int32_t year) {
  const bool chinese = options.language == Language::chinese;
  const bool markdown = options.format == Format::markdown;
  const std::string title = chinese ? fmt::format("{} 年度预算绩效管理报告", year)
                                    : fmt::format("Budget performance management in {}", year);
  std::cout << (markdown ? "# " : "") << title << '\n';
  std::string_view section;
  std::optional<Table> table;
  for (const AnnualFigure& figure : figures) {
    const std::string label(figure_label(figure.figure, options.language));
    const std::string value = value_of(figure, options.currency_exponent);
    if (figure.section != section) {
      if (table) table->finish();
      section = figure.section;
      const std::string heading(figure_label(section, options.language));
      const std::string head(chinese ? "数值" : "value");
      std::cout << '\n';
      if (markdown)
        std::cout << "## " << heading << "\n\n| " << (chinese ? "指标" : "figure") << " | " << head
                  << " |\n| --- | ---: |\n";
      else
        table.emplace(std::cout, options.language,
                      std::vector<Table::Column>{{heading, false}, {head, true}});
    }
    if (markdown)
      std::cout << "| " << markdown_cell(label) << " | " << value << " |\n";
    else
      table->add({{label, false}, {value, false}});
  }
  if (table) table->finish();
}

Result<void> print_rows(const OutputOptions& options, const std::vector<AnnualFigure>& figures) {
  Output output(options, capnp::Schema::from<schema::ReportRow>(), std::cout);
  for (const AnnualFigure& figure : figures) {
    capnp::MallocMessageBuilder message;
    auto row = message.initRoot<schema::ReportRow>();
    row.setSection(text_of(figure.section));
    row.setFigure(text_of(figure.figure));
    row.setCount(figure.count.value_or(0));
    row.setAmount(figure.amount.minor);
    output.row(row.asReader());
  }
  return output.finish();
}

bool is_for_a_person(const OutputOptions& options) {
  return options.format == Format::table || options.format == Format::markdown;
}

/// Each cut of the year's budgets that stands, with the grade that it cites; for a person, their
/// sum too.
Result<void> print_cuts(LedgerAccess& access, const OutputOptions& options, std::int32_t year) {
  Output output(options, row_schema_of("cuts"), std::cout);
  LineFilter filter;
  filter.fiscal_year = year;
  std::optional<Money> sum = Money{};
  CF_TRY(each_row(access, "cuts", filter, [&](capnp::DynamicStruct::Reader row) -> Result<void> {
    const auto cut = row.as<schema::CutRow>();
    if (cut.getReversedBy() != 0) return {};
    if (sum) sum = add(*sum, Money{cut.getAmount()});
    output.row(row);
    return {};
  }));
  CF_TRY(output.finish());
  if (!sum) return fail(ErrorCode::limit, "the sum of the cuts does not fit 64 bits");
  if (is_for_a_person(options))
    std::cout << fmt::format("\n{}{}\n",
                             options.language == Language::chinese ? "合计：" : "In all ",
                             format_major(*sum, options.currency_exponent, ','));
  return {};
}

Result<ExitStatus> report(const GlobalOptions& global, const ReportOptions& chosen) {
  CF_LET(const auto access, LedgerAccess::open(global));
  const OutputOptions options = output_options(global, *access);
  if (chosen.list_cuts) {
    CF_TRY(print_cuts(*access, options, chosen.year));
    return ExitStatus::done;
  }
  CF_LET(const auto figures, annual_account(*access, chosen.year));
  if (is_for_a_person(options))
    print_sections(options, figures, chosen.year);
  else
    CF_TRY(print_rows(options, figures));
  return ExitStatus::done;
}

}  // namespace

void add_report(CLI::App& app, GlobalOptions& global, Action& action) {
  global.commands_of_past.insert("report");
  auto* command = app.add_subcommand("report", "The bureau's accounts, computed from the ledger");
  command->require_subcommand(1);
  auto* annual = command->add_subcommand(
      "annual",
      "A year: units, targets, evaluations, cuts for grades, monitoring, library, priorities, "
      "pools, obligations");
  auto options = std::make_shared<ReportOptions>();
  annual->add_option("--year", options->year, "The fiscal year")->required()->check(at_least(1));
  annual->add_flag("--list-cuts", options->list_cuts,
                   "Instead, each cut for a grade, with the grade that it cites");
  const char* const examples =
      "Evaluations count in the year in which they were made; key ones are those of the finance "
      "bureau,\nthe auditors and the congress.\n"
      "Examples:\n"
      "  counterfoil report annual --year 2024\n"
      "  counterfoil --lang zh --output markdown report annual --year 2024 > report.md\n"
      "  counterfoil report annual --year 2024 --list-cuts\n"
      "  counterfoil --output svg report waterfall --unit 101 --fiscal-year 2024 > 101.svg";
  command->footer(examples);
  annual->footer(examples);
  annual->callback([&global, &action, options] {
    action = [&global, options] { return report(global, *options); };
  });
  add_waterfall(*command, global, action);
}

}  // namespace counterfoil
