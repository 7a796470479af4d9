#pragma once

#include <string>
#include <string_view>

namespace counterfoil {

/// What schema/event.capnp says in a comment about a field of a struct
/// ("BudgetRequested.CostLine"), or, without a field, about the struct itself. Empty where it says
/// nothing.
std::string comment_of(std::string_view structure, std::string_view field = {});

}  // namespace counterfoil
