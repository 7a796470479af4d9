#pragma once

#include <string_view>

namespace counterfoil {

/// schema/event.capnp: its comments say what each field means.
std::string_view event_schema_text();
/// schema/examples.jsonl: a command for each fact, in an order in which a new ledger takes them.
std::string_view examples_text();

}  // namespace counterfoil
