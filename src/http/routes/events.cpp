#include <boost/json/serialize.hpp>

#include "codec/text.h"
#include "core/limits.h"
#include "http/cloud_event.h"
#include "http/event_choice.h"
#include "http/event_page.h"
#include "http/event_stream.h"
#include "http/rendering.h"
#include "net/failure.h"

namespace counterfoil::http {
namespace {

namespace json = boost::json;

constexpr std::size_t usual_page = 256;

CloudEvents cloud_events(const Call& call) {
  Ledger& ledger = call.environment.access.ledger;
  return or_throw(
      CloudEvents::of(ledger.facts().origin, ledger.facts().suite, ledger.journal().epoch().value));
}

Position first_position(const Call& call) {
  const std::string from = call.arguments.text("from");
  return from.empty() ? Position{} : position_in(from);
}

/// Where the next page is: this one's address with another `from`.
std::string next_page(const Call& call, const std::string& position) {
  std::string query = "from=" + escape(position);
  for (const Parameter& parameter : call.route.parameters)
    if (parameter.name != "from")
      for (const std::string& value : call.arguments.all(parameter.name))
        query += fmt::format("&{}={}", parameter.name, escape(value));
  return fmt::format("</v1/events?{}>; rel=\"next\"", query);
}

/// A page as NDJSON has no room for where it ends: that is in the headers.
kj::Promise<Response> read_events(Call& call) {
  const Journal& journal = call.environment.access.ledger.journal();
  const std::size_t limit = call.arguments.number("limit").value_or(usual_page);
  return read_event_page(subscription_of(call, first_position(call)), journal.size(), limit)
      .then([&call, epoch = journal.epoch()](EventPage page) {
        const std::string position = format_position(epoch, Sequence{page.next});
        auto work = [events = std::make_shared<CloudEvents>(cloud_events(call)),
                     records = std::move(page.records)]() -> Result<std::string> {
          std::string lines;
          for (const std::string& bytes : records) {
            CF_LET(const json::value event, events->event(bytes));
            lines += json::serialize(event) + "\n";
          }
          return lines;
        };
        return call.environment.rendering.run(std::move(work))
            .then([&call, position](Result<std::string> lines) {
              Response response{200, ndjson_type, or_throw(std::move(lines))};
              response.headers = {{"Counterfoil-Position", position},
                                  {"Link", next_page(call, position)}};
              return response;
            });
      });
}

kj::Promise<Response> read_event(Call& call) {
  const Journal& journal = call.environment.access.ledger.journal();
  const Position wanted = position_in(call.arguments.text("position"));
  if (wanted.epoch == journal.epoch() && wanted.next.value >= journal.size())
    or_throw<void>(fail(ErrorCode::not_found, "the journal holds {} records: there is no {}",
                        journal.size(), wanted.next.value));
  return read_event_page(subscription_of(call, wanted), wanted.next.value + 1, 1)
      .then([&call](EventPage page) {
        if (page.records.empty())
          or_throw<void>(fail(ErrorCode::not_found, "there is no such event"));
        CloudEvents events = cloud_events(call);
        const json::value event = or_throw(events.event(page.records.front()));
        Response response{200, cloud_event_type, json::serialize(event)};
        const json::string& leaf = event.at("leafhash").as_string();
        response.headers = {
            {"ETag", fmt::format("\"{}\"", std::string_view(leaf.data(), leaf.size()))},
            {"Cache-Control", "private, max-age=31536000, immutable"}};
        return response;
      });
}

std::shared_ptr<EventStream> make_stream(Call& call) {
  return std::make_shared<EventStream>(call.environment.access.ledger.journal().epoch(),
                                       cloud_events(call), call.environment.rendering,
                                       call.environment.meters);
}

/// The stream lasts as long as the capability that it is the sink of.
Response stream_response(std::shared_ptr<EventStream> stream, capnp::Capability::Client source,
                         std::shared_ptr<void> place = {}) {
  Response response{200, event_stream_type, {}};
  auto held = std::make_shared<capnp::Capability::Client>(kj::mv(source));
  response.stream = [stream = std::move(stream), held = std::move(held),
                     place = std::move(place)](BodySink& out) {
    return stream->run(out).attach(std::shared_ptr(held), std::shared_ptr(place));
  };
  return response;
}

/// The named consumer's reader. Its generation, which acknowledgements are given with, is in the
/// headers.
kj::Promise<Response> consume(Call& call) {
  const Arguments& given = call.arguments;
  for (const char* name : {"from", "fact", "subject", "unit", "fiscalYear", "partitions"})
    if (given.has(name))
      or_throw<void>(fail(ErrorCode::invalid,
                          "{}: a consumer has a position, a filter and partitions of its own",
                          name));
  Readings::Key key{std::string(view(call.session->opened.getInfo().getPrincipal())),
                    given.text("consumer"),
                    static_cast<std::uint32_t>(given.number("partition").value_or(0)), 0};
  auto stream = make_stream(call);
  auto request = call.feed().consumeRequest();
  request.setName(text_of(key.consumer));
  request.setPartition(key.partition);
  request.setTakeOver(given.flag("takeOver"));
  request.setSink(stream->sink());
  return request.send().then([&call, stream, key = std::move(key)](auto begun) mutable {
    key.generation = begun.getGeneration();
    auto consumption = begun.getConsumption();
    auto place = call.environment.readings.enter(key, consumption);
    Response response = stream_response(stream, consumption, std::move(place));
    const Epoch epoch = call.environment.access.ledger.journal().epoch();
    response.headers = {
        {"Counterfoil-Generation", std::to_string(key.generation)},
        {"Counterfoil-Position", format_position(epoch, Sequence{begun.getPosition()})}};
    return response;
  });
}

kj::Promise<Response> follow(Call& call) {
  // A client that connects again goes on behind what it had, wherever it began.
  const std::string last(call.request.header("Last-Event-ID"));
  if (call.arguments.has("consumer")) return consume(call);
  if (call.arguments.has("takeOver"))
    or_throw<void>(fail(ErrorCode::invalid, "takeOver: only a consumer has a reader"));
  const Position from = last.empty() ? first_position(call) : position_in(last);
  auto stream = make_stream(call);
  auto request = subscription_of(call, from);
  request.setSink(stream->sink());
  return request.send().then(
      [stream](auto subscribed) { return stream_response(stream, subscribed.getSubscription()); });
}

void add_feed(Routes& routes) {
  Route feed{"GET", "/v1/feed", "Events as they are recorded, as Server-Sent Events", Needs::feed};
  feed.parameters = event_choice_parameters();
  feed.parameters.push_back(text_parameter(
      "consumer", "Instead of a position: the named consumer whose reader this becomes"));
  feed.parameters.push_back(
      flag_parameter("takeOver", "End the consumer's reader, where it has one"));
  feed.headers = {
      text_parameter("Last-Event-ID", "The id of the last event that was taken; before `from`")};
  feed.answers = {{200,
                   event_stream_type,
                   "Each event has as id the position behind it, its type as event, and a "
                   "CloudEvent as data. An id without data: nothing that is wanted happened up to "
                   "that position. `ended`: the ledger ends the stream, and its data (a problem "
                   "document) says why. Of a consumer, the header Counterfoil-Generation is what "
                   "acknowledgements are given with, and a `retried` is a parked event once more",
                   {{"type", "string"}}}};
  feed.handler = follow;
  routes.add(std::move(feed));
}

}  // namespace

void add_event_routes(Routes& routes) {
  const json::value event = CloudEvents::schema(routes.schemas());

  Route list{"GET", "/v1/events",
             "Events as CloudEvents, one a line, in the order of their positions", Needs::feed};
  list.parameters = event_choice_parameters();
  list.parameters.push_back(limit_parameter());
  list.answers = {{200, ndjson_type,
                   "A page, each line a CloudEvent. Header Counterfoil-Position: where to go on "
                   "from; Link: the next page. An empty page: there is nothing more yet",
                   event}};
  list.handler = read_events;
  routes.add(std::move(list));

  Route one{"GET", "/v1/events/{position}", "One event as a CloudEvent; it never changes",
            Needs::feed};
  one.parameters = {in_path(text_parameter("position", "\"1234\", or \"e2:1234\" in epoch 2"))};
  one.answers = {{200, cloud_event_type, "The event", event},
                 {304, "", "The client has it", nullptr}};
  one.handler = read_event;
  routes.add(std::move(one));
  add_feed(routes);
}

}  // namespace counterfoil::http
