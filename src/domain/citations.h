#pragma once

#include <schema/event.capnp.h>

#include <cstdint>
#include <set>

namespace counterfoil {

/// Sequences of the events that a decision rests on: its evidence, a review's factors, the answers
/// of an applied result.
std::set<std::uint64_t> cited_by(schema::Record::Reader record);

/// The same, and the events that the fact itself names: what it settles, approves, carries out,
/// returns, reverses.
std::set<std::uint64_t> named_by(schema::Record::Reader record);

}  // namespace counterfoil
