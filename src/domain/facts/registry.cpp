#include <algorithm>
#include <set>

#include "codec/line.h"
#include "domain/facts/deciding.h"

namespace counterfoil {
namespace {

/// Rules look at measures by name: a line of another would be held to none of them.
Result<void> check_measure(const RuleSet& rules, std::string_view measure) {
  const auto known = rules.measures();
  if (std::find(known.begin(), known.end(), measure) != known.end()) return {};
  return fail(ErrorCode::refused,
              "the measure \"{}\" is in no balance group of the rule set {} (they have: {}): use "
              "one of those, or publish a rule set that has it",
              measure, rules.label(), fmt::join(known, ", "));
}

constexpr std::uint64_t whole = 10'000;  // basis points

/// A project is taken over once: the shares of its successors are at most the whole.
Result<void> check_share_left(Deciding& deciding,
                              schema::ProjectProposed::Predecessor::Reader taken) {
  const std::string_view project = view(taken.getProject());
  CF_LET(const auto successors,
         standing(deciding.book, schema::Fact::PROJECT_PROPOSED, successors_key(project)));
  std::vector<std::uint64_t> others;
  std::uint64_t sum = taken.getShareBasisPoints();
  for (const Sequence successor : successors) {
    others.push_back(successor.value);
    CF_LET(const auto record, deciding.book.record(successor));
    for (const auto other : record.getFact().getProjectProposed().getPredecessors())
      if (view(other.getProject()) == project) sum += other.getShareBasisPoints();
  }
  if (sum <= whole) return {};
  return fail(ErrorCode::refused,
              "with these {} basis points, the successors of project {} would have {} of its {} "
              "(record {}): take over no more than is left, or reverse a proposal first",
              taken.getShareBasisPoints(), project, sum, whole, fmt::join(others, ", "));
}

}  // namespace

Result<void> decide_unit_registered(Deciding& deciding, schema::Fact::Builder fact) {
  const auto registered = fact.asReader().getUnitRegistered();
  if (!is_id(view(registered.getUnit())))
    return fail(ErrorCode::invalid, "a unit needs an id of letters, digits, '.', '_' and '-'");
  const std::string unit = fmt::format("unit/{}", view(registered.getUnit()));
  CF_LET(const auto state, deciding.book.state<UnitState>(unit));
  if (state.registered) return fail(ErrorCode::refused, "{} is registered already", unit);
  return {};
}

Result<void> decide_project_proposed(Deciding& deciding, schema::Fact::Builder fact) {
  const auto proposed = fact.asReader().getProjectProposed();
  if (!is_id(view(proposed.getProject())))
    return fail(ErrorCode::invalid, "a project needs an id of letters, digits, '.', '_' and '-'");
  const std::string project = fmt::format("project/{}", view(proposed.getProject()));
  CF_LET(const auto state, deciding.book.state<ProjectState>(project));
  if (state.proposed) return fail(ErrorCode::refused, "{} was proposed already", project);
  CF_TRY(check_about(deciding, fmt::format("unit/{}", view(proposed.getUnit()))));
  std::set<std::string_view> predecessors;
  for (const auto predecessor : proposed.getPredecessors()) {
    CF_TRY(check_about(deciding, fmt::format("project/{}", view(predecessor.getProject()))));
    if (!predecessors.insert(view(predecessor.getProject())).second)
      return fail(ErrorCode::invalid, "predecessor {} is named twice: add its shares up",
                  view(predecessor.getProject()));
    if (predecessor.getShareBasisPoints() == 0 || predecessor.getShareBasisPoints() > whole)
      return fail(ErrorCode::invalid,
                  "the share of predecessor {} is {} basis points; it lies between 1 and 10000",
                  view(predecessor.getProject()), predecessor.getShareBasisPoints());
    CF_TRY(check_share_left(deciding, predecessor));
  }
  return {};
}

namespace {

/// Accepts a unit that was not merged into another, so that mergers end somewhere.
Result<void> check_goes_on(Deciding& deciding, std::string_view unit) {
  CF_TRY(check_unit(deciding, unit));
  CF_LET(const auto state, deciding.book.state<UnitState>(fmt::format("unit/{}", unit)));
  if (state.merged_into.empty()) return {};
  return fail(ErrorCode::refused, "unit {} was merged into {}: reorganise that one", unit,
              state.merged_into);
}

}  // namespace

Result<void> decide_unit_reorganised(Deciding& deciding, schema::Fact::Builder fact) {
  using Kind = schema::UnitReorganised::Kind;
  const auto reorganised = fact.asReader().getUnitReorganised();
  const std::string_view unit = view(reorganised.getUnit());
  CF_TRY(check_goes_on(deciding, unit));
  switch (reorganised.getKind()) {
    case Kind::MERGED:
      if (reorganised.getInto() == reorganised.getUnit())
        return fail(ErrorCode::invalid, "unit {} cannot be merged into itself", unit);
      return check_goes_on(deciding, view(reorganised.getInto()));
    case Kind::RENAMED:
      if (reorganised.getName().size() != 0) return {};
      return fail(ErrorCode::invalid, "a renaming gives the new name");
    case Kind::NEW_PARENT:
      if (reorganised.getDepartment().size() != 0) return {};
      return fail(ErrorCode::invalid, "a new parent is named in department");
    default:
      return fail(ErrorCode::invalid, "a unit is merged, renamed or gets a newParent");
  }
}

Result<void> decide_line_opened(Deciding& deciding, schema::Fact::Builder fact) {
  auto opened = fact.getLineOpened();
  const std::string_view line = view(opened.asReader().getLine());
  CF_LET(const LineId id, parse_line(line));
  CF_LET(const auto state, deciding.book.state<LineState>(line));
  if (state.opened) return fail(ErrorCode::refused, "the budget line {} is open already", line);
  CF_TRY(check_measure(*deciding.rules, id.measure));
  CF_TRY(check_project(deciding, id.project));
  CF_LET(const auto project,
         deciding.book.state<ProjectState>(fmt::format("project/{}", id.project)));
  opened.setUnit(text_of(project.unit));
  return {};
}

}  // namespace counterfoil
