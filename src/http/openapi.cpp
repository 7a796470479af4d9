#include "http/openapi.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace counterfoil::http {
namespace {

namespace json = boost::json;

constexpr const char* about =
    "Every target, check, grade and budget adjustment is an event that nobody can alter unseen; "
    "budgets and all other rows are computed from them. Amounts are decimal strings of minor units "
    "(cents), 64-bit numbers are strings, fields that are zero or empty are left out. Whatever is "
    "refused comes as a problem document (RFC 9457) whose detail says what to do next.";

/// "/tile/{level}/{index}": that the last parameter takes several segments is said in its text.
std::string shown_path(std::string path) {
  if (const auto dots = path.find("...}"); dots != std::string::npos) path.erase(dots, 3);
  return path;
}

/// "getV1EventsSequence".
std::string operation_id(const Route& route) {
  std::string id;
  for (const char c : route.method) id += static_cast<char>(std::tolower(c));
  bool upper = true;
  for (const char c : route.path) {
    const bool is_letter = std::isalnum(static_cast<unsigned char>(c)) != 0;
    if (is_letter) id += upper ? static_cast<char>(std::toupper(c)) : c;
    upper = !is_letter;
  }
  return id;
}

/// Those that the table alone can tell of a route.
std::vector<std::pair<unsigned, std::string>> problems_of(const Route& route) {
  std::vector<std::pair<unsigned, std::string>> problems = {{400, "Malformed"}};
  if (route.needs != Needs::nothing) {
    problems.emplace_back(401, "No token, or none of this ledger");
    problems.emplace_back(403, "No role of the token's principal allows it");
  }
  problems.emplace_back(404, "There is no such thing");
  if (route.needs != Needs::nothing) {
    problems.emplace_back(409, "The state moved on, or the id was used for something else");
    problems.emplace_back(422, "A rule or an identity forbids it");
  }
  if (!route.body_types.empty()) {
    problems.emplace_back(411, "The body's length is missing");
    problems.emplace_back(413, "Larger than the ledger allows");
    problems.emplace_back(415, "A body of another type");
  }
  problems.emplace_back(503, "Busy: try again after Retry-After seconds");
  return problems;
}

json::object content(const std::string& type, const json::value& schema) {
  return {{type, {{"schema", schema.is_null() ? json::value(json::object()) : schema}}}};
}

json::object responses_of(const Route& route) {
  json::object responses;
  for (const AnswerForm& answer : route.answers) {
    json::value& place = responses[std::to_string(answer.status)];
    if (!place.is_object()) place = {{"description", answer.description}};
    if (answer.content_type.empty()) continue;
    json::object& types = place.as_object()["content"].is_object()
                              ? place.as_object()["content"].as_object()
                              : place.as_object()["content"].emplace_object();
    for (auto& type : content(answer.content_type, answer.schema))
      types[type.key()] = std::move(type.value());
  }
  for (const auto& [status, description] : problems_of(route)) {
    json::value& place = responses[std::to_string(status)];
    if (place.is_object()) continue;
    place = {{"description", description},
             {"content",
              content("application/problem+json", {{"$ref", "#/components/schemas/Problem"}})}};
  }
  return responses;
}

json::object operation_of(const Route& route) {
  json::object operation = {{"operationId", operation_id(route)}, {"summary", route.summary}};
  json::array parameters;
  for (const Parameter& parameter : route.parameters) parameters.push_back(describe(parameter));
  for (const Parameter& header : route.headers) {
    json::object described = describe(header).as_object();
    described["in"] = "header";
    parameters.push_back(std::move(described));
  }
  if (!parameters.empty()) operation["parameters"] = std::move(parameters);
  if (!route.body_types.empty()) {
    json::object types;
    for (const std::string& type : route.body_types) types[type] = {{"schema", route.body_schema}};
    operation["requestBody"] = {{"required", true}, {"content", std::move(types)}};
  }
  operation["responses"] = responses_of(route);
  if (route.needs == Needs::nothing)
    operation["security"] = json::array();
  else if (route.needs == Needs::public_log || route.needs == Needs::metrics)
    operation["security"] = {json::object(), {{"token", json::array()}}};
  return operation;
}

}  // namespace

json::value problem_schema() {
  const json::value text = {{"type", "string"}};
  json::object schema = object_schema(
      {{"type", {{"type", "string"}, {"format", "uri"}}},
       {"title", text},
       {"status", {{"type", "integer"}, {"minimum", 400}, {"maximum", 599}}},
       {"detail", {{"type", "string"}, {"description", "What is wrong, and what to do next"}}},
       {"code", text},
       {"place", {{"type", "string"}, {"description", "The part of the command it is about"}}},
       {"rule", {{"type", "string"}, {"description", "The rule that forbids it, \"R4\""}}},
       {"numbers",
        object_schema(
            {{"line", text}, {"amount", number_text_schema()}, {"allowed", number_text_schema()}},
            {"line", "amount", "allowed"})}},
      {"type", "title", "status", "detail", "code"});
  return schema;
}

std::string openapi(const Routes& routes) {
  json::object paths;
  for (const auto& route : routes.all()) {
    json::value& item = paths[shown_path(route->path)];
    if (!item.is_object()) item.emplace_object();
    std::string method;
    for (const char c : route->method) method += static_cast<char>(std::tolower(c));
    item.as_object()[method] = operation_of(*route);
  }
  json::object schemas;
  for (const auto& [name, schema] : routes.schemas().components()) schemas[name] = schema;
  schemas["Problem"] = problem_schema();
  const json::object document = {
      {"openapi", "3.1.0"},
      {"info",
       {{"title", "Counterfoil"}, {"version", COUNTERFOIL_VERSION}, {"description", about}}},
      {"servers", json::array{{{"url", "/"}}}},
      {"security", json::array{{{"token", json::array()}}}},
      {"paths", std::move(paths)},
      {"components",
       {{"schemas", std::move(schemas)},
        {"securitySchemes", {{"token", {{"type", "http"}, {"scheme", "bearer"}}}}}}}};
  return json::serialize(document);
}

}  // namespace counterfoil::http
