#include <schema/views.capnp.h>

#include "projections/own.h"
#include "projections/read_models.h"

namespace counterfoil {
namespace {

using schema::Fact;
using Row = schema::PrincipalRow;
using State = Row::State;

/// Rows by principal, the enrolment first, then the roles in the order in which they were granted.
Key key_of_row(std::string_view principal, std::uint64_t sequence) {
  return Key(row_letter).text(principal).number(sequence);
}

void fill(Row::Builder row, schema::Record::Reader record, std::string_view principal,
          std::string_view organisation, State state) {
  row.setPrincipal(text_of(std::string(principal)));
  row.setOrganisation(text_of(std::string(organisation)));
  row.setState(state);
  row.setSequence(record.getSequence());
  row.setSince(record.getRecordedAt());
  row.setBy(record.getActor());
}

class Principals final : public RowProjection<Row> {
 public:
  std::string_view name() const override { return "principals"; }

  Result<void> fold(schema::Record::Reader record, Rows& rows) const override {
    const auto fact = record.getFact();
    if (fact.isPrincipalEnrolled()) {
      const auto enrolled = fact.getPrincipalEnrolled();
      const std::string_view principal = view(enrolled.getPrincipal());
      put_row<Row>(rows, key_of_row(principal, record.getSequence()), [&](Row::Builder row) {
        fill(row, record, principal, view(enrolled.getOrganisation()), State::ENROLLED);
      });
    } else if (fact.isRoleGranted()) {
      const auto granted = fact.getRoleGranted();
      const std::string_view principal = view(granted.getPrincipal());
      put_row<Row>(rows, key_of_row(principal, record.getSequence()), [&](Row::Builder row) {
        fill(row, record, principal, view(granted.getOrganisation()), State::HELD);
        row.setRole(granted.getRole());
      });
    } else if (fact.isRoleRevoked()) {
      const auto revoked = fact.getRoleRevoked();
      const Key key = key_of_row(view(revoked.getPrincipal()), revoked.getGrant());
      std::string stored;
      CF_LET(const bool known, rows.get(key, stored));
      if (!known) return {};
      RowBuffer<Row> buffer;
      buffer.change_numbers(stored, [&](Row::Builder row) {
        row.setState(State::REVOKED);
        row.setRevokedBy(record.getSequence());
      });
      rows.put(key, stored);
    }
    return {};
  }
};

}  // namespace

const Projection& principals_projection() {
  static const Principals one;
  return one;
}

}  // namespace counterfoil
