#include <algorithm>
#include <boost/json.hpp>
#include <iostream>
#include <memory>

#include "codec/shape.h"
#include "codec/subjects.h"
#include "codec/text.h"
#include "counterfoil/commands/command.h"
#include "counterfoil/schema_comments.h"
#include "counterfoil/schema_texts.h"
#include "counterfoil/standard_output.h"
#include "domain/recorders.h"

namespace counterfoil {
namespace {

using schema::Fact;

struct FactsOptions {
  std::string name;
  bool example = false;
};

/// A kind of event: its name, its tag and the struct of its fields.
struct Kind {
  std::string_view name;
  Fact::Which tag = Fact::UNSPECIFIED;
  const StructShape* shape = nullptr;
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = [] {
    std::vector<Kind> found;
    for (unsigned tag = 1; tag < fact_count; ++tag) {
      const auto which = static_cast<Fact::Which>(tag);
      const std::string_view name = fact_name(which);
      found.push_back(
          {name, which, shape_of(capnp::Schema::from<Fact>()).find(name)->value.structure});
    }
    return found;
  }();
  return all;
}

std::string recorded_by(Fact::Which fact) {
  if (!is_recordable(fact))
    return fact == Fact::LEDGER_OPENED ? "`counterfoil init`" : "the ledger itself";
  std::vector<std::string_view> names;
  for (const schema::Role role : recorders_of(fact)) names.push_back(role_name(role));
  if (names.empty()) return "who may record the event that it is about";
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string words_of(capnp::EnumSchema schema) {
  std::vector<std::string_view> words;
  for (const auto enumerant : schema.getEnumerants()) {
    const std::string_view word = view(enumerant.getProto().getName());
    if (word != "unspecified") words.push_back(word);
  }
  return fmt::format("{}", fmt::join(words, "|"));
}

/// How a command writes a value.
std::string form_of(const ValueShape& value) {
  const Marks& marks = value.marks;
  switch (value.form) {
    case Form::boolean:
      return "true|false";
    case Form::integer:
      if (marks.amount) return "minor units, or thousandths of a post";
      if (marks.money) return "minor units";
      if (marks.date) return "day, 2024-03-01";
      return marks.instant ? "moment, RFC 3339" : "whole number";
    case Form::enumeration:
      return words_of(value.type.asEnum());
    case Form::text:
      if (marks.subject_id) return "subject";
      return marks.id ? "id" : "text";
    case Form::data:
      return marks.hex ? "hexadecimal digits" : "base64";
    case Form::decimal:
      return "decimal text, \"12.50\"";
    case Form::list:
      return value.element->structure == nullptr ? form_of(*value.element) + ", a list" : "a list";
    default:
      return "an object";
  }
}

OutputOptions options_of(const GlobalOptions& global) {
  return {global.format, global.language, 2, {}, global.encoding};  // prints no money
}

struct FieldLine {
  std::string field;  // "legs[].amount" where it is nested
  std::string form;
  std::string meaning;
};

void add_fields(std::vector<FieldLine>& lines, const StructShape& shape,
                const std::string& before) {
  for (const FieldShape& field : shape.fields) {
    if (!StructShape::is_nameable(field)) continue;
    const bool is_list = field.value.form == Form::list;
    const std::string path = before + std::string(field.name) + (is_list ? "[]" : "");
    std::string meaning = comment_of(shape.name, field.name);
    if (field.value.marks.optional)
      meaning += meaning.empty() ? "may be absent" : "; may be absent";
    lines.push_back({path, form_of(field.value), meaning});
    const ValueShape& inner = is_list ? *field.value.element : field.value;
    if (inner.form == Form::structure) add_fields(lines, *inner.structure, path + ".");
  }
}

/// For a person: a field a line, and nothing of it cut off.
void print_lines(const std::vector<FieldLine>& lines) {
  std::size_t width = 0;
  for (const FieldLine& line : lines) width = std::max(width, line.field.size());
  for (const FieldLine& line : lines)
    std::cout << fmt::format("  {:<{}}  {}{}{}\n", line.field, width, line.form,
                             line.meaning.empty() ? "" : " — ", line.meaning);
}

Result<void> print_rows(const GlobalOptions& global, const std::vector<FieldLine>& lines) {
  Output output(options_of(global), capnp::Schema::from<schema::FieldRow>(), std::cout);
  for (const FieldLine& line : lines) {
    capnp::MallocMessageBuilder message;
    auto row = message.initRoot<schema::FieldRow>();
    row.setField(text_of(line.field));
    row.setForm(text_of(line.form));
    row.setMeaning(text_of(line.meaning));
    output.row(row.asReader());
  }
  return output.finish();
}

/// Calls `visit` with each example, a line of JSON, and the name of its fact.
template <typename Visit>
void for_each_example(Visit visit) {
  std::string_view rest = examples_text();
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    const auto json = boost::json::parse({line.data(), line.size()});
    const auto& fact = json.at("facts").as_array().front().as_object();
    const auto name = fact.begin()->key();
    visit(std::string_view(name.data(), name.size()), line);
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  }
}

void print_examples(std::string_view of) {
  for_each_example([&](std::string_view name, std::string_view line) {
    if (of.empty() || of == name) std::cout << line << '\n';
  });
}

Result<const Kind*> find(std::string_view name) {
  const auto found =
      std::ranges::find_if(kinds(), [&](const Kind& kind) { return kind.name == name; });
  if (found != kinds().end()) return &*found;
  return fail(ErrorCode::not_found, "there is no fact \"{}\"; `counterfoil facts` lists them",
              name);
}

Result<void> print_list(const GlobalOptions& global) {
  Output output(options_of(global), capnp::Schema::from<schema::FactRow>(), std::cout);
  for (const Kind& kind : kinds()) {
    capnp::MallocMessageBuilder message;
    auto row = message.initRoot<schema::FactRow>();
    row.setFact(text_of(std::string(kind.name)));
    row.setRecordedBy(text_of(recorded_by(kind.tag)));
    row.setMeaning(text_of(comment_of(kind.shape->name)));
    output.row(row.asReader());
  }
  return output.finish();
}

Result<void> print_fact(const GlobalOptions& global, const Kind& kind) {
  std::vector<FieldLine> lines;
  add_fields(lines, *kind.shape, "");
  if (global.format != Format::table) return print_rows(global, lines);
  const std::string meaning = comment_of(kind.shape->name);
  std::cout << kind.name << ", recorded by " << recorded_by(kind.tag) << '\n'
            << meaning << (meaning.empty() ? "" : "\n") << '\n';
  print_lines(lines);
  if (!is_recordable(kind.tag)) return {};
  std::cout
      << "\nA command that records one, as `counterfoil submit` takes it after those that it\n"
         "rests on (`counterfoil facts --example`):\n";
  print_examples(kind.name);
  return {};
}

Result<ExitStatus> facts(const GlobalOptions& global, const FactsOptions& options) {
  const Kind* kind = nullptr;
  if (!options.name.empty()) {
    CF_LET(kind, find(options.name));
  }
  if (options.example) {
    if (kind != nullptr && !is_recordable(kind->tag))
      return fail(ErrorCode::not_found, "no command records a {}: that does {}", kind->name,
                  recorded_by(kind->tag));
    print_examples(options.name);
  } else if (kind != nullptr) {
    CF_TRY(print_fact(global, *kind));
  } else {
    CF_TRY(print_list(global));
  }
  CF_TRY(flush_output());
  return ExitStatus::done;
}

}  // namespace

void add_facts(CLI::App& app, GlobalOptions& global, Action& action) {
  auto* command = app.add_subcommand(
      "facts", "What can be recorded: every fact, its fields, who may record it, an example");
  auto options = std::make_shared<FactsOptions>();
  command->add_option("name", options->name, "A fact, for instance budgetAdjusted");
  command->add_flag("--example", options->example,
                    "Only the example as a JSON line; without a name, of every fact, in an order "
                    "in which a new ledger under the rule set open takes them. The sequences in "
                    "them are of that ledger; stricter rules want more evidence and a second "
                    "principal");
  command->footer(
      "Examples:\n"
      "  counterfoil facts\n"
      "  counterfoil facts budgetAdjusted\n"
      "  counterfoil facts --example | counterfoil submit -");
  command->callback([&global, &action, options] {
    action = [&global, options] { return facts(global, *options); };
  });
}

}  // namespace counterfoil
