#pragma once

#include <capnp/dynamic.h>
#include <schema/command.capnp.h>

#include "core/result.h"

namespace counterfoil {

/// Accepts what a client may send as this struct, whether it came as JSON or over the network: text
/// that is UTF-8 without NUL, ids, subjects, dates and decimals of the right form, no id missing
/// that is not $optional, every union set, nothing that only the ledger sets ($byLedger), every
/// limit of core/limits.h kept, and no bit set that this build has no field for (it would be lost
/// in canonical form, or stored unseen). The whole message is walked, so a pointer out of its
/// bounds is found here and not by whoever reads next. Code `invalid` or `limit`; the message
/// starts with the path.
Result<void> check_struct(capnp::DynamicStruct::Reader reader);

/// check_struct, and the command's id where it has one. What a missing id means is the decider's
/// business, as is every other precondition.
Result<void> check_command(schema::Command::Reader command);

}  // namespace counterfoil
