#include "codec/json.h"
#include "codec/text.h"
#include "core/limits.h"
#include "http/rendering.h"
#include "net/failure.h"

namespace counterfoil::http {
namespace {

namespace json = boost::json;

/// Reads the body into the parameters of the capability's method. What the path says is not said
/// again.
template <typename Request>
void read_body(const Call& call, Request& request, std::initializer_list<const char*> in_path) {
  const json::value body = or_throw(parse_json(call.request.body));
  if (const json::object* const object = body.if_object())
    for (const char* name : in_path)
      if (object->contains(name))
        or_throw<void>(fail(ErrorCode::invalid, "{}: the path says it; leave it out", name));
  or_throw(from_json(body, request));
}

/// The schema of such a body.
template <typename Params>
json::value body_schema(JsonSchemas& schemas, std::initializer_list<const char*> without) {
  const json::value reference = schemas.of<Params>(JsonSchemas::Side::request);
  const std::string name(std::string_view(reference.at("$ref").as_string()).substr(21));
  json::value schema = schemas.components().at(name);
  for (const char* field : without) schema.as_object()["properties"].as_object().erase(field);
  return schemas.add(name, std::move(schema));
}

Response done() {
  return Response{204, "", ""};
}

kj::Promise<Response> list(Call& call) {
  return call.feed().consumersRequest().send().then(
      [](auto found) { return json_response(page("consumers", json_of(found.getRows()), {})); });
}

kj::Promise<Response> create(Call& call) {
  auto request = call.feed().createConsumerRequest();
  read_body(call, request, {});
  if (request.getPartitions() == 0) request.setPartitions(1);
  return request.send().then([](auto) {
    Response response{201, "", ""};
    response.headers.push_back({"Location", "/v1/consumers"});
    return response;
  });
}

kj::Promise<Response> drop(Call& call) {
  auto request = call.feed().dropConsumerRequest();
  request.setName(text_of(call.arguments.text("name")));
  return request.send().then([](auto) { return done(); });
}

kj::Promise<Response> move(Call& call) {
  auto request = call.feed().moveConsumerRequest();
  read_body(call, request, {"name"});
  request.setName(text_of(call.arguments.text("name")));
  return request.send().then([](auto) { return done(); });
}

kj::Promise<Response> parked(Call& call) {
  auto request = call.feed().parkedRequest();
  request.setName(text_of(call.arguments.text("name")));
  request.setAfter(call.arguments.number("after").value_or(0));
  request.setHasAfter(call.arguments.has("after"));
  request.setLimit(static_cast<std::uint32_t>(call.arguments.number("limit").value_or(0)));
  return request.send().then([](auto found) {
    const auto rows = found.getRows();
    json::object out = page("parked", json_of(rows), {}).as_object();
    if (found.getMore() && rows.size() != 0)
      out["next"] = std::to_string(rows[rows.size() - 1].getSequence());
    return json_response(out);
  });
}

template <typename Request>
kj::Promise<Response> of_sequences(Call& call, Request request) {
  read_body(call, request, {"name"});
  request.setName(text_of(call.arguments.text("name")));
  return request.send().then([](auto found) {
    return json_response(json::object{{"count", found.getCount()}});
  });
}

kj::Promise<Response> retry(Call& call) {
  return of_sequences(call, call.feed().retryRequest());
}

kj::Promise<Response> unpark(Call& call) {
  return of_sequences(call, call.feed().unparkRequest());
}

/// The reader whose stream is open, on whichever connection.
schema::Consumption::Client reading(Call& call) {
  const Readings::Key key{
      std::string(view(call.session->opened.getInfo().getPrincipal())), call.arguments.text("name"),
      static_cast<std::uint32_t>(call.arguments.number("partition").value_or(0)),
      *call.arguments.number("generation")};
  auto* const found = call.environment.readings.find(key);
  if (found == nullptr)
    or_throw<void>(fail(ErrorCode::conflict,
                        "no stream of generation {} reads partition {} of {}: it has ended, or was "
                        "taken over. Open /v1/feed?consumer={} again",
                        key.generation, key.partition, key.consumer, key.consumer));
  return *found;
}

kj::Promise<Response> acknowledge(Call& call) {
  auto request = reading(call).acknowledgeRequest();
  read_body(call, request, {});
  return request.send().then([](auto moved) {
    return json_response(json::object{{"position", std::to_string(moved.getPosition())}});
  });
}

kj::Promise<Response> park(Call& call) {
  auto request = reading(call).parkRequest();
  read_body(call, request, {});
  return request.send().then([](auto) { return done(); });
}

kj::Promise<Response> unpark_one(Call& call) {
  auto request = reading(call).unparkRequest();
  read_body(call, request, {});
  return request.send().then([](auto) { return done(); });
}

const AnswerForm nothing{204, "", "Done, and durable", nullptr};

/// Adds routes below /v1/consumers/{name}.
class Family {
 public:
  explicit Family(Routes& routes) : routes_(routes) {}

