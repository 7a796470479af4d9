#include "service/reach.h"

#include <array>

#include "codec/line.h"
#include "core/text.h"
#include "domain/permission.h"
#include "service/journal_book.h"

namespace counterfoil {
namespace {

constexpr std::array<std::string_view, 3> for_everybody = {"ruleset", "period", "standard"};

}  // namespace

Reach Reach::of(std::vector<std::string> organisations) {
  Reach reach;
  reach.all_ = false;
  reach.organisations_ = std::move(organisations);
  return reach;
}

Result<void> Reach::check_all(std::string_view what) const {
  if (all_) return {};
  return fail(ErrorCode::denied,
              "{} is for those who may read the whole ledger; your roles are for {}: ask for one "
              "project or unit of theirs",
              what, fmt::join(organisations_, ", "));
}

Result<void> Reach::check_subject(const Journal& journal, std::string_view subject) const {
  if (all_) return {};
  const std::string_view kind = subject.substr(0, subject.find('/'));
  std::string_view rest = subject.substr(std::min(subject.size(), kind.size() + 1));
  for (const std::string_view open : for_everybody)
    if (kind == open) return {};
  JournalBook source(journal, limits::moment_cache_bytes);
  Book book(source);
  std::string unit(rest);
  if (kind == "line" || kind == "project") {
    std::string project(rest);
    if (kind == "line") {
      CF_LET(const LineId line, parse_line(subject));
      project = line.project;
    }
    CF_LET(const auto state, book.state<ProjectState>("project/" + project));
    unit = state.unit;
  } else if (kind != "unit" && kind != "department") {
    return check_all(quote(subject));
  }
  for (const std::string& organisation : organisations_) {
    CF_LET(const bool over, is_over(book, organisation, unit));
    if (over) return {};
  }
  return fail(ErrorCode::denied, "{} is of another unit than your roles are for: {}",
              quote(subject), fmt::join(organisations_, ", "));
}

Result<void> Reach::check_filter(const Journal& journal, const Filter& filter) const {
  if (all_) return {};
  if (!filter.project.empty()) return check_subject(journal, "project/" + filter.project);
  if (!filter.unit.empty()) return check_subject(journal, "unit/" + filter.unit);
  return fail(ErrorCode::denied,
              "your roles are for {}: name a unit or a project of theirs (--unit, --project)",
              fmt::join(organisations_, ", "));
}

Result<void> Reach::check_events(const Journal& journal, const EventFilter& filter) const {
  if (all_) return {};
  if (filter.units.empty() && filter.subjects.empty())
    return fail(ErrorCode::denied,
                "your roles are for {}: follow units of theirs, or projects (--unit, --subject)",
                fmt::join(organisations_, ", "));
  // All lists of a filter must let an event through, so one that stays within is enough.
  if (!filter.units.empty()) {
    for (const std::string& unit : filter.units) CF_TRY(check_subject(journal, "unit/" + unit));
    return {};
  }
  for (const std::string& subject : filter.subjects) CF_TRY(check_subject(journal, subject));
  return {};
}

}  // namespace counterfoil
