#pragma once

#include <schema/event.capnp.h>

#include <string>
#include <vector>

#include "core/ids.h"

namespace counterfoil {

/// What the fact is about: sorted, each once. A pure function of the fact, and the only place that
/// decides it; the table fact → subjects is in schema/FORMAT.md. Fails where a part of the fact is
/// no id, or where there are more subjects than an event may have.
Result<std::vector<std::string>> subjects_of(schema::Fact::Reader fact);

/// Whether a record's subjects could be compared with those of its fact.
enum class Filing { by_its_fact, of_unknown_fact };

/// Compares the subjects that the record is filed under with those of its fact. `corrupt` names the
/// record and the first difference, or what in the fact is no subject. Of a fact that this build
/// does not know, only their order is checked.
Result<Filing> check_filing(schema::Record::Reader record);

/// Fails with `unsupported` where this build does not know the fact: what it means and whom it
/// concerns, only a newer one can say.
Result<void> check_known(schema::Fact::Reader fact);

/// Tags that this build knows, with 0 for none: 0 to fact_count - 1.
inline constexpr unsigned fact_count = static_cast<unsigned>(schema::Fact::REVERSAL_PROPOSED) + 1;

/// The union tag's name as the schema spells it, for instance "budgetAdjusted"; "unknown" for one
/// that this build does not know.
std::string_view fact_name(schema::Fact::Reader fact);
std::string_view fact_name(schema::Fact::Which which);

}  // namespace counterfoil
