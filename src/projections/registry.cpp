#include "projections/adjustments.h"
#include "projections/budgets.h"
#include "projections/projection.h"

namespace counterfoil {

const std::vector<const Projection*>& all_projections() {
  static const Budgets budgets;
  static const Adjustments adjustments;
  static const std::vector<const Projection*> all = {&budgets, &adjustments};
  return all;
}

}  // namespace counterfoil
