#include "service/own_units.h"

#include <algorithm>
#include <limits>

#include "codec/text.h"
#include "domain/standing.h"
#include "service/moment.h"

namespace counterfoil {
namespace {

using schema::Fact;

/// Projects kept in memory; above it they are looked up anew.
constexpr std::size_t projects_kept = 65'536;
constexpr std::string_view project_prefix = "project/";
constexpr std::string_view unit_prefix = "unit/";

bool reverses(Fact::Reader fact, Fact::Which which) {
  return fact.isEventReversed() &&
         fact.getEventReversed().getReversedFact() == static_cast<std::uint16_t>(which);
}

bool is_merger(Fact::Reader fact) {
  return fact.isUnitReorganised() &&
         fact.getUnitReorganised().getKind() == schema::UnitReorganised::Kind::MERGED;
}

}  // namespace

Result<std::optional<ProjectUnits::Proposal>> ProjectUnits::look_up(
    const std::string& project) const {
  CF_LET(const auto bytes, journal_.page(standing_key(Fact::PROJECT_PROPOSED, project)));
  if (!bytes) return std::nullopt;
  CF_LET(const Page page, decode_page(*bytes));
  const auto* const standing = std::get_if<StandingState>(&page.state);
  if (standing == nullptr || standing->sequences.empty()) return std::nullopt;
  const Sequence since = standing->sequences.back();
  // The page is of the batch that holds the record, but a reader may be ahead of what is shown.
  if (since.value >= journal_.size()) return std::nullopt;
  std::string stored;
  CF_TRY(journal_.read(since, stored));
  RecordBuffer buffer;
  CF_LET(const auto record, buffer.load(stored));
  return Proposal{std::string(view(record.getFact().getProjectProposed().getUnit())), since, 0};
}

Result<std::string> ProjectUnits::unit_at(std::string_view project, Sequence record) {
  auto found = proposals_.find(project);
  if (found == proposals_.end() || record.value >= found->second.known_before) {
    const std::uint64_t known_before = journal_.size();
    CF_LET(auto proposal, look_up(std::string(project)));
    if (found != proposals_.end()) proposals_.erase(found);
    if (!proposal) return std::string();
    if (proposals_.size() >= projects_kept) proposals_.clear();
    proposal->known_before = known_before;
    found = proposals_.emplace(project, std::move(*proposal)).first;
  }
  return found->second.since <= record ? found->second.unit : std::string();
}

Result<OwnUnits> OwnUnits::before(const Journal& journal, ProjectUnits& projects,
                                  std::vector<std::string> units, Sequence record) {
  OwnUnits own(journal, projects, std::move(units));
  CF_TRY(own.take_stock(record));
  return own;
}

/// A unit that was merged has given its projects away, so that being named is not enough.
Result<void> OwnUnits::take_stock(Sequence end) {
  own_.clear();
  for (const std::string& unit : named_) CF_TRY(add_merged_into(unit, end));
  return {};
}

/// Adds the unit and what was merged into it, unless the unit itself was merged into another that
/// is not among those already. A merger is filed under both units, and so is its reversal.
Result<void> OwnUnits::add_merged_into(const std::string& unit, Sequence end) {
  if (own_.contains(unit)) return {};
  struct Merger {
    std::string from;
    std::string into;
  };
  std::map<std::uint64_t, Merger> mergers;
  const auto look = [&](schema::Record::Reader record) -> Result<bool> {
    const auto fact = record.getFact();
    if (is_merger(fact)) {
      const auto merged = fact.getUnitReorganised();
      mergers[record.getSequence()] = {std::string(view(merged.getUnit())),
                                       std::string(view(merged.getInto()))};
    }
    if (reverses(fact, Fact::UNIT_REORGANISED)) mergers.erase(fact.getEventReversed().getEvent());
    return true;
  };
  const Moment moment{end.value};
  CF_TRY(each_record_about(*journal_, {fmt::format("unit/{}", unit)}, moment, look));
  const bool gave_away = std::ranges::any_of(mergers, [&](const auto& merger) {
    return merger.second.from == unit && !own_.contains(merger.second.into);
  });
  if (gave_away) return {};
  own_.insert(unit);
  for (const auto& [sequence, merger] : mergers)
    if (merger.into == unit) CF_TRY(add_merged_into(merger.from, end));
  return {};
}

Result<void> OwnUnits::pass(schema::Record::Reader record) {
  const auto fact = record.getFact();
  // Rare, and the histories of units are short: reading them again is the simplest thing that is
  // right whatever was merged and taken back before.
  if (is_merger(fact) || reverses(fact, Fact::UNIT_REORGANISED))
    return take_stock(Sequence{record.getSequence() + 1});
  return {};
}

Result<bool> OwnUnits::concerns(schema::Record::Reader record) {
  const Sequence sequence{record.getSequence()};
  for (const auto subject : record.getSubjects()) {
    const std::string_view id = view(subject.getId());
    if (id.starts_with(unit_prefix)) {
      if (std::ranges::find(named_, id.substr(unit_prefix.size())) != named_.end()) return true;
    } else if (id.starts_with(project_prefix)) {
      CF_LET(const std::string unit,
             projects_->unit_at(id.substr(project_prefix.size()), sequence));
      if (!unit.empty() && own_.contains(unit)) return true;
    }
  }
  return false;
}

}  // namespace counterfoil
