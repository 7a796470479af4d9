#pragma once

#include <schema/event.capnp.h>

#include <optional>
#include <string_view>
#include <vector>

namespace counterfoil {

/// The roles in which a fact may be recorded (DOMAIN, facts). Empty for a correction: whoever may
/// record an event may propose and record its reversal.
const std::vector<schema::Role>& recorders_of(schema::Fact::Which fact);

/// As the schema spells it: "finance".
std::string_view role_name(schema::Role role);
/// The inverse; nothing where no role is called so.
std::optional<schema::Role> role_named(std::string_view name);

/// Whether a command can record it: the ledger opens, seals and re-keys itself.
bool is_recordable(schema::Fact::Which fact);

}  // namespace counterfoil
