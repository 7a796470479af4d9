#include "http/cloud_event.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "codec/binary_text.h"
#include "codec/canonical.h"
#include "codec/text.h"
#include "core/ids.h"
#include "core/time.h"
#include "domain/event_json.h"

namespace counterfoil::http {

namespace json = boost::json;

Result<CloudEvents> CloudEvents::of(std::string origin, std::string_view suite,
                                    std::uint32_t epoch) {
  CF_LET(Hasher hasher, Hasher::of_suite(suite));
  return CloudEvents(std::move(origin), std::move(hasher), epoch);
}

Result<json::value> CloudEvents::event(std::string_view record_bytes) {
  RecordBuffer buffer;
  CF_LET(const auto record, buffer.load(record_bytes));
  json::object data = event_json(record).as_object();
  const json::object& fact = data["fact"].as_object();
  const std::string name =
      fact.empty() ? "unknown" : std::string(std::string_view(fact.begin()->key()));
  const Sequence sequence{record.getSequence()};
  json::object event = {{"specversion", "1.0"},
                        {"id", format_position(Epoch{record.getEpoch()}, sequence)},
                        {"source", origin_},
                        {"type", "counterfoil." + name},
                        {"time", format_instant(Instant{record.getRecordedAt()})},
                        {"datacontenttype", "application/json"},
                        {"position", format_position(Epoch{epoch_}, sequence)},
                        {"leafhash", to_hex(bytes_of(hasher_.leaf(record_bytes)))}};
  if (record.getSubjects().size() != 0)
    event["subject"] = std::string(view(record.getSubjects()[0].getId()));
  event["data"] = std::move(data);
  return event;
}

json::value CloudEvents::schema(JsonSchemas& schemas) {
  const json::value text = {{"type", "string"}, {"minLength", 1}};
  const json::value position = {{"type", "string"}, {"pattern", "^(e[0-9]+:)?[0-9]+$"}};
  json::object properties = {
      {"specversion", {{"const", "1.0"}}},
      {"id", position},
      {"source", {{"type", "string"}, {"format", "uri-reference"}, {"minLength", 1}}},
      {"type", {{"type", "string"}, {"pattern", "^counterfoil\\.[A-Za-z]+$"}}},
      {"subject", text},
      {"time", {{"type", "string"}, {"format", "date-time"}}},
      {"datacontenttype", {{"const", "application/json"}}},
      {"position", position},
      {"leafhash", {{"type", "string"}, {"pattern", "^[0-9a-f]{64}$"}}}};
  properties["data"] = data_schema(schemas);
  return schemas.add(
      "CloudEvent",
      object_schema(std::move(properties), {"specversion", "id", "source", "type", "time",
                                            "position", "leafhash", "datacontenttype", "data"}));
}

json::value CloudEvents::data_schema(JsonSchemas& schemas) {
  schemas.of<schema::Record>();
  json::value schema = schemas.components().at("Record");
  const json::value text = {{"type", "string"}};
  const json::value amount = {{"type", "string"}, {"pattern", "^-?[0-9]+$"}};
  const auto effects = [](json::object one) {
    return json::value{{"type", json::array{"array", "null"}},
                       {"description", "null where this ledger does not know what the event does"},
                       {"items", object_schema(std::move(one), {})}};
  };
  json::object& properties = schema.as_object()["properties"].as_object();
  properties["effects"] = effects({{"line", text},
                                   {"component", text},
                                   {"amount", amount},
                                   {"vintage", {{"type", "integer"}}}});
  properties["poolEffects"] =
      effects({{"pool", text}, {"sourceTag", text}, {"incoming", amount}, {"outgoing", amount}});
  return schemas.add("Event", std::move(schema));
}

}  // namespace counterfoil::http
