#include "http/rendering.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "codec/canonical.h"
#include "codec/json.h"
#include "codec/text.h"
#include "domain/event_json.h"
#include "net/as_of.h"
#include "net/failure.h"

namespace counterfoil::http {
namespace {

namespace json = boost::json;

constexpr std::pair<const char*, const char*> filters[] = {
    {"unit", "Only this budget unit"},
    {"project", "Only this project"},
    {"fund", "Only this fund"},
    {"measure", "Only this measure, for instance net"},
    {"kind", "Only this kind of adjustment, for instance virement"},
    {"request", "Only the request with this number"},
    {"state", "Only this state"},
    {"rule", "Only this rule, for instance R4"},
    {"pool", "Only this pool"}};

}  // namespace

Response json_response(const json::value& value, unsigned status) {
  return {status, json_type, json::serialize(value)};
}

Result<json::array> json_of_records(const std::vector<std::string>& records) {
  json::array array;
  RecordBuffer buffer;
  for (const std::string& bytes : records) {
    CF_LET(const auto record, buffer.load(bytes));
    array.push_back(event_json(record));
  }
  return array;
}

std::vector<std::string> strings_of(capnp::List<capnp::Data>::Reader list) {
  std::vector<std::string> strings;
  strings.reserve(list.size());
  for (const auto data : list) strings.emplace_back(view(data));
  return strings;
}

AsOf as_of_in(const Call& call, std::string_view name) {
  return or_throw(parse_as_of(call.arguments.all(name), call.zone()));
}

json::value page(const char* name, json::array rows, std::string_view next) {
  json::object object;
  object[name] = std::move(rows);
  if (!next.empty()) object["next"] = to_base64url(next);
  return object;
}

json::value page_schema(const char* name, json::value row) {
  const json::value next = {
      {"type", "string"},
      {"description", "Give it as `after` for the next page; missing on the last one"}};
  json::object properties;
  properties[name] = array_schema(std::move(row));
  properties["next"] = next;
  return object_schema(std::move(properties), {name});
}

std::vector<Parameter> filter_parameters(const std::vector<std::string>& names) {
  std::vector<Parameter> parameters;
  for (const std::string& name : names) {
    if (name == "fiscalYear") parameters.push_back(fiscal_year_parameter());
    for (const auto& [known, description] : filters)
      if (name == known) parameters.push_back(text_parameter(name, description));
  }
  return parameters;
}

void fill(schema::Filter::Builder filter, const Arguments& arguments) {
  filter.setFiscalYear(static_cast<std::int32_t>(arguments.number("fiscalYear").value_or(0)));
  filter.setUnit(text_of(arguments.text("unit")));
  filter.setProject(text_of(arguments.text("project")));
  filter.setFund(text_of(arguments.text("fund")));
  filter.setMeasure(text_of(arguments.text("measure")));
  filter.setKind(text_of(arguments.text("kind")));
  filter.setRequest(text_of(arguments.text("request")));
  filter.setState(text_of(arguments.text("state")));
  filter.setRule(text_of(arguments.text("rule")));
  filter.setPool(text_of(arguments.text("pool")));
}

AnswerForm json_answer(std::string description, json::value schema, unsigned status) {
  return {status, json_type, std::move(description), std::move(schema)};
}

}  // namespace counterfoil::http
