#include <fmt/ranges.h>
#include <schema/annotations.capnp.h>
#include <schema/event.capnp.h>

#include <algorithm>

#include "counterfoil/import/template.h"

namespace counterfoil::intake {
namespace {

// Of schema/annotations.capnp: the compiler gives annotations no names in C++.
enum class Mark : std::uint64_t {
  money = 0xd0b5a8e1c2f34a12,
  amount = 0xd0b5a8e1c2f34a13,
  date = 0xd0b5a8e1c2f34a14,
  instant = 0xd0b5a8e1c2f34a15,
  by_ledger = 0xd0b5a8e1c2f34a17,
};

bool marked(const capnp::StructSchema::Field& field, Mark mark) {
  for (const auto annotation : field.getProto().getAnnotations())
    if (annotation.getId() == static_cast<std::uint64_t>(mark)) return true;
  return false;
}

std::string_view name_of(const capnp::StructSchema::Field& field) {
  return field.getProto().getName().cStr();
}

bool is_decimal(const capnp::Type& type) {
  return type.isStruct() && type.asStruct() == capnp::Schema::from<schema::Decimal>();
}

constexpr std::pair<std::string_view, As> as_names[] = {
    {"text", As::text},       {"integer", As::integer},
    {"money", As::money},     {"thousandths", As::thousandths},
    {"decimal", As::decimal}, {"date", As::date},
    {"boolean", As::boolean}, {"present", As::present},
};

/// How text may be read for a field; the first is what happens where the mapping does not say.
std::vector<As> readings(const capnp::Type& type, const capnp::StructSchema::Field& field) {
  if (marked(field, Mark::money) || marked(field, Mark::amount))
    return {As::money, As::thousandths};
  if (marked(field, Mark::date)) return {As::date};
  if (marked(field, Mark::instant)) return {As::instant};
  if (is_decimal(type)) return {As::decimal};
  if (type.isBool()) return {As::boolean, As::present};
  if (type.isText() || type.isEnum() || type.isData()) return {As::text};
  return {As::integer, As::thousandths};
}

std::string names_in(capnp::StructSchema schema) {
  std::vector<std::string_view> names;
  for (const auto field : schema.getFields())
    if (!marked(field, Mark::by_ledger)) names.push_back(name_of(field));
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

Result<Template> Compiler::object(const toml::table& table, capnp::StructSchema schema,
                                  std::initializer_list<std::string_view> elsewhere) {
  Template::Object object;
  Template result;
  for (const auto& [key, node] : in_order(table)) {
    if (key == "when") {
      const auto name = node->value_exact<std::string>();
      if (!name) return fail_in(*node, file, "\"when\" must be the name of a column or value");
      result.when = inputs.text_named(*name);
      share(*result.when);
      continue;
    }
    const auto field = schema.findFieldByName(std::string(key).c_str());
    const capnp::StructSchema::Field* found = nullptr;
    KJ_IF_MAYBE (f, field) {
      found = f;
    }
    if (found == nullptr)
      return fail_in(*node, file, "\"{}\" is no field of {}; it has {}", key,
                     schema.getShortDisplayName().cStr(), names_in(schema));
    if (marked(*found, Mark::by_ledger))
      return fail_in(*node, file, "\"{}\" is set by the ledger; leave it out", key);
    if (std::ranges::find(elsewhere, key) != elsewhere.end())
      return fail_in(*node, file, "\"{}\" is made by this form of table; leave it out", key);
    if (key == "commandId") {
      CF_LET(Text id, command_id(*node));
      share(id);
      object.fields.push_back(
          {std::string(key), Template{Template::Leaf{.text = std::move(id)}, {}}});
      continue;
    }
    CF_LET(Template made, value(*node, found->getType(), *found));
    object.fields.push_back({std::string(key), std::move(made)});
  }
  result.node = std::move(object);
  return result;
}

Result<Text> Compiler::command_id(const toml::node& node) {
  CF_LET(Text id, read_text(node, file, inputs, lookups));
  // Ids of different sources must never meet in one ledger.
  id.prefix = prefix + "/" + id.prefix;
  id.whole = true;
  return id;
}

Result<Template> Compiler::value(const toml::node& node, capnp::Type type,
                                 const capnp::StructSchema::Field& field) {
  if (type.isList()) return list(node, type.asList().getElementType(), field);
  if (type.isStruct() && !is_decimal(type)) {
    if (const toml::table* table = node.as_table()) return object(*table, type.asStruct());
    return fail_in(node, file, "\"{}\" must be a table of {}", name_of(field),
                   names_in(type.asStruct()));
  }
  return leaf(node, type, field);
}

Result<Template> Compiler::list(const toml::node& node, capnp::Type element,
                                const capnp::StructSchema::Field& field) {
  if (const toml::table* table = node.as_table(); table != nullptr && table->contains("rows")) {
    TomlReader reader(*table, file);
    const toml::node* rows = reader.take("rows");
    CF_TRY(reader.finish());
    const bool outer = std::exchange(per_row, true);
    CF_LET(Template made, value(*rows, element, field));
    per_row = outer;
    Template::PerRow each;
    each.element.push_back(std::move(made));
    return Template{std::move(each), {}};
  }
  if (const toml::table* table = node.as_table();
      table != nullptr && table->contains("sequences_of"))
    return sequences(*table, element, field);
  const toml::array* array = node.as_array();
  if (array == nullptr)
    return fail_in(
        node, file,
        "\"{}\" must be a list, {{rows = …}} for an element a row, or {{sequences_of = …}}",
        name_of(field));
  Template::List made;
  for (const toml::node& one : *array) {
    CF_LET(Template shape, value(one, element, field));
    made.elements.push_back(std::move(shape));
  }
  return Template{std::move(made), {}};
}

/// `{ sequences_of = "column" }`, of a column or value that names commands.
Result<Template> Compiler::sequences(const toml::table& table, capnp::Type element,
                                     const capnp::StructSchema::Field& field) {
  TomlReader reader(table, file);
  CF_LET(const std::string name, reader.need_text("sequences_of"));
  CF_TRY(reader.finish());
  if (!element.isUInt64())
    return fail_in(table, file, "\"{}\" holds no sequences, so \"sequences_of\" cannot fill it",
                   name_of(field));
  Template::Sequences made{inputs.text_named(name), prefix + "/"};
  share(made.words);
  return Template{std::move(made), {}};
}

Result<Template> Compiler::leaf(const toml::node& node, capnp::Type type,
                                const capnp::StructSchema::Field& field) {
  const std::vector<As> allowed = readings(type, field);
  if (const toml::table* table = node.as_table()) return described(*table, type, field);
  if (const auto number = node.value_exact<std::int64_t>();
      number && allowed.front() == As::integer)
    return Template{boost::json::value(*number), {}};
  if (const auto truth = node.value_exact<bool>(); truth && allowed.front() == As::boolean)
    return Template{boost::json::value(*truth), {}};
  if (const auto day = node.value_exact<toml::date>();
      day && (allowed.front() == As::date || allowed.front() == As::instant)) {
    auto date = make_date(day->year, day->month, day->day);
    if (!date) return fail_in(node, file, "{}", date.error().message);
    return Template{Template::Day{*date, allowed.front()}, {}};
  }
  if (!node.is_string())
    return fail_in(node, file, "\"{}\" must be a template in quotes or a table with \"column\"",
                   name_of(field));
  CF_LET(Text text, read_text(node, file, inputs, lookups));
  share(text);
  return Template{Template::Leaf{.text = std::move(text), .as = allowed.front()}, {}};
}

Result<Template> Compiler::described(const toml::table& table, capnp::Type type,
                                     const capnp::StructSchema::Field& field) {
  const std::vector<As> allowed = readings(type, field);
  TomlReader reader(table, file);
  Template result;
  CF_LET(const auto when, reader.text("when"));
  if (when) {
    result.when = inputs.text_named(*when);
    share(*result.when);
  }
  CF_LET(const auto optional, reader.boolean("optional"));
  if (const toml::node* id = reader.take("sequence_of")) {
    if (!type.isUInt64())
      return fail_in(*id, file, "\"{}\" holds no sequence, so \"sequence_of\" cannot fill it",
                     name_of(field));
    CF_LET(const auto fact, reader.integer("fact"));
    if (fact && *fact < 0) return fail_in(*id, file, "\"fact\" counts from 0");
    CF_LET(Text text, command_id(*id));
    share(text);
    CF_TRY(reader.finish());
    result.node = Template::Sequence{std::move(text), static_cast<std::uint64_t>(fact.value_or(0)),
                                     optional.value_or(false)};
    return result;
  }
  Template::Leaf leaf{.as = allowed.front(), .optional = optional.value_or(false)};
  CF_LET(const auto as, reader.text("as"));
  if (as) {
    const auto known =
        std::ranges::find(as_names, *as, [](const auto& pair) { return pair.first; });
    // A day stands for its first moment where a moment is asked for.
    const As wanted = known == std::end(as_names)                                   ? As::text
                      : known->second == As::date && allowed.front() == As::instant ? As::instant
                                                                                    : known->second;
    if (known == std::end(as_names) || std::ranges::find(allowed, wanted) == allowed.end())
      return fail_in(*table.get("as"), file,
                     "\"{}\" cannot be read as \"{}\"; leave \"as\" out for its own form",
                     name_of(field), *as);
    leaf.as = wanted;
  }
  CF_LET(const auto unit, reader.integer("unit"));
  if (unit && (*unit < 1 || *unit > 1'000'000'000))
    return fail_in(table, file, "\"unit\" must be a number from 1 to 1,000,000,000");
  leaf.unit = unit.value_or(1);
  CF_LET(leaf.text, read_text(reader, inputs, lookups));
  share(leaf.text);
  CF_TRY(reader.finish());
  result.node = std::move(leaf);
  return result;
}

}  // namespace counterfoil::intake
