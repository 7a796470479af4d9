#pragma once

#include <boost/json/object.hpp>

#include "counterfoil/import/build.h"

namespace counterfoil::intake {

/// The command without the facts that its form makes.
Result<boost::json::object> envelope(const Table& table, const Scope& scope);
/// The command as a draft; refuses an id that no command may have.
Result<Draft> draft_of(boost::json::object command);

/// One command for the unit, where the table registers units, and one for the project: proposed,
/// a line opened for every measure, and appropriated where the rows' sum is not zero.
Result<std::vector<Draft>> build_budget(const Table& table, const Scope& scope);

/// One command with the request's legs: as one fact, or as several that each balance as the whole
/// does where there are more than `limits::legs_in_adjustment`.
Result<std::vector<Draft>> build_adjustment(const Table& table, const Scope& scope);

}  // namespace counterfoil::intake
