#include "domain/permission.h"

#include <algorithm>

#include "codec/subjects.h"
#include "codec/text.h"
#include "domain/recorders.h"
#include "domain/standing.h"

namespace counterfoil {
namespace {

using schema::Fact;
using schema::Role;

constexpr unsigned units_above_max = 64;  // more stand above one another only in a circle

std::vector<std::string_view> names_of(const std::vector<Role>& roles) {
  std::vector<std::string_view> names;
  for (const Role role : roles) names.push_back(role_name(role));
  return names;
}

std::string text_of_grants(const std::vector<Grant>& held) {
  std::vector<std::string> texts;
  for (const Grant& grant : held)
    texts.push_back(grant.organisation.empty()
                        ? std::string(role_name(grant.role))
                        : fmt::format("{} of {}", role_name(grant.role), grant.organisation));
  return texts.empty() ? "nothing" : fmt::format("{}", fmt::join(texts, ", "));
}

/// A correction is recorded by whoever may record what it corrects.
Result<std::vector<Role>> roles_for(Book& book, Fact::Reader fact) {
  std::uint64_t corrected = 0;
  if (fact.isEventReversed())
    corrected = fact.getEventReversed().getEvent();
  else if (fact.isReversalProposed())
    corrected = fact.getReversalProposed().getEvent();
  else
    return recorders_of(fact.which());
  CF_LET(const auto record, book.record(Sequence{corrected}));
  return recorders_of(record.getFact().which());
}

/// Whether the id names a unit, or what stands above units, in any record.
Result<bool> is_organisation(Book& book, std::string_view id) {
  for (const std::string_view kind : {"unit", "department"}) {
    CF_LET(const Page page, book.page(fmt::format("{}/{}", kind, id)));
    if (page.count != 0) return true;
  }
  return false;
}

/// The units that the fact is about: by themselves, by a project of theirs, or by a list of their
/// department's. Of one that is registered for the first time, the department above it; but an id
/// that others stand below already is not there to be taken.
Result<std::vector<std::string>> units_of(Book& book, Fact::Reader fact) {
  CF_LET(const auto subjects, subjects_of(fact));
  std::vector<std::string> units;
  for (const std::string& subject : subjects) {
    const std::string_view kind = std::string_view(subject).substr(0, subject.find('/'));
    const std::string id = subject.substr(std::min(subject.size(), kind.size() + 1));
    if (kind == "department") {
      units.push_back(id);
    } else if (kind == "unit") {
      CF_LET(const bool known, is_organisation(book, id));
      const bool is_new =
          fact.isUnitRegistered() && fact.getUnitRegistered().hasDepartment() && !known;
      if (!is_new) units.push_back(id);
    } else if (kind == "project") {
      CF_LET(const auto project, book.state<ProjectState>(subject));
      if (project.proposed) units.push_back(project.unit);
    } else if (kind == "list") {
      CF_LET(const auto adopted, newest(book, Fact::PRIORITY_LIST_ADOPTED, subject));
      if (adopted)
        units.emplace_back(view(adopted->fact().getPriorityListAdopted().getDepartment()));
    }
  }
  return units;
}

Result<void> check_reach(Book& book, const Grant& grant, Fact::Reader fact, Filled filled) {
  if (grant.organisation.empty()) return {};
  const auto units = units_of(book, fact);
  if (!units) return filled == Filled::no ? Result<void>() : tl::make_unexpected(units.error());
  for (const std::string& unit : *units) {
    CF_LET(const bool over, is_over(book, grant.organisation, unit));
    if (!over)
      return fail(ErrorCode::denied,
                  "the {} is about unit {}, and the role {} that record {} grants is for {}",
                  fact_name(fact), unit, role_name(grant.role), grant.sequence.value,
                  grant.organisation);
  }
  if (filled == Filled::no || !units->empty()) return {};
  return fail(ErrorCode::denied,
              "the {} is about no unit, and the role {} that record {} grants is only for {}",
              fact_name(fact), role_name(grant.role), grant.sequence.value, grant.organisation);
}

/// Nobody gives a grade of a higher level than his own: it would displace all others.
Result<void> check_level(const Stamp& stamp, Fact::Reader fact) {
  using Level = schema::GradeAssigned::Level;
  if (!fact.isGradeAssigned()) return {};
  Level highest = Level::CONGRESS;
  if (stamp.role == Role::UNIT) highest = Level::SELF;
  if (stamp.role == Role::PERFORMANCE) highest = Level::FINANCE;
  if (stamp.role == Role::AUDIT) highest = Level::AUDIT;
  if (fact.getGradeAssigned().getLevel() <= highest) return {};
  return fail(ErrorCode::denied,
              "the role {} does not give grades of so high a level: a unit evaluates itself, the "
              "performance office up to level finance, auditors up to level audit",
              role_name(stamp.role));
}

}  // namespace

Result<bool> is_being_founded(Book& book) {
  CF_LET(const auto ledger, book.state<LedgerState>("ledger"));
  return !ledger.granted;
}

Result<std::vector<Grant>> grants_of(Book& book, std::string_view principal) {
  std::vector<Grant> held;
  CF_LET(const auto opened, book.record(Sequence{0}));
  if (principal == view(opened.getActor())) held.push_back({Sequence{0}, Role::ADMIN, ""});
  CF_LET(const auto granted, standing(book, Fact::ROLE_GRANTED, principal));
  for (const Sequence sequence : granted) {
    CF_LET(const auto revoked, standing(book, Fact::ROLE_REVOKED, key_of(sequence)));
    if (!revoked.empty()) continue;
    CF_LET(const auto record, book.record(sequence));
    const auto grant = record.getFact().getRoleGranted();
    held.push_back({sequence, grant.getRole(), std::string(view(grant.getOrganisation()))});
  }
  return held;
}

Result<std::optional<Grant>> usual_grant(Book& book, std::string_view principal, Fact::Reader fact,
                                         Role role) {
  CF_LET(const auto held, grants_of(book, principal));
  const auto roles = roles_for(book, fact);
  if (!roles) return std::nullopt;  // what it is about is not there, which its decider says
  const auto found = std::ranges::find_if(held, [&](const Grant& grant) {
    return role == Role::UNSPECIFIED ? std::ranges::find(*roles, grant.role) != roles->end()
                                     : grant.role == role;
  });
  if (found == held.end()) return std::nullopt;
  return *found;
}

Result<bool> is_over(Book& book, std::string_view organisation, std::string_view unit) {
  std::string at(unit);
  for (unsigned steps = 0; !at.empty() && steps < units_above_max; ++steps) {
    if (at == organisation) return true;
    CF_LET(const auto state, book.state<UnitState>(fmt::format("unit/{}", at)));
    at = !state.merged_into.empty() ? state.merged_into : state.department;
  }
  return false;
}

Result<void> check_permission(Book& book, const Stamp& stamp, Fact::Reader fact, Filled filled) {
  if (stamp.author != Author::client || fact.isLedgerOpened()) return {};
  CF_LET(const bool founding, is_being_founded(book));
  if (founding) return {};
  CF_LET(const auto roles, roles_for(book, fact));
  if (stamp.role == Role::UNSPECIFIED) {
    CF_LET(const auto granted, grants_of(book, stamp.actor));
    return fail(ErrorCode::denied, "a {} is recorded in the role {}; {} holds {}", fact_name(fact),
                fmt::join(names_of(roles), " or "), stamp.actor, text_of_grants(granted));
  }
  if (std::ranges::find(roles, stamp.role) == roles.end())
    return fail(ErrorCode::denied, "a {} is recorded in the role {}, not {}: say so in `role`",
                fact_name(fact), fmt::join(names_of(roles), " or "), role_name(stamp.role));
  CF_TRY(check_level(stamp, fact));
  CF_LET(const auto held, grants_of(book, stamp.actor));
  std::optional<Result<void>> reached;  // by the newest grant of the role that was tried
  for (const Grant& grant : held) {
    if (grant.role != stamp.role ||
        !(grant.organisation.empty() || grant.organisation == stamp.organisation))
      continue;
    reached = check_reach(book, grant, fact, filled);
    if (*reached) return {};
  }
  if (reached) return *reached;
  return fail(ErrorCode::denied, "{} does not hold the role {}{}; granted is {}", stamp.actor,
              role_name(stamp.role),
              stamp.organisation.empty() ? "" : fmt::format(" of {}", stamp.organisation),
              text_of_grants(held));
}

}  // namespace counterfoil
