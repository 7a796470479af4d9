#include "projections/support/documents.h"

#include <schema/views.capnp.h>

#include "projections/own.h"

namespace counterfoil::test {
namespace {

using Row = schema::AdjustmentRow;

/// Documents, each with the event that cited it first.
class Documents final : public RowProjection<Row> {
  std::string_view name() const override { return "documents"; }
  std::uint32_t version() const override { return 1; }

  Result<void> fold(schema::Record::Reader record, Rows& rows) const override {
    std::string before;
    for (const auto document : record.getDocuments()) {
      const Key key = Key(row_letter).text(view(document.getNumber()));
      CF_LET(const bool known, rows.get(key, before));
      if (known) continue;
      put_row<Row>(rows, key, [&](Row::Builder row) {
        row.setDocument(document.getNumber());
        row.setSequence(record.getSequence());
      });
    }
    return {};
  }
};

}  // namespace

const Projection& documents_projection() {
  static const Documents one;
  return one;
}

}  // namespace counterfoil::test
