#include <algorithm>
#include <iostream>
#include <map>
#include <memory>

#include "codec/text.h"
#include "counterfoil/commands/command.h"
#include "counterfoil/standard_output.h"
#include "projections/projection.h"
#include "projections/row_codec.h"

namespace counterfoil {
namespace {

/// A read model that has a command of its name.
struct ViewCommand {
  const char* name;
  const char* description;
  const char* footer;
};

constexpr ViewCommand view_commands[] = {
    {"targets", "Performance targets: every version, submitted, returned or approved, and in force",
     "Examples:\n"
     "  counterfoil targets --fiscal-year 2024 --state inForce\n"
     "  counterfoil targets --project 010104"},
    {"monitoring", "Monitoring checks: both rates, the light, corrections and when they are due",
     "Of several indicators the attainment is the lowest.\n"
     "Examples:\n"
     "  counterfoil monitoring --fiscal-year 2024 --unit U001\n"
     "  counterfoil monitoring --state open"},
    {"grades", "Evaluation grades: the current one of each year and level, and those superseded",
     "Current is the one of the highest level; outranked, the newest of a lower level.\n"
     "Examples:\n"
     "  counterfoil grades --fiscal-year 2023 --state current\n"
     "  counterfoil grades --project 010104"},
    {"obligations",
     "What medium and poor grades and unmet targets ask for: open ones first, then how each was "
     "met",
     "Examples:\n"
     "  counterfoil obligations --state open\n"
     "  counterfoil obligations --fiscal-year 2023 --unit U001"},
    {"compliance", "Every breach of a rule that was observed or overridden, with its authority",
     "Examples:\n"
     "  counterfoil compliance --rule R4 --fiscal-year 2024\n"
     "  counterfoil --output csv compliance > breaches.csv"},
    {"stale", "Decisions that cite an event which was superseded or reversed later",
     "No number changes by it: a decision stands until another one is recorded.\n"
     "Examples:\n"
     "  counterfoil stale --fiscal-year 2024\n"
     "  counterfoil --output json stale --project 010104"},
    {"priorities", "Priority commitments: what each item requires, and what it has",
     "Examples:\n"
     "  counterfoil priorities --fiscal-year 2024\n"
     "  counterfoil --lang zh priorities --project 010104"},
    {"pools", "Pools: what went in and came out, by source tag and fiscal year",
     "Examples:\n"
     "  counterfoil pools --fiscal-year 2024\n"
     "  counterfoil --output json pools --pool livelihood"},
    {"library", "Projects on their way into the budget library: stage, rank, appraisal",
     "A project has a row for each fiscal year that it was admitted for.\n"
     "Examples:\n"
     "  counterfoil library --fiscal-year 2025\n"
     "  counterfoil library --unit U001"},
    {"units", "Totals of each budget unit: original, current, committed, spent, available",
     "Examples:\n"
     "  counterfoil units --fiscal-year 2024\n"
     "  counterfoil --output csv units --fund general > units.csv"},
    {"statements",
     "What sources state of budget lines: the newest statement of each, by component, and by how "
     "much it differed",
     "A statement is newer by the day that it is of, then by its place in the journal.\n"
     "Examples:\n"
     "  counterfoil statements --fiscal-year 2020\n"
     "  counterfoil --output csv statements --unit mhlw > statements.csv"},
};

/// A filter that the rows of a view can be chosen by, under any of these names of fields.
struct Choice {
  const char* option;
  const char* help;
  std::string LineFilter::*value;
  std::vector<const char*> fields;
};

const std::vector<Choice>& choices() {
  static const std::vector<Choice> all = {
      {"--unit", "Only this budget unit", &LineFilter::unit, {"unit"}},
      {"--project", "Only this project", &LineFilter::project, {"project"}},
      {"--fund", "Only this fund", &LineFilter::fund, {"fund"}},
      {"--measure", "Only this measure, for instance net", &LineFilter::measure, {"measure"}},
      {"--state", "Only this state: ", &LineFilter::state, {"state"}},
      {"--rule", "Only this rule, for instance R4", &LineFilter::rule, {"rule"}},
      {"--pool", "Only this pool", &LineFilter::pool, {"pool"}}};
  return all;
}

std::optional<capnp::StructSchema::Field> field_of(capnp::StructSchema schema,
                                                   const std::vector<const char*>& names) {
  for (const char* const name : names)
    KJ_IF_MAYBE (field, schema.findFieldByName(name)) return *field;
  return std::nullopt;
}

/// The words that a field of an enumeration can have, joined.
std::string words_of(capnp::StructSchema::Field field) {
  std::vector<std::string_view> words;
  for (const auto enumerant : field.getType().asEnum().getEnumerants())
    if (enumerant.getOrdinal() != 0) words.push_back(view(enumerant.getProto().getName()));
  return fmt::format("{}", fmt::join(words, ", "));
}

const std::vector<const char*> year_fields = {"fiscalYear", "evaluatedYear"};

void add_choices(CLI::App& command, capnp::StructSchema schema, LineFilter& filter) {
  if (field_of(schema, year_fields))
    command.add_option("--fiscal-year", filter.fiscal_year, "Only this fiscal year")
        ->check(at_least(1));
  for (const Choice& choice : choices()) {
    const auto field = field_of(schema, choice.fields);
    if (!field) continue;
    const std::string words = field->getType().isEnum() ? words_of(*field) : "";
    command.add_option(choice.option, filter.*choice.value, choice.help + words);
  }
}

/// Fails where no row at all has one of the values, with those that there are: a mistyped filter
/// must not read as "there is none".
Result<void> check_known(LedgerAccess& access, std::string_view name, capnp::StructSchema schema,
                         const LineFilter& filter) {
  struct Wish {
    capnp::StructSchema::Field field;
    std::string_view option;
    std::string wanted;
    std::set<std::string> known;
  };
  std::vector<Wish> wishes;
  if (filter.fiscal_year != 0)
    wishes.push_back(
        {*field_of(schema, year_fields), "fiscal year", std::to_string(filter.fiscal_year), {}});
  for (const Choice& choice : choices()) {
    const auto field = field_of(schema, choice.fields);
    if (field && field->getType().isText() && !(filter.*choice.value).empty())
      wishes.push_back({*field, choice.option + 2, filter.*choice.value, {}});
  }
  if (wishes.empty()) return {};
  CF_TRY(each_row(access, name, {}, [&](capnp::DynamicStruct::Reader row) -> Result<void> {
    for (Wish& wish : wishes) {
      const auto value = row.get(wish.field);
      if (wish.field.getType().isText())
        wish.known.emplace(view(value.as<capnp::Text>()));
      else
        wish.known.insert(std::to_string(value.as<std::int32_t>()));
    }
    return {};
  }));
  for (const Wish& wish : wishes) {
    if (wish.known.contains(wish.wanted)) continue;
    if (wish.known.empty())
      return fail(ErrorCode::not_found, "the ledger has nothing to show in {} yet", name);
    return fail(ErrorCode::not_found, "no row of {} has the {} \"{}\"; there are {}", name,
                wish.option, wish.wanted, some_of(wish.known));
  }
  return {};
}

Result<ExitStatus> print_view(const GlobalOptions& global, const std::string& name,
                              const LineFilter& filter) {
  CF_LET(const auto access, LedgerAccess::open(global));
  const capnp::StructSchema schema = row_schema_of(name);
  Output output(output_options(global, *access), schema, std::cout);
  bool found = false;
  CF_TRY(each_row(*access, name, filter, [&](capnp::DynamicStruct::Reader row) -> Result<void> {
    found = true;
    output.row(row);
    return {};
  }));
  if (!found) CF_TRY(check_known(*access, name, schema, filter));
  CF_TRY(output.finish());
  return ExitStatus::done;
}

}  // namespace

capnp::StructSchema row_schema_of(std::string_view view) {
  const auto& all = all_projections();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const Projection* one) { return one->name() == view; });
  COUNTERFOIL_ASSERT(found != all.end());
  return (*found)->row_schema();
}

