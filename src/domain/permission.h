#pragma once

#include <schema/event.capnp.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/book.h"
#include "domain/decide.h"

namespace counterfoil {

/// Who may record what (DOMAIN, facts). A ledger is founded by the one principal that opened it:
/// until a role is granted, whoever has its credential records in every role. The first grant ends
/// that for good. From then on everybody records what was granted; whoever opened the ledger stays
/// its administrator, so that nobody can lock himself out.

/// A role that a principal holds, and for whom.
struct Grant {
  Sequence sequence;  // of the RoleGranted; 0: held by having opened the ledger
  schema::Role role = schema::Role::UNSPECIFIED;
  std::string organisation;  // and the units below it; empty: any
};

/// Whether no role was granted yet.
Result<bool> is_being_founded(Book& book);

/// The grants of the principal that stand, oldest first.
Result<std::vector<Grant>> grants_of(Book& book, std::string_view principal);

/// The oldest grant of the principal, of that role or, where it is unspecified, of one that records
/// such facts; nothing where there is none.
Result<std::optional<Grant>> usual_grant(Book& book, std::string_view principal,
                                         schema::Fact::Reader fact, schema::Role role);

/// Whether the organisation is the unit, or stands above it: its department, or what it was merged
/// into.
Result<bool> is_over(Book& book, std::string_view organisation, std::string_view unit);

/// `denied` unless the stamp's actor may record the fact in the stamp's role and organisation. A
/// role that is bound to an organisation covers the facts whose units and projects are all the
/// organisation's own or below it, and none that is about neither. `filled`: what the ledger fills
/// in is in the fact; before, only what it names by itself is looked at.
enum class Filled { no, yes };
Result<void> check_permission(Book& book, const Stamp& stamp, schema::Fact::Reader fact,
                              Filled filled);

}  // namespace counterfoil
