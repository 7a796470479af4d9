#pragma once

#include <boost/json/object.hpp>

#include "counterfoil/import/build.h"

namespace counterfoil::intake {

/// The command without the facts that its form makes.
Result<boost::json::object> envelope(const Table& table, const Scope& scope);
/// The command as a draft; refuses an id that no command may have.
Result<Draft> draft_of(boost::json::object command);
/// A fact as a command holds it: `{name: value}`.
boost::json::object fact_of(std::string_view name, boost::json::value value);

/// The sum of a measure's figures over the rows of the group, in the ledger's smallest unit.
Result<std::int64_t> sum_of(const Measure& measure, const Text& cells, const Scope& scope);

/// The command that registers the rows' unit, sent once; nothing where the table registers none.
Result<std::optional<Draft>> unit_draft(const Table& table, const Scope& scope,
                                        boost::json::object envelope);
/// ProjectProposed of the rows' project; nothing where the table proposes none.
Result<std::optional<boost::json::object>> project_proposed(const Table& table, const Scope& scope);
/// LineOpened of the rows' line of that measure.
Result<boost::json::object> line_opened(const Table& table, const Measure& measure,
                                        const Scope& scope);

/// One command for the unit, where the table registers units, and one for the project: proposed,
/// a line opened for every measure, and appropriated where the rows' sum is not zero.
Result<std::vector<Draft>> build_budget(const Table& table, const Scope& scope);

/// One command with what the rows state of their line, for every measure; where the table registers
/// what it is about, also one for the unit, the project and the line each, sent once.
Result<std::vector<Draft>> build_statement(const Table& table, const Scope& scope);

/// One command with the request's legs: as one fact, or as several that each balance as the whole
/// does where there are more than `limits::legs_in_adjustment`.
Result<std::vector<Draft>> build_adjustment(const Table& table, const Scope& scope);

}  // namespace counterfoil::intake
