#include <schema/views.capnp.h>

#include <iostream>
#include <map>
#include <memory>

#include "codec/text.h"
#include "core/money.h"
#include "counterfoil/commands/command.h"
#include "counterfoil/rule_sets.h"
#include "counterfoil/standard_output.h"

namespace counterfoil {
namespace {

struct WhatIfOptions {
  std::string rule_set;
  std::string in_place_of;
  std::string by = "decision";
};

/// What would have been different for one unit or project, in one measure.
struct Sums {
  std::map<schema::WhatIfRow::Outcome, std::uint32_t> decisions;
  Money difference;
};
/// By unit or project, and by measure: they are not added up with each other.
using SumsBy = std::map<std::pair<std::string, std::string>, Sums>;

Result<void> add_to(SumsBy& sums, capnp::Text::Reader of, schema::WhatIfRow::Reader row) {
  Sums& own = sums[{std::string(view(of)), std::string(view(row.getMeasure()))}];
  ++own.decisions[row.getOutcome()];
  const auto total = add(own.difference, Money{row.getDifference()});
  if (!total) return fail(ErrorCode::limit, "the sum of {} does not fit 64 bits", view(of));
  own.difference = *total;
  return {};
}

Result<void> print_sums(const OutputOptions& options, const SumsBy& sums, bool by_unit) {
  Output output(options, capnp::Schema::from<schema::WhatIfSumRow>(), std::cout);
  for (const auto& [of, own] : sums) {
    capnp::MallocMessageBuilder message;
    auto row = message.initRoot<schema::WhatIfSumRow>();
    if (by_unit)
      row.setUnit(text_of(of.first));
    else
      row.setProject(text_of(of.first));
    row.setMeasure(text_of(of.second));
    const auto count = [&](schema::WhatIfRow::Outcome outcome) {
      const auto found = own.decisions.find(outcome);
      return found == own.decisions.end() ? 0 : found->second;
    };
    row.setRefused(count(schema::WhatIfRow::Outcome::REFUSED));
    row.setCapped(count(schema::WhatIfRow::Outcome::CAPPED));
    row.setOverrideRequired(count(schema::WhatIfRow::Outcome::OVERRIDE_REQUIRED));
    row.setObserved(count(schema::WhatIfRow::Outcome::OBSERVED));
    row.setPermitted(count(schema::WhatIfRow::Outcome::PERMITTED));
    row.setDifference(own.difference.minor);
    output.row(row.asReader());
  }
  return output.finish();
}

Result<ExitStatus> what_if(const GlobalOptions& global, const WhatIfOptions& options) {
  CF_LET(const std::string document, rule_set_document(options.rule_set));
  CF_LET(const auto access, LedgerAccess::open(global));
  const OutputOptions output = output_options(global, *access);
  const bool for_a_person = output.format == Format::table || output.format == Format::markdown;
  std::optional<Output> rows;
  if (options.by == "decision")
    rows.emplace(output, capnp::Schema::from<schema::WhatIfRow>(), std::cout);
  SumsBy units;
  SumsBy projects;
  std::string after;
  do {
    auto request = access->reader().whatIfRequest();
    request.setRuleSet(text_of(document));
    request.setInPlaceOf(text_of(options.in_place_of));
    fill(request.initAsOf(), access->as_of());
    request.setAfter(data_of(after));
    CF_LET(auto page, access->call(kj::mv(request)));
    for (const auto row : page.getRows()) {
      if (rows) rows->row(row);
      CF_TRY(add_to(units, row.getUnit(), row));
      CF_TRY(add_to(projects, row.getProject(), row));
    }
    CF_TRY(flush_output());
    after = view(page.getNext());
  } while (!after.empty());
  if (rows) CF_TRY(rows->finish());
  if (options.by == "unit" || (rows && for_a_person)) {
    if (rows) std::cout << '\n';
    CF_TRY(print_sums(output, units, true));
  }
  if (options.by == "project" || (rows && for_a_person)) {
    if (rows) std::cout << '\n';
    CF_TRY(print_sums(output, projects, false));
  }
  return ExitStatus::done;
}

}  // namespace

void add_what_if(CLI::App& app, GlobalOptions& global, Action& action) {
  global.commands_of_past.insert("whatif");
  auto* command = app.add_subcommand(
      "whatif", "What another rule set would have made of the decisions; nothing is recorded");
  auto options = std::make_shared<WhatIfOptions>();
  command
      ->add_option("--rule-set", options->rule_set, "city-2024, escalating, open, or a JSON file")
      ->required();
  command
      ->add_option("--by", options->by,
                   "What to list: each decision, or sums by unit or by project")
      ->check(CLI::IsMember({"decision", "unit", "project"}))
      ->capture_default_str();
  command->footer(
      "Every decision is judged by this rule set on what was recorded until then, as if no "
      "earlier\n"
      "one had come out differently. Listed are those with which it finds other rules broken than\n"
      "the rule set that was in force: refused, capped (a smaller amount would have passed), to "
      "be\n"
      "decided by an authority, observed, or permitted where it was a breach.\n"
      "Examples:\n"
      "  counterfoil whatif --rule-set stricter.json\n"
      "  counterfoil --output csv whatif --rule-set escalating --by project > sums.csv");
  command->callback([&global, &action, options] {
    action = [&global, options] { return what_if(global, *options); };
  });
}

}  // namespace counterfoil
