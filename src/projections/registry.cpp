#include "projections/adjustments.h"
#include "projections/budgets.h"
#include "projections/projection.h"
#include "projections/read_models.h"

namespace counterfoil {

const std::vector<const Projection*>& all_projections() {
  static const Budgets budgets;
  static const Adjustments adjustments;
  static const std::vector<const Projection*> all = {&budgets,
                                                     &adjustments,
                                                     &targets_projection(),
                                                     &monitoring_projection(),
                                                     &grades_projection(),
                                                     &obligations_projection(),
                                                     &compliance_projection(),
                                                     &stale_projection(),
                                                     &priorities_projection(),
                                                     &pools_projection(),
                                                     &library_projection(),
                                                     &units_projection(),
                                                     &cuts_projection(),
                                                     &statements_projection(),
                                                     &principals_projection()};
  return all;
}

}  // namespace counterfoil
