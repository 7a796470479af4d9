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

/// The units that the fact is about, by themselves or by a project of theirs; of one that is
/// registered, the department above it.
Result<std::vector<std::string>> units_of(Book& book, Fact::Reader fact) {
  CF_LET(const auto subjects, subjects_of(fact));
  std::vector<std::string> units;
  for (const std::string& subject : subjects) {
    const std::string_view kind = std::string_view(subject).substr(0, subject.find('/'));
    const bool is_new = fact.isUnitRegistered() && fact.getUnitRegistered().hasDepartment();
    if (kind == "department" || (kind == "unit" && !is_new))
      units.push_back(subject.substr(kind.size() + 1));
    if (!subject.starts_with("project/")) continue;
    CF_LET(const auto project, book.state<ProjectState>(subject));
    if (project.proposed) units.push_back(project.unit);
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

const Grant* usual_grant(const std::vector<Grant>& held, Fact::Which fact) {
  const auto& roles = recorders_of(fact);
  const auto found = std::ranges::find_if(held, [&](const Grant& grant) {
    return std::ranges::find(roles, grant.role) != roles.end();
  });
  return found == held.end() ? nullptr : &*found;
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
  CF_LET(const auto held, grants_of(book, stamp.actor));
  const auto grant = std::ranges::find_if(held, [&](const Grant& one) {
    return one.role == stamp.role &&
           (one.organisation.empty() || one.organisation == stamp.organisation);
  });
  if (grant != held.end()) return check_reach(book, *grant, fact, filled);
  return fail(ErrorCode::denied, "{} does not hold the role {}{}; granted is {}", stamp.actor,
              role_name(stamp.role),
              stamp.organisation.empty() ? "" : fmt::format(" of {}", stamp.organisation),
              text_of_grants(held));
}

}  // namespace counterfoil
