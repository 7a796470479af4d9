#include "http/parameter.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <charconv>
#include <limits>

#include "core/limits.h"

namespace counterfoil::http {
namespace {

namespace json = boost::json;
using Form = Parameter::Form;

constexpr std::size_t bounds_max = 16;  // of one moment

tl::unexpected<Problem> bad(const Parameter& parameter, std::string_view what) {
  return refuse(400, ErrorCode::invalid, fmt::format("{}: {}", parameter.name, what));
}

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string names_of(const std::vector<Parameter>& parameters) {
  std::vector<std::string_view> names;
  for (const Parameter& one : parameters)
    if (one.place == Parameter::Place::query) names.push_back(one.name);
  return names.empty() ? "there are none" : fmt::format("there are {}", fmt::join(names, ", "));
}

const Parameter* find(const std::vector<Parameter>& parameters, std::string_view name,
                      Parameter::Place place) {
  const auto found = std::find_if(parameters.begin(), parameters.end(), [&](const Parameter& one) {
    return one.place == place && one.name == name;
  });
  return found == parameters.end() ? nullptr : &*found;
}

}  // namespace

Outcome<Arguments> Arguments::of(const std::vector<Parameter>& parameters,
                                 std::vector<std::pair<std::string, std::string>> in_path,
                                 const Target& target) {
  Arguments arguments;
  for (const auto& [name, value] : in_path) {
    const Parameter* const parameter = find(parameters, name, Parameter::Place::path);
    COUNTERFOIL_ASSERT(parameter != nullptr);
    CF_TRY(arguments.add(*parameter, value));
  }
  for (const auto& [name, value] : target.query) {
    const Parameter* const parameter = find(parameters, name, Parameter::Place::query);
    if (parameter == nullptr)
      return refuse(400, ErrorCode::invalid,
                    fmt::format("there is no parameter \"{}\" here; {}",
                                std::string_view(name).substr(0, 64), names_of(parameters)));
    CF_TRY(arguments.add(*parameter, value));
  }
  for (const Parameter& parameter : parameters)
    if (parameter.is_required && !arguments.has(parameter.name))
      return bad(parameter, "it is missing, and must be given");
  return arguments;
}

Outcome<void> Arguments::add(const Parameter& parameter, const std::string& value) {
  auto& values = values_[parameter.name];
  if (!values.empty() && !parameter.is_repeatable) return bad(parameter, "it is given twice");
  if (values.size() >= bounds_max)
    return bad(parameter, fmt::format("it is given more than {} times", bounds_max));
  if (value.empty()) return bad(parameter, "it is empty; leave it out, or give a value");
  if (value.size() > limits::text_bytes && parameter.form != Form::mark)
    return bad(parameter, fmt::format("it is {} bytes long; the limit is {}", value.size(),
                                      limits::text_bytes));
  if (parameter.form == Form::number) {
    const auto number = number_in(value);
    if (!number || *number < parameter.least || *number > parameter.most)
      return bad(parameter, fmt::format("it must be a whole number from {} to {}", parameter.least,
                                        parameter.most));
  }
  if (parameter.form == Form::flag && value != "true" && value != "false")
    return bad(parameter, "it must be true or false");
  if (parameter.form == Form::word &&
      std::find(parameter.words.begin(), parameter.words.end(), value) == parameter.words.end())
    return bad(parameter, fmt::format("it must be one of {}", fmt::join(parameter.words, ", ")));
  if (parameter.form == Form::mark && !from_base64url(value))
    return bad(parameter, "no page ends so: pass what the page before gave as next");
  values.push_back(value);
  return {};
}

std::string Arguments::text(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::string() : found->second.front();
}

const std::vector<std::string>& Arguments::all(std::string_view name) const {
  static const std::vector<std::string> none;
  const auto found = values_.find(name);
  return found == values_.end() ? none : found->second;
}

std::optional<std::uint64_t> Arguments::number(std::string_view name) const {
  if (!has(name)) return std::nullopt;
  return number_in(text(name));
}

std::string Arguments::mark(std::string_view name) const {
  auto bytes = from_base64url(text(name));
  COUNTERFOIL_ASSERT(bytes.has_value());
  return std::move(*bytes);
}

json::value describe(const Parameter& parameter) {
  json::object schema;
  switch (parameter.form) {
    case Form::text:
      schema = {{"type", "string"}, {"minLength", 1}, {"maxLength", limits::text_bytes}};
      break;
    case Form::number:
      schema = {{"type", "integer"}, {"minimum", parameter.least}};
      if (parameter.most != std::numeric_limits<std::uint64_t>::max())
        schema["maximum"] = parameter.most;
      break;
    case Form::flag:
      schema = {{"type", "boolean"}};
      break;
    case Form::word:
      schema = {{"type", "string"},
                {"enum", json::array(parameter.words.begin(), parameter.words.end())}};
      break;
    case Form::as_of:
      schema = {{"type", "string"}, {"pattern", "^(seq|recorded|decided|effective):.+$"}};
      break;
    case Form::mark:
      schema = {{"type", "string"}, {"pattern", "^[A-Za-z0-9_-]+$"}};
      break;
  }
  json::object out = {
      {"name", parameter.name},
      {"in", parameter.place == Parameter::Place::path ? "path" : "query"},
      {"description", parameter.description},
      {"required", parameter.is_required || parameter.place == Parameter::Place::path}};
  if (parameter.is_repeatable) {
    out["schema"] = {{"type", "array"}, {"items", std::move(schema)}, {"maxItems", bounds_max}};
    out["explode"] = true;
  } else {
    out["schema"] = std::move(schema);
  }
  return out;
}

Parameter text_parameter(std::string name, std::string description) {
  return {std::move(name), Form::text, std::move(description)};
}

Parameter required(Parameter parameter) {
  parameter.is_required = true;
  return parameter;
}

Parameter in_path(Parameter parameter) {
  parameter.place = Parameter::Place::path;
  return parameter;
}

Parameter number_parameter(std::string name, std::string description, std::uint64_t least,
                           std::uint64_t most) {
  Parameter parameter{std::move(name), Form::number, std::move(description)};
  parameter.least = least;
  parameter.most = most;
  return parameter;
}

Parameter word_parameter(std::string name, std::string description,
                         std::vector<std::string> words) {
  Parameter parameter{std::move(name), Form::word, std::move(description)};
  parameter.words = std::move(words);
  return parameter;
}

Parameter flag_parameter(std::string name, std::string description) {
  return {std::move(name), Form::flag, std::move(description)};
}

Parameter as_of_parameter(std::string name) {
  Parameter parameter{
      std::move(name), Form::as_of,
      "A moment of the past: seq:N, recorded:TIME, decided:TIME or effective:DATE, inclusive. "
      "Given several times, an event counts if it meets all"};
  parameter.is_repeatable = true;
  return parameter;
}

Parameter limit_parameter() {
  return number_parameter("limit", "At most so many on the page; a page may have fewer", 1,
                          limits::rows_in_page);
}

Parameter after_parameter() {
  return {"after", Form::mark, "What the page before gave as next; without it, the first page"};
}

Parameter fiscal_year_parameter() {
  return number_parameter("fiscalYear", "Only this fiscal year",
                          static_cast<std::uint64_t>(limits::fiscal_year_min),
                          static_cast<std::uint64_t>(limits::fiscal_year_max));
}

}  // namespace counterfoil::http
