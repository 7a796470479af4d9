#pragma once

#include <capnp/dynamic.h>
#include <schema/command.capnp.h>

#include <boost/json/value.hpp>
#include <string_view>

#include "core/result.h"

namespace counterfoil {

/// Parses one JSON value, strictly: a fraction, an exponent, an integer beyond 64 bits, a duplicate
/// key, a NUL, text that is not UTF-8 and nesting beyond `limits::message_depth` are refused, with
/// the line, the column (in characters) and the path. No floating point is involved.
Result<boost::json::value> parse_json(std::string_view text);

/// The JSON form of any struct of our schemas, generated from the schema and its annotations
/// (schema/annotations.capnp): 64-bit integers are decimal strings, dates and instants as in
/// core/time.h, hashes hexadecimal, other Data base64, an enum its name, a Decimal "12.50".
/// A set union is an object with the member's name. Absent (zero, empty) fields are left out, but a
/// union's set member and a list's elements never are. A field `x` with a flag `hasX` beside it is
/// there where the flag is set, also when it is zero; the flag itself never is.
boost::json::value to_json(capnp::DynamicStruct::Reader reader);

/// Inverse of to_json. Integers may be JSON numbers or decimal strings. Unknown fields, fields that
/// only the ledger sets ($byLedger), and values of the wrong form are refused with their path
/// ("facts[0].budgetAdjusted.legs[3].amount"). An empty list is left unset, as canonical form asks.
/// What it accepts has passed check_struct (codec/check.h). After an error the builder holds a part
/// of the value and is of no use.
Result<void> from_json(const boost::json::value& json, capnp::DynamicStruct::Builder builder);

/// from_json for a command, and check_command (codec/check.h). `effectiveOn` sets `hasEffectiveOn`.
Result<void> command_from_json(const boost::json::value& json, schema::Command::Builder command);

}  // namespace counterfoil
