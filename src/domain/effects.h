#pragma once

#include <schema/event.capnp.h>

#include <functional>
#include <string_view>

#include "core/money.h"
#include "core/result.h"

namespace counterfoil {

/// One change that a fact makes to a budget line. The whole arithmetic of budgets is the sum of
/// these: the book, every read model and every explanation use this one list.
struct LineEffect {
  std::string_view line;
  schema::Component component;
  Money amount;
  std::int32_t vintage = 0;  // fiscal year that the money was first appropriated in; 0: the line's
};

/// One change of a pool: what goes in and what comes out, under the tag of where it came from.
struct PoolEffect {
  std::string_view pool;
  std::string_view source_tag;
  Money incoming;
  Money outgoing;
};

/// Calls `visit` for each effect, in the fact's own order. A visit's failure ends the walk; so does
/// a fact, a kind or a component that this build does not know (`unsupported`).
Result<void> for_each_line_effect(schema::Fact::Reader fact,
                                  const std::function<Result<void>(const LineEffect&)>& visit);
Result<void> for_each_pool_effect(schema::Fact::Reader fact,
                                  const std::function<Result<void>(const PoolEffect&)>& visit);

/// The component that an adjustment of that kind counts as; `unsupported` where this build does not
/// know the kind.
Result<schema::Component> component_of(schema::BudgetAdjusted::Kind kind);

/// Whether the component is part of a line's current budget: all but `committed` and `spent`.
bool is_part_of_current(schema::Component component);

}  // namespace counterfoil
