#pragma once

#include <schema/event.capnp.h>

#include <boost/json/value.hpp>

namespace counterfoil {

/// The JSON of one event for whoever follows the feed: the record as codec/json.h writes it, and
/// behind it what the event does, so that a consumer needs no rule to keep sums:
///
/// - `effects`: what it changes of each budget line, in order: `line`, `component` (as in
///   EventReversed), `amount` in minor units, `vintage` where it has one. Added up by line and
///   component, they give the columns of the budgets view.
/// - `poolEffects`: `pool`, `sourceTag`, `incoming`, `outgoing`.
///
/// Each is left out where there is none, and null where this build does not know the fact.
boost::json::value event_json(schema::Record::Reader record);

}  // namespace counterfoil