  Route& add(const char* method, const char* path, const char* summary, AnswerForm answer,
             Handler handler) {
    Route route{method, path, summary, Needs::feed};
    if (route.path.find("{name}") != std::string::npos)
      route.parameters.push_back(in_path(text_parameter("name", "Of the consumer")));
    route.answers = {std::move(answer)};
    route.handler = std::move(handler);
    return routes_.add(std::move(route));
  }
  Route& add_body(Route& route, json::value schema) {
    route.body_types = {json_type};
    route.body_schema = std::move(schema);
    return route;
  }
  /// What an open stream is known by.
  void add_reading(Route& route) {
    route.parameters.push_back(
        required(number_parameter("generation", "The stream's header Counterfoil-Generation", 0,
                                  std::numeric_limits<std::uint64_t>::max())));
    route.parameters.push_back(
        number_parameter("partition", "The stream's, from 0", 0, limits::partitions - 1));
  }

 private:
  Routes& routes_;
};

}  // namespace

void add_consumer_routes(Routes& routes) {
  using F = schema::Feed;
  using C = schema::Consumption;
  JsonSchemas& schemas = routes.schemas();
  Family family(routes);
  family.add(
      "GET", "/v1/consumers", "Each partition of each named consumer",
      json_answer("The partitions", page_schema("consumers", schemas.of<schema::ConsumerRow>())),
      list);
  family.add_body(family.add("POST", "/v1/consumers", "Make a named consumer of the feed",
                             {201, "", "Made, and durable", nullptr}, create),
                  body_schema<F::CreateConsumerParams>(schemas, {}));
  family.add("DELETE", "/v1/consumers/{name}", "Forget a consumer and what it parked", nothing,
             drop);
  family.add_body(family.add("POST", "/v1/consumers/{name}/move",
                             "Move a consumer back, to read again, or forward", nothing, move),
                  body_schema<F::MoveConsumerParams>(schemas, {"name"}));

  json::value parked_form = page_schema("parked", schemas.of<schema::ParkedRow>());
  Route& set_aside = family.add("GET", "/v1/consumers/{name}/parked", "What it set aside",
                                json_answer("By sequence", std::move(parked_form)), parked);
  set_aside.parameters.push_back(number_parameter("after", "What the page before gave as next", 0,
                                                  std::numeric_limits<std::uint64_t>::max()));
  set_aside.parameters.push_back(limit_parameter());

  const AnswerForm count =
      json_answer("How many there were",
                  object_schema({{"count", {{"type", "integer"}, {"minimum", 0}}}}, {"count"}));
  family.add_body(
      family.add("POST", "/v1/consumers/{name}/retry",
                 "Have parked events delivered once more, all where none is named", count, retry),
      body_schema<F::RetryParams>(schemas, {"name"}));
  family.add_body(family.add("POST", "/v1/consumers/{name}/unpark",
                             "Forget parked events, all where none is named", count, unpark),
                  body_schema<F::UnparkParams>(schemas, {"name"}));

  const AnswerForm position =
      json_answer("Where the consumer is then, durably",
                  object_schema({{"position", number_text_schema()}}, {"position"}));
  family.add_reading(family.add_body(
      family.add("POST", "/v1/consumers/{name}/acknowledge",
                 "Every event before the position is dealt with", position, acknowledge),
      body_schema<C::AcknowledgeParams>(schemas, {})));
  family.add_reading(family.add_body(
      family.add("POST", "/v1/consumers/{name}/park",
                 "Set an event that was sent aside: it counts as acknowledged", nothing, park),
      body_schema<C::ParkParams>(schemas, {})));
  family.add_reading(family.add_body(
      family.add("POST", "/v1/consumers/{name}/resolve",
                 "A parked event that the stream was sent is dealt with", nothing, unpark_one),
      body_schema<C::UnparkParams>(schemas, {})));
}

}  // namespace counterfoil::http