Result<void> each_row(LedgerAccess& access, std::string_view name, const LineFilter& filter,
                      const std::function<Result<void>(capnp::DynamicStruct::Reader)>& visit) {
  AnyRowBuffer buffer(row_schema_of(name));
  std::string after;
  do {
    auto request = access.reader().rowsRequest();
    request.setView(text_of(std::string(name)));
    filter.fill(request.initFilter());
    fill(request.initAsOf(), access.as_of());
    request.setAfter(data_of(after));
    CF_LET(auto page, access.call(kj::mv(request)));
    for (const auto bytes : page.getRows()) {
      CF_LET(const auto row, buffer.read(view(bytes)));
      CF_TRY(visit(row));
    }
    CF_TRY(flush_output());
    after = view(page.getNext());
  } while (!after.empty());
  return {};
}

void add_views(CLI::App& app, GlobalOptions& global, Action& action) {
  for (const ViewCommand& one : view_commands) {
    global.commands_of_past.insert(one.name);
    auto* command = app.add_subcommand(one.name, one.description);
    auto filter = std::make_shared<LineFilter>();
    add_choices(*command, row_schema_of(one.name), *filter);
    command->footer(one.footer);
    command->callback([&global, &action, filter, name = std::string(one.name)] {
      action = [&global, filter, name] { return print_view(global, name, *filter); };
    });
  }
}

}  // namespace counterfoil
