#include "codec/text.h"
#include "core/limits.h"
#include "http/cloud_event.h"
#include "http/event_page.h"
#include "http/event_stream.h"
#include "http/position.h"
#include "http/rendering.h"
#include "net/failure.h"

#include <boost/json/serialize.hpp>
#include <limits>

namespace counterfoil::http {
namespace {

namespace json = boost::json;

constexpr std::size_t usual_page = 256;

std::shared_ptr<CloudEvents> cloud_events(const Call& call) {
  Ledger& ledger = call.environment.access.ledger;
  return std::make_shared<CloudEvents>(or_throw(CloudEvents::of(
      ledger.facts().origin, ledger.facts().suite, ledger.journal().epoch().value)));
}

/// A page as NDJSON has no room for where it ends: that is in the headers.
kj::Promise<Response> read_events(Call& call) {
  const Journal& journal = call.environment.access.ledger.journal();
  const Epoch epoch = journal.epoch();
  std::uint64_t from = 0;
  if (call.arguments.has("after"))
    from = or_throw(parse_position(call.arguments.text("after"), epoch)).value + 1;
  const std::size_t limit = call.arguments.number("limit").value_or(usual_page);
  return read_event_page(call.feed(), from, journal.size(), limit)
      .then([&call, from, epoch, limit](std::vector<std::string> records) {
        const std::uint64_t next = from + records.size();
        auto work = [events = cloud_events(call),
                     records = std::move(records)]() mutable -> Result<std::string> {
          std::string lines;
          for (const std::string& bytes : records) {
            CF_LET(const json::value event, events->event(bytes));
            lines += json::serialize(event) + "\n";
          }
          return lines;
        };
        return call.environment.rendering.run(std::move(work))
            .then([next, epoch, limit](Result<std::string> lines) {
              Response response{200, ndjson_type, or_throw(std::move(lines))};
              if (next == 0) return response;
              const std::string position = format_position(epoch, Sequence{next - 1});
              response.headers = {
                  {"Counterfoil-Position", position},
                  {"Link", fmt::format("</v1/events?after={}&limit={}>; rel=\"next\"",
                                       escape(position), limit)}};
              return response;
            });
      });
}

kj::Promise<Response> read_event(Call& call) {
  const Journal& journal = call.environment.access.ledger.journal();
  const Sequence wanted =
      or_throw(parse_position(call.arguments.text("position"), journal.epoch()));
  if (wanted.value >= journal.size())
    or_throw<void>(fail(ErrorCode::not_found, "the journal holds {} records: there is no {}",
                        journal.size(), wanted.value));
  return read_event_page(call.feed(), wanted.value, journal.size(), 1)
      .then([&call](std::vector<std::string> records) {
        if (records.empty())
          or_throw<void>(fail(ErrorCode::not_found, "there is no such event for this token"));
        auto events = cloud_events(call);
        const json::value event = or_throw(events->event(records.front()));
        Response response{200, cloud_event_type, json::serialize(event)};
        const json::string& leaf = event.at("leafhash").as_string();
        response.headers = {
            {"ETag", fmt::format("\"{}\"", std::string_view(leaf.data(), leaf.size()))},
            {"Cache-Control", "private, max-age=31536000, immutable"}};
        return response;
      });
}

kj::Promise<Response> follow(Call& call) {
  Ledger& ledger = call.environment.access.ledger;
  const Epoch epoch = ledger.journal().epoch();
  // A client that connects again goes on behind what it had, wherever it began.
  std::string after(call.request.header("Last-Event-ID"));
  if (after.empty()) after = call.arguments.text("after");
  std::uint64_t from = 0;
  if (!after.empty()) from = or_throw(parse_position(after, epoch)).value + 1;
  if (from > ledger.journal().size())
    or_throw<void>(fail(ErrorCode::not_found,
                        "the journal holds {} records: there is no event {} to go on behind",
                        ledger.journal().size(), from - 1));
  Response response{200, event_stream_type, {}};
  auto events = cloud_events(call);
  response.stream = [&call, from, epoch, events](BodySink& out) {
    return write_event_stream({call.feed(), from, epoch, events, call.environment.rendering,
                               call.environment.access.timer, call.environment.meters},
                              out);
  };
  return response;
}

Parameter after_position() {
  return text_parameter("after",
                        "The position of the last event that was taken; without it, the first "
                        "event is the first of all");
}

}  // namespace

void add_event_routes(Routes& routes) {
  const json::value event = CloudEvents::schema(routes.schemas());

  Route list{"GET", "/v1/events",
             "Events as CloudEvents, one a line, in the order of their positions", Needs::feed};
  list.parameters = {after_position(), limit_parameter()};
  list.answers = {{200, ndjson_type,
                   "A page, each line a CloudEvent. Header Counterfoil-Position: that of the last "
                   "one on it; Link: where the next page is. An empty page: there is none yet",
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

  Route feed{"GET", "/v1/feed", "Events as they are recorded, as Server-Sent Events", Needs::feed};
  feed.parameters = {after_position()};
  feed.headers = {text_parameter(
      "Last-Event-ID", "The id of the last event that was taken; it goes before `after`")};
  feed.answers = {
      {200,
       event_stream_type,
       "Each event has its position as id, its type as event, and a CloudEvent as data. "
       "An id without data: nothing of the kind happened up to that position. An event "
       "`ended`: the ledger ends the stream, and its data (a problem document) says "
       "why",
       {{"type", "string"}}}};
  feed.handler = follow;
  routes.add(std::move(feed));
}

}  // namespace counterfoil::http
