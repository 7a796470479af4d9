#include "counterfoil/import/read_table.h"

#include <schema/command.capnp.h>
#include <schema/event.capnp.h>

namespace counterfoil::intake {
namespace {

/// Reads the parts of one table in turn; every part that its form does not have stays unread, and
/// so is refused as an unknown key.
class TableReader {
 public:
  TableReader(const toml::table& source, const Mapping& mapping, const Lookups& lookups,
              Table& table)
      : reader_(source, mapping.file),
        table_(table),
        lookups_(lookups),
        compiler_{mapping.file, mapping.name, table.inputs, lookups} {}

  Result<void> read() {
    CF_LET(table_.name, reader_.need_text("name"));
    CF_TRY(read_form());
    CF_TRY(read_values());
    switch (table_.form) {
      case Form::facts:
        CF_TRY(read_group(/*needed=*/false));
        CF_TRY(read_command({"hasEffectiveOn"}));
        break;
      case Form::budget:
        CF_TRY(read_group(true));
        CF_TRY(read_command({"hasEffectiveOn", "facts"}));
        CF_TRY(read_line());
        CF_TRY(read_measures());
        CF_TRY(read_registry());
        break;
      case Form::statement:
        CF_TRY(read_group(false));
        CF_TRY(read_command({"hasEffectiveOn", "facts"}));
        CF_TRY(read_line());
        CF_TRY(read_measures());
        CF_TRY(reader_.need("statement"));
        CF_TRY(part("statement", capnp::Schema::from<schema::BudgetStated>(),
                    {"line", "original", "supplement", "carriedIn", "carriedOut", "reserve",
                     "total", "spent", "hasSpent"},
                    table_.statement));
        CF_TRY(read_registration());
        break;
      case Form::adjustments:
        CF_TRY(read_group(true));
        CF_TRY(read_command({"hasEffectiveOn", "facts"}));
        CF_TRY(read_line());
        CF_TRY(read_measures());
        CF_TRY(part("adjustment", capnp::Schema::from<schema::BudgetAdjusted>(), {"legs"},
                    table_.adjustment));
        if (!table_.adjustment) CF_TRY(reader_.need("adjustment"));
        compiler_.per_row = true;
        CF_TRY(part("leg", capnp::Schema::from<schema::Leg>(), {"line", "amount"}, table_.leg));
        break;
      case Form::lines:
        CF_TRY(read_line());
        CF_TRY(read_measures());
        break;
    }
    CF_TRY(reader_.finish());
    note_references();
    return {};
  }

 private:
  Result<void> read_form() {
    constexpr std::pair<std::string_view, Form> forms[] = {{"facts", Form::facts},
                                                           {"budget", Form::budget},
                                                           {"adjustments", Form::adjustments},
                                                           {"statement", Form::statement},
                                                           {"lines", Form::lines}};
    CF_LET(const std::string name, reader_.need_text("form"));
    for (const auto& [known, form] : forms) {
      if (name != known) continue;
      table_.form = form;
      return {};
    }
    return fail_in(
        *reader_.take("form"), reader_.file(),
        "\"{}\" is no form of table; known are facts, budget, adjustments, statement and lines",
        name);
  }

  Result<void> read_values() {
    CF_LET(const toml::table* values, reader_.table("values"));
    if (values == nullptr) return {};
    for (const auto& [name, node] : in_order(*values)) {
      // Read before it is added: in its own template its name means the column.
      CF_LET(Text text, read_text(*node, reader_.file(), table_.inputs, lookups_));
      table_.inputs.add_value(std::string(name), std::move(text));
    }
    return {};
  }

  Result<void> read_group(bool needed) {
    CF_LET(const auto names, reader_.texts("group"));
    if (names.empty() && needed) CF_TRY(reader_.need("group"));
    for (const std::string& name : names) {
      table_.group.push_back(table_.inputs.text_named(name));
      table_.inputs.share(table_.group.back());
    }
    return {};
  }

  Result<void> read_command(std::initializer_list<std::string_view> elsewhere) {
    CF_TRY(reader_.need("command"));
    CF_LET(const toml::table* command, reader_.table("command"));
    TomlReader keys(*command, reader_.file());
    CF_TRY(keys.need("commandId"));
    if (table_.form == Form::facts) CF_TRY(keys.need("facts"));
    CF_LET(table_.command,
           compiler_.object(*command, capnp::Schema::from<schema::Command>(), elsewhere));
    return {};
  }

  Result<void> part(std::string_view key, capnp::StructSchema schema,
                    std::initializer_list<std::string_view> elsewhere,
                    std::optional<Template>& into) {
    CF_LET(const toml::table* source, reader_.table(key));
    if (source == nullptr) return {};
    CF_LET(into, compiler_.object(*source, schema, elsewhere));
    return {};
  }

