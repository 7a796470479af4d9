#pragma once

#include <schema/ledger.capnp.h>

#include <string>
#include <vector>

#include "core/zone.h"
#include "domain/as_of.h"

namespace counterfoil {

/// A moment as `--as-of` and the asOf of HTTP spell it: "seq:N", "recorded:TIME", "decided:TIME",
/// "effective:DATE", each as often as wanted; the earlier one of an axis holds. TIME is RFC 3339,
/// or a date: the end of that day where the ledger is kept. `invalid` names what cannot be read.
Result<AsOf> parse_as_of(const std::vector<std::string>& bounds, const Zone& zone);

void fill(schema::AsOf::Builder out, const AsOf& as_of);

/// A moment (RFC 3339), or the last moment of a day.
Result<Instant> parse_moment(std::string_view text, const Zone& zone);

}  // namespace counterfoil
