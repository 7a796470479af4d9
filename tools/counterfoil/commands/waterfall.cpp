#include "counterfoil/waterfall.h"

#include <iostream>
#include <memory>

#include "codec/line.h"
#include "codec/text.h"
#include "core/money.h"
#include "counterfoil/commands/command.h"
#include "counterfoil/standard_output.h"

namespace counterfoil {
namespace {

using Row = schema::BudgetRow;

/// What a budget line's current budget is made of, in the order of the chart.
struct Part {
  const char* name;  // of the field, and so of its label
  std::int64_t (Row::Reader::*of)() const;
};
constexpr Part parts[] = {{"original", &Row::Reader::getOriginal},
                          {"supplement", &Row::Reader::getSupplement},
                          {"reduction", &Row::Reader::getReduction},
                          {"virement", &Row::Reader::getVirement},
                          {"clawback", &Row::Reader::getClawback},
                          {"poolAllocation", &Row::Reader::getPoolAllocation},
                          {"cancellation", &Row::Reader::getCancellation},
                          {"carryOver", &Row::Reader::getCarryOver},
                          {"reserveDraw", &Row::Reader::getReserveDraw},
                          {"restatement", &Row::Reader::getRestatement}};

/// A step from the original to the current budget.
struct Step {
  std::string name;
  Money amount;
  Money after;
};

/// The steps over all the lines that fit: the original budget, every part that is not zero, and the
/// current budget.
Result<std::vector<Step>> steps_of(LedgerAccess& access, const LineFilter& filter) {
  std::vector<Money> sums(std::size(parts));
  Money current;
  std::size_t lines = 0;
  bool fits = true;
  const auto add_to = [&](Money& sum, std::int64_t amount) {
    const auto more = add(sum, Money{amount});
    fits = fits && more.has_value();
    if (more) sum = *more;
  };
  CF_TRY(each_budget(access, filter, [&](Row::Reader row) -> Result<void> {
    ++lines;
    for (std::size_t i = 0; i < std::size(parts); ++i) add_to(sums[i], (row.*parts[i].of)());
    add_to(current, row.getCurrent());
    return {};
  }));
  if (lines == 0) {
    CF_TRY(filter.check_known(access));
    return fail(ErrorCode::not_found, "no budget line of unit {} in {} fits the filters",
                filter.unit, filter.fiscal_year);
  }
  std::vector<Step> steps;
  Money sum;
  for (std::size_t i = 0; i < std::size(parts); ++i) {
    if (i != 0 && sums[i].minor == 0) continue;
    add_to(sum, sums[i].minor);
    steps.push_back({parts[i].name, sums[i], sum});
  }
  if (!fits) return fail(ErrorCode::limit, "a sum of the budgets does not fit 64 bits");
  COUNTERFOIL_ASSERT(sum == current);
  steps.push_back({"current", current, current});
  return steps;
}

bool is_total(const Step& step) {
  return step.name == "original" || step.name == "current";
}

std::string drawn(const OutputOptions& options, const LineFilter& filter,
                  const std::vector<Step>& steps) {
  const bool is_english = options.language == Language::english;
  const bool is_headcount = filter.measure == headcount_measure;
  const unsigned exponent = is_headcount ? headcount_exponent : options.currency_exponent;
  std::vector<Bar> bars;
  for (const Step& step : steps) {
    const std::string amount = format_major(step.amount, exponent, ',');
    const bool is_more = step.amount.minor > 0 && !is_total(step);
    bars.push_back({std::string(field_label(step.name, options.language).value_or(step.name)),
                    is_more ? "+" + amount : amount,
                    is_total(step) ? 0 : step.after.minor - step.amount.minor, step.after.minor,
                    is_total(step)});
  }
  const std::string title =
      is_english ? fmt::format("Unit {}, fiscal year {}: from original to current budget",
                               filter.unit, filter.fiscal_year)
                 : fmt::format("预算单位 {}，{} 年度：年初批复数到变动后预算数", filter.unit,
                               filter.fiscal_year);
  std::string subtitle =
      fmt::format("{} {}, {}", is_english ? "measure" : "口径", filter.measure,
                  is_headcount ? (is_english ? "posts" : "个") : options.currency);
  if (!filter.fund.empty())
    subtitle += fmt::format(", {} {}", is_english ? "fund" : "资金性质", filter.fund);
  if (!filter.project.empty())
    subtitle += fmt::format(", {} {}", is_english ? "project" : "项目", filter.project);
  return waterfall_svg(title, subtitle, bars);
}

Result<ExitStatus> waterfall(const GlobalOptions& global, const LineFilter& filter) {
  CF_LET(const auto access, LedgerAccess::open(global));
  CF_LET(const auto steps, steps_of(*access, filter));
  const OutputOptions options = output_options(global, *access);
  if (options.format == Format::svg) {
    std::cout << drawn(options, filter, steps);
    return ExitStatus::done;
  }
  Output output(options, capnp::Schema::from<schema::WaterfallRow>(), std::cout);
  for (const Step& step : steps) {
    capnp::MallocMessageBuilder message;
    auto row = message.initRoot<schema::WaterfallRow>();
    row.setStep(text_of(step.name));
    row.setMeasure(text_of(filter.measure));
    row.setAmount(step.amount.minor);
    row.setBalanceAfter(step.after.minor);
    output.row(row.asReader());
  }
  CF_TRY(output.finish());
  return ExitStatus::done;
}

}  // namespace

void add_waterfall(CLI::App& report, GlobalOptions& global, Action& action) {
  auto* command = report.add_subcommand(
      "waterfall",
      "How a unit's original budgets became its current ones: a step a kind of adjustment");
  auto filter = std::make_shared<LineFilter>();
  filter->measure = "net";
  filter->add_to(*command);
  command->get_option("--unit")->required();
  command->get_option("--fiscal-year")->required();
  command->get_option("--measure")->capture_default_str();
  command->footer(
      "Over all funds and projects unless one is named; measures are never added up.\n"
      "Examples:\n"
      "  counterfoil --output svg report waterfall --unit 101 --fiscal-year 2024 > 101.svg\n"
      "  counterfoil --lang zh report waterfall --unit 101 --fiscal-year 2024 --fund general");
  command->callback([&global, &action, filter] {
    global.picture = Format::svg;
    action = [&global, filter] { return waterfall(global, *filter); };
  });
}

}  // namespace counterfoil