  /// What is registered before anything can be recorded of it.
  Result<void> read_registry() {
    CF_TRY(part("unit", capnp::Schema::from<schema::UnitRegistered>(), {}, table_.unit));
    CF_TRY(part("project", capnp::Schema::from<schema::ProjectProposed>(), {}, table_.project));
    return part("opened", capnp::Schema::from<schema::LineOpened>(), {"line"}, table_.opened);
  }

  /// Statements may also be about what the ledger has already.
  Result<void> read_registration() {
    CF_LET(const toml::table* source, reader_.table("registration"));
    if (source == nullptr) return {};
    TomlReader keys(*source, reader_.file());
    CF_TRY(keys.need("commandId"));
    CF_LET(table_.registration, compiler_.object(*source, capnp::Schema::from<schema::Command>(),
                                                 {"hasEffectiveOn", "facts"}));
    return read_registry();
  }

  Result<void> read_line() {
    CF_TRY(reader_.need("line"));
    CF_LET(const toml::table* source, reader_.table("line"));
    TomlReader keys(*source, reader_.file());
    LineNames line;
    const auto text = [&](std::string_view key, Text& into) -> Result<void> {
      CF_LET(const toml::node* node, keys.need(key));
      CF_LET(into, read_text(*node, reader_.file(), table_.inputs, lookups_));
      if (table_.form == Form::budget || table_.form == Form::statement) table_.inputs.share(into);
      return {};
    };
    CF_TRY(text("fiscal_year", line.fiscal_year));
    CF_TRY(text("project", line.project));
    CF_TRY(text("fund", line.fund));
    if (source->contains("item")) CF_TRY(text("item", line.item));
    CF_TRY(keys.finish());
    table_.line = std::move(line);
    return {};
  }

  Result<void> read_measures() {
    CF_TRY(reader_.need("measures"));
    CF_LET(const toml::table* source, reader_.table("measures"));
    for (const auto& [id, node] : in_order(*source)) {
      if (!is_id(id) || !node->is_table())
        return fail_in(*node, reader_.file(),
                       "the measure \"{}\" must be an id, with a table of its columns", id);
      TomlReader keys(*node->as_table(), reader_.file());
      Measure measure;
      measure.id = id;
      CF_LET(const auto unit, keys.integer("unit"));
      measure.unit = unit.value_or(1);
      if (measure.unit < 1 || measure.unit > 1'000'000'000)
        return fail_in(*node, reader_.file(), "\"unit\" must be a number from 1 to 1,000,000,000");
      CF_LET(const auto optional, keys.boolean("optional"));
      measure.optional = optional.value_or(false);
      CF_TRY(read_cells(keys, measure));
      CF_TRY(keys.finish());
      table_.measures.push_back(std::move(measure));
    }
    if (table_.measures.empty())
      return fail_in(*source, reader_.file(), "no measure is named here");
    return {};
  }

  Result<void> read_cells(TomlReader& keys, Measure& measure) {
    const auto cell = [&](std::string_view key, std::optional<Text>& into) -> Result<void> {
      CF_LET(const std::string name, keys.need_text(key));
      into = table_.inputs.text_named(name);
      return {};
    };
    if (table_.form == Form::adjustments) return cell("change", measure.change);
    if (table_.form == Form::statement) return read_stated(keys, measure);
    if (table_.form == Form::budget) CF_TRY(cell("original", measure.original));
    if (table_.form == Form::lines || keys.table().contains("revised"))
      CF_TRY(cell("revised", measure.revised));
    return {};
  }

  /// A component that the source does not have is zero; the total is what they are checked by.
  Result<void> read_stated(TomlReader& keys, Measure& measure) {
    constexpr std::pair<std::string_view, const char*> figures[] = {
        {"original", "original"},    {"supplement", "supplement"},
        {"carried_in", "carriedIn"}, {"carried_out", "carriedOut"},
        {"reserve", "reserve"},      {"total", "total"},
        {"spent", "spent"}};
    CF_TRY(keys.need("total"));
    for (const auto& [key, field] : figures) {
      CF_LET(const auto name, keys.text(key));
      if (name) measure.stated.emplace(field, table_.inputs.text_named(*name));
    }
    return {};
  }

  void note_references() {
    table_.refers = has_references(table_.command);
    for (const auto* shape : {&table_.unit, &table_.project, &table_.opened, &table_.registration,
                              &table_.statement, &table_.adjustment, &table_.leg})
      table_.refers = table_.refers || (*shape && has_references(**shape));
  }

  TomlReader reader_;
  Table& table_;
  const Lookups& lookups_;
  Compiler compiler_;
};

}  // namespace

Result<Table> read_table(const toml::table& source, const Mapping& mapping,
                         const Lookups& lookups) {
  Table table;
  table.source = mapping.name;
  CF_TRY(TableReader(source, mapping, lookups, table).read());
  return table;
}

}  // namespace counterfoil::intake
