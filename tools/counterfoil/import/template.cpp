#include "counterfoil/import/template.h"

#include <algorithm>
#include <charconv>

namespace counterfoil::intake {
namespace {

namespace json = boost::json;
using Filled = Result<std::optional<json::value>>;

constexpr unsigned thousandths_exponent = 3;

class Filler {
 public:
  explicit Filler(const Scope& scope) : scope_(scope), row_(&scope.rows.front()) {}

  Filled fill(const Template& shape) {
    if (shape.when) {
      CF_LET(const std::string text, scope_.inputs.text_of(*shape.when, *row_));
      if (text.empty()) return std::nullopt;
    }
    return std::visit([this](const auto& node) { return make(node); }, shape.node);
  }

 private:
  Filled make(const Template::Object& shape) {
    json::object object;
    for (const Template::Field& field : shape.fields) {
      auto value = fill(field.value);
      if (!value) return located(field, std::move(value).error());
      if (*value) object.emplace(field.name, std::move(**value));
    }
    if (object.empty() && !shape.fields.empty()) return std::nullopt;
    return object;
  }

  Filled make(const Template::List& shape) {
    json::array array;
    for (const Template& element : shape.elements) {
      CF_LET(auto value, fill(element));
      if (value) array.push_back(std::move(*value));
    }
    if (array.empty()) return std::nullopt;
    return array;
  }

  Filled make(const Template::PerRow& shape) {
    json::array array;
    const Row* outer = row_;
    for (const Row& row : scope_.rows) {
      row_ = &row;
      CF_LET(auto value, fill(shape.element.front()));
      if (value) array.push_back(std::move(*value));
    }
    row_ = outer;
    if (array.empty()) return std::nullopt;
    return array;
  }

  Filled make(const Template::Leaf& leaf) {
    CF_LET(std::string text, scope_.inputs.text_of(leaf.text, *row_));
    if (leaf.as == As::present) return text.empty() ? Filled(std::nullopt) : json::value(true);
    if (text.empty() && (leaf.optional || leaf.as == As::text)) return std::nullopt;
    switch (leaf.as) {
      case As::text:
      case As::present:
        return json::value(text);
      case As::boolean:
        if (text == "true" || text == "false") return json::value(text == "true");
        return fail(ErrorCode::invalid, "\"{}\" is neither true nor false", text);
      case As::date:
      case As::instant: {
        CF_LET(const Date date, scope_.dates.parse(text));
        return day(date, leaf.as);
      }
      case As::integer:
      case As::money:
      case As::thousandths:
      case As::decimal:
        break;
    }
    CF_LET(const Number number, parse_number(text, scope_.numbers));
    if (leaf.as == As::decimal) return json::value(format_number(number));
    const unsigned exponent = leaf.as == As::money         ? scope_.setting.currency_exponent
                              : leaf.as == As::thousandths ? thousandths_exponent
                                                           : 0;
    CF_LET(const std::int64_t whole, scaled(number, leaf.unit, exponent));
    return json::value(whole);
  }

  Filled make(const Template::Sequence& reference) {
    CF_LET(const std::string id, scope_.inputs.text_of(reference.command_id, *row_));
    CF_LET(const auto first, scope_.references.first_of(id));
    if (first) return json::value(first->value + reference.fact);
    if (reference.optional) return std::nullopt;
    return fail(
        ErrorCode::not_found,
        "it refers to the command \"{}\", which the ledger does not have; import the file that "
        "records it first",
        id);
  }

  Filled make(const Template::Sequences& references) {
    CF_LET(const std::string text, scope_.inputs.text_of(references.words, *row_));
    json::array array;
    for (std::string_view rest = text; !rest.empty();) {
      const std::string_view word = rest.substr(0, rest.find(' '));
      rest.remove_prefix(std::min(word.size() + 1, rest.size()));
      if (word.empty()) continue;
      CF_LET(const Template::Sequence one, named_by(references.prefix, word));
      CF_LET(auto sequence, make(one));
      array.push_back(std::move(*sequence));
    }
    if (array.empty()) return std::nullopt;
    return array;
  }

  /// Reads "payment/3" or "payment/3#1".
  static Result<Template::Sequence> named_by(const std::string& prefix, std::string_view word) {
    Template::Sequence sequence;
    const std::size_t mark = word.find('#');
    const std::string_view place = mark == word.npos ? "0" : word.substr(mark + 1);
    const auto [end, error] =
        std::from_chars(place.data(), place.data() + place.size(), sequence.fact);
    if (error != std::errc() || end != place.data() + place.size())
      return fail(ErrorCode::invalid,
                  "\"{}\" names no fact: write the command's id, with #1 for its second fact",
                  word);
    sequence.command_id.parts.push_back(
        {Text::Part::Kind::literal, prefix + std::string(word.substr(0, mark)), 0});
    return sequence;
  }

  Filled make(const Template::Day& shape) { return day(shape.date, shape.as); }
  Filled make(const json::value& constant) { return constant; }

  Filled day(Date date, As as) const {
    if (as == As::date) return json::value(format_date(date));
    return json::value(format_instant(scope_.setting.zone.start_of(date)));
  }

  /// Names the field, and the row where this is the innermost field.
  tl::unexpected<Error> located(const Template::Field& field, Error error) const {
    const bool inner = error.message.starts_with("line ");
    if (inner) return tl::unexpected(std::move(error));
    return fail_at(fmt::format("line {}, {}", row_->line(), field.name), std::move(error));
  }

  const Scope& scope_;
  const Row* row_;
};

}  // namespace

Result<std::optional<boost::json::value>> fill(const Template& shape, const Scope& scope) {
  COUNTERFOIL_ASSERT(!scope.rows.empty());
  return Filler(scope).fill(shape);
}

bool has_references(const Template& shape) {
  struct Search {
    bool operator()(const Template::Object& object) const {
      for (const auto& field : object.fields)
        if (has_references(field.value)) return true;
      return false;
    }
    bool operator()(const Template::List& list) const { return any(list.elements); }
    bool operator()(const Template::PerRow& rows) const { return any(rows.element); }
    bool operator()(const Template::Sequence&) const { return true; }
    bool operator()(const Template::Sequences&) const { return true; }
    bool operator()(const Template::Leaf&) const { return false; }
    bool operator()(const Template::Day&) const { return false; }
    bool operator()(const boost::json::value&) const { return false; }
    static bool any(const std::vector<Template>& shapes) {
      for (const Template& shape : shapes)
        if (has_references(shape)) return true;
      return false;
    }
  };
  return std::visit(Search{}, shape.node);
}

}  // namespace counterfoil::intake
