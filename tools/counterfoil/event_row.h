#pragma once

#include <schema/event.capnp.h>
#include <schema/views.capnp.h>

namespace counterfoil {

/// Makes the row of an event. Its detail is the fact as codec/json.h writes it, but with money in
/// major units: by the line beside it, an $amount is in posts where the measure is headcount.
void fill(schema::EventRow::Builder row, schema::Record::Reader record, unsigned currency_exponent);

}  // namespace counterfoil
