#include <limits>

#include "codec/json.h"
#include "codec/text.h"
#include "http/cloud_event.h"
#include "http/rendering.h"
#include "net/as_of.h"
#include "net/failure.h"

namespace counterfoil::http {
namespace {

namespace json = boost::json;

std::uint32_t limit_of(const Call& call) {
  return static_cast<std::uint32_t>(call.arguments.number("limit").value_or(0));
}

schema::Figure figure_of(const Call& call) {
  const std::string name = call.arguments.text("figure");
  if (name == "spent") return schema::Figure::SPENT;
  if (name == "committed") return schema::Figure::COMMITTED;
  return schema::Figure::CURRENT;
}

Parameter figure_parameter() {
  return word_parameter("figure", "Which number, if not current",
                        {"current", "spent", "committed"});
}

kj::Promise<Response> history(Call& call) {
  auto request = call.reader().historyRequest();
  request.setSubject(text_of(call.arguments.text("subject")));
  request.setFrom(call.arguments.number("from").value_or(0));
  request.setLimit(limit_of(call));
  fill(request.initAsOf(), as_of_in(call));
  return request.send().then([&call](auto found) {
    return render(call,
                  [records = strings_of(found.getRecords()), count = found.getCount(),
                   next = found.getNext()]() -> Result<json::value> {
                    CF_LET(json::array events, json_of_records(records));
                    json::object out = {{"count", std::to_string(count)}};
                    out["events"] = std::move(events);
                    if (next < count) out["next"] = std::to_string(next);
                    return out;
                  });
  });
}

kj::Promise<Response> explain(Call& call) {
  auto request = call.reader().explainRequest();
  request.setSubject(text_of(call.arguments.text("subject")));
  fill(request.initFilter(), call.arguments);
  request.setFigure(figure_of(call));
  fill(request.initAsOf(), as_of_in(call));
  request.setAfter(data_of(call.arguments.mark("after")));
  request.setLimit(limit_of(call));
  return request.send().then([&call](auto found) {
    return render(
        call, [held = Held<schema::Reader::ExplainResults>(found)]() -> Result<json::value> {
          const auto results = held.get();
          CF_LET(json::array evidence, json_of_records(strings_of(results.getEvidence())));
          json::value out = page("figures", json_of(results.getFigures()), view(results.getNext()));
          json::object& object = out.as_object();
          object["contributions"] = json_of(results.getContributions());
          object["evidence"] = std::move(evidence);
          object["eventsBefore"] = results.getEventsBefore();
          object["eventsAfter"] = results.getEventsAfter();
          return out;
        });
  });
}

kj::Promise<Response> difference(Call& call) {
  if (!call.arguments.has("from") && !call.arguments.has("to"))
    or_throw<void>(fail(ErrorCode::invalid, "give from or to: both are now"));
  auto request = call.reader().differenceRequest();
  fill(request.initFirst(), as_of_in(call, "from"));
  fill(request.initSecond(), as_of_in(call, "to"));
  fill(request.initFilter(), call.arguments);
  request.setFigure(figure_of(call));
  request.setAfter(data_of(call.arguments.mark("after")));
  request.setLimit(limit_of(call));
  return request.send().then([&call](auto found) {
    return render(
        call, [held = Held<schema::Reader::DifferenceResults>(found)]() -> Result<json::value> {
          const auto results = held.get();
          json::value out = page("changes", json_of(results.getChanges()), view(results.getNext()));
          json::object& object = out.as_object();
          object["contributions"] = json_of(results.getContributions());
          object["eventsBefore"] = results.getEventsBefore();
          object["eventsAfter"] = results.getEventsAfter();
          return out;
        });
  });
}

kj::Promise<Response> what_if(Call& call) {
  if (call.request.body.size() > limits::rule_set_bytes)
    or_throw<void>(fail(ErrorCode::limit, "the rule set is {} bytes long; the limit is {}",
                        call.request.body.size(), limits::rule_set_bytes));
  or_throw(parse_json(call.request.body));
  auto request = call.reader().whatIfRequest();
  request.setRuleSet(text_of(call.request.body));
  request.setInPlaceOf(text_of(call.arguments.text("inPlaceOf")));
  fill(request.initAsOf(), as_of_in(call));
  request.setAfter(data_of(call.arguments.mark("after")));
  request.setLimit(limit_of(call));
  return request.send().then([&call](auto found) {
    return render(call,
                  [held = Held<schema::Reader::WhatIfResults>(found)]() -> Result<json::value> {
                    const auto results = held.get();
                    return page("rows", json_of(results.getRows()), view(results.getNext()));
                  });
  });
}

/// A page's schema with further members.
json::value with(json::value schema, const json::object& members) {
  json::object& properties = schema.as_object()["properties"].as_object();
  for (const auto& member : members) properties[member.key()] = member.value();
  return schema;
}

const json::value count_schema = {{"type", "integer"}, {"minimum", 0}};

void add_history(Routes& routes) {
  Route route{"GET", "/v1/history", "Every event of a subject, in order", Needs::reader};
  route.parameters = {
      required(text_parameter("subject",
                              "For instance project/ID, unit/ID, request/ID, ledger, "
                              "line/YEAR/PROJECT/FUND/MEASURE/ITEM")),
      number_parameter("from", "The first event's place in the history, from 0", 0,
                       std::numeric_limits<std::uint64_t>::max()),
      limit_parameter(), as_of_parameter()};
  json::object properties = {{"count", number_text_schema()}, {"next", number_text_schema()}};
  properties["events"] = array_schema(CloudEvents::data_schema(routes.schemas()));
  route.answers = {
      json_answer("A page; `count`: how many the subject has in all; `next`: give it as "
                  "`from`",
                  object_schema(std::move(properties), {"count", "events"}))};
  route.handler = history;
  routes.add(std::move(route));
}

}  // namespace

void add_replay_routes(Routes& routes) {
  JsonSchemas& schemas = routes.schemas();
  add_history(routes);

  json::object beside = {{"eventsBefore", count_schema}, {"eventsAfter", count_schema}};
  beside["contributions"] = array_schema(schemas.of<schema::ContributionRow>());

  Route explaining{"GET", "/v1/explain",
                   "Why a number is what it is: the events that sum to it, and what they rest on",
                   Needs::reader};
  explaining.parameters = filter_parameters({"fiscalYear", "fund", "measure"});
  explaining.parameters.push_back(required(text_parameter(
      "subject", "line/YEAR/PROJECT/FUND/MEASURE/ITEM, project/ID, unit/ID or pool/ID")));
  for (auto& one : {figure_parameter(), as_of_parameter(), limit_parameter(), after_parameter()})
    explaining.parameters.push_back(one);
  json::object with_evidence = beside;
  with_evidence["evidence"] = array_schema(CloudEvents::data_schema(schemas));
  explaining.answers = {json_answer(
      "Figures, and the contributions that sum to them; a figure that goes on is on both pages",
      with(page_schema("figures", schemas.of<schema::FigureRow>()), with_evidence))};
  explaining.handler = explain;
  routes.add(std::move(explaining));

  Route comparing{"GET", "/v1/diff",
                  "Budget lines that differ between two moments, and the events responsible",
                  Needs::reader};
  comparing.parameters = filter_parameters({"fiscalYear", "unit", "project", "fund", "measure"});
  for (auto& one : {as_of_parameter("from"), as_of_parameter("to"), figure_parameter(),
                    limit_parameter(), after_parameter()})
    comparing.parameters.push_back(one);
  comparing.answers = {
      json_answer("Lines, and what makes their differences",
                  with(page_schema("changes", schemas.of<schema::ChangeRow>()), beside))};
  comparing.handler = difference;
  routes.add(std::move(comparing));

  Route asking{"POST", "/v1/whatif",
               "What another rule set would have made of the decisions; nothing is recorded",
               Needs::reader};
  asking.parameters = {
      text_parameter("inPlaceOf", "The name of the sets it takes the place of, or all"),
      as_of_parameter(), limit_parameter(), after_parameter()};
  asking.body_types = {json_type};
  asking.body_schema = {{"type", "object"},
                        {"description", "A rule set; schema/ruleset.schema.json describes it"}};
  asking.answers = {json_answer("Decisions with which another rule would have been broken",
                                page_schema("rows", schemas.of<schema::WhatIfRow>()))};
  asking.handler = what_if;
  routes.add(std::move(asking));
}

}  // namespace counterfoil::http
