#pragma once

#include <capnp/dynamic.h>

#include <boost/json/value.hpp>
#include <string_view>

#include "core/result.h"

namespace counterfoil {

/// Parses one JSON value, strictly: a fraction, an exponent, an integer beyond 64 bits, a duplicate
/// key, a NUL, text that is not UTF-8 and nesting beyond `limits::message_depth` are refused, with
/// the place. No floating point is involved.
Result<boost::json::value> parse_json(std::string_view text);

/// The JSON form of any struct of our schemas, generated from the schema and its annotations
/// (schema/annotations.capnp): 64-bit integers are decimal strings, dates and instants as in
/// core/time.h, hashes hexadecimal, other Data base64, an enum its name, a Decimal "12.50".
/// A set union is an object with the member's name. Absent (zero, empty) fields are left out.
boost::json::value to_json(capnp::DynamicStruct::Reader reader);

/// Inverse of to_json. Integers may be JSON numbers or decimal strings. Unknown fields, fields that
/// only the ledger sets ($byLedger), and values of the wrong form are refused with their path
/// ("facts[0].budgetAdjusted.legs[3].amount"). An empty list is left unset, as canonical form asks.
Result<void> from_json(const boost::json::value& json, capnp::DynamicStruct::Builder builder);

}  // namespace counterfoil
