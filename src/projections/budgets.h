#pragma once

#include <schema/views.capnp.h>

#include "codec/line.h"
#include "projections/projection.h"

namespace counterfoil {

/// One row a budget line (schema/views.capnp, BudgetRow): original, each kind of adjustment,
/// current, committed, spent, available.
class Budgets final : public Projection {
 public:
  std::string_view name() const override { return "budgets"; }
  MadeOf made_of() const override { return MadeOf::projects; }
  std::uint32_t version() const override { return 1; }
  capnp::StructSchema row_schema() const override {
    return capnp::Schema::from<schema::BudgetRow>();
  }
  std::string_view row_prefix() const override { return {}; }
  Result<void> fold(schema::Record::Reader record, Rows& rows) const override;

  /// Key of a line's row: fiscal year (4 bytes, big-endian), then project, fund, measure and item,
  /// each ended by a NUL.
  static std::string key(const LineId& line);
  /// What the keys of a year's rows start with, or of one project's in that year.
  static std::string key_prefix(std::int32_t fiscal_year, std::string_view project = {});
};

}  // namespace counterfoil
