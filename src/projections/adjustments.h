#pragma once

#include <schema/views.capnp.h>

#include "core/ids.h"
#include "projections/projection.h"

namespace counterfoil {

/// One row a leg of every adjustment (schema/views.capnp, AdjustmentRow), in the journal's order.
class Adjustments final : public Projection {
 public:
  std::string_view name() const override { return "adjustments"; }
  MadeOf made_of() const override { return MadeOf::projects; }
  std::uint32_t version() const override { return 1; }
  capnp::StructSchema row_schema() const override {
    return capnp::Schema::from<schema::AdjustmentRow>();
  }
  std::string_view row_prefix() const override { return "r"; }
  Result<void> fold(schema::Record::Reader record, Rows& rows) const override;

  /// Rows stand behind the row prefix, by sequence (8 bytes, big-endian) and leg (4 bytes). Entries
  /// behind other prefixes are the fold's own: the unit that each line belongs to.
  static std::string key_prefix(Sequence sequence);
  static std::string key(Sequence sequence, std::uint32_t leg);
};

}  // namespace counterfoil
