#include "domain/event_json.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "codec/json.h"
#include "domain/effects.h"

namespace counterfoil {
namespace {

namespace json = boost::json;

json::string_view text(std::string_view value) {
  return {value.data(), value.size()};
}

std::string minor(Money amount) {
  return std::to_string(amount.minor);
}

json::string_view name_of(schema::Component component) {
  const auto enumerants = capnp::Schema::from<schema::Component>().getEnumerants();
  return enumerants[static_cast<unsigned>(component)].getProto().getName().cStr();
}

/// Sets `name` to the list, unless it is empty, or to null where it could not be made.
void set(json::object& event, json::string_view name, json::array list, bool known) {
  if (!known)
    event[name] = nullptr;
  else if (!list.empty())
    event[name] = std::move(list);
}

}  // namespace

json::value event_json(schema::Record::Reader record) {
  json::value event = to_json(record);
  json::array lines;
  const auto of_lines =
      for_each_line_effect(record.getFact(), [&](const LineEffect& effect) -> Result<void> {
        json::object one{{"line", text(effect.line)},
                         {"component", name_of(effect.component)},
                         {"amount", minor(effect.amount)}};
        if (effect.vintage != 0) one["vintage"] = effect.vintage;
        lines.push_back(std::move(one));
        return {};
      });
  json::array pools;
  const auto of_pools =
      for_each_pool_effect(record.getFact(), [&](const PoolEffect& effect) -> Result<void> {
        json::object one{{"pool", text(effect.pool)}};
        if (!effect.source_tag.empty()) one["sourceTag"] = text(effect.source_tag);
        if (effect.incoming.minor != 0) one["incoming"] = minor(effect.incoming);
        if (effect.outgoing.minor != 0) one["outgoing"] = minor(effect.outgoing);
        pools.push_back(std::move(one));
        return {};
      });
  set(event.get_object(), "effects", std::move(lines), of_lines.has_value());
  set(event.get_object(), "poolEffects", std::move(pools), of_pools.has_value());
  return event;
}

}  // namespace counterfoil
