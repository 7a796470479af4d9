#include "service/event_filter.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "codec/shape.h"
#include "codec/text.h"
#include "core/limits.h"
#include "core/text.h"

namespace counterfoil {
namespace {

using schema::Fact;

std::optional<unsigned> tag_of(std::string_view name) {
  for (unsigned tag = 1; tag < fact_count; ++tag)
    if (fact_name(static_cast<Fact::Which>(tag)) == name) return tag;
  return std::nullopt;
}

template <typename Items>
Result<void> check_length(const Items& items, std::string_view what) {
  if (items.size() <= limits::list_items) return {};
  return fail(ErrorCode::limit, "the filter names {} {}; the limit is {}", items.size(), what,
              limits::list_items);
}

bool is_year(std::string_view name) {
  return name == "fiscalYear" || name == "evaluatedYear";
}

using Years = std::vector<std::int32_t>;

void add_year(std::int64_t year, Years& years) {
  if (year != 0) years.push_back(static_cast<std::int32_t>(year));
}

/// A fact's own years: its fields of that name, and those of the items of its lists.
void add_years_of_fields(capnp::DynamicStruct::Reader reader, Years& years) {
  for (const FieldShape& field : shape_of(reader.getSchema()).fields) {
    if (field.in_union) continue;
    const ValueShape& value = field.value;
    if (value.form == Form::integer && is_year(field.name)) {
      add_year(reader.get(field.field).as<std::int64_t>(), years);
    } else if (value.form == Form::list && value.element->form == Form::structure &&
               value.element->structure->find("fiscalYear") != nullptr) {
      for (const auto item : reader.get(field.field).as<capnp::DynamicList>())
        add_years_of_fields(item.as<capnp::DynamicStruct>(), years);
    }
  }
}

/// "line/2024/…", "fund/2024/…", "period/2024" and "evaluation/2024/…" say their year.
void add_year_of_subject(std::string_view subject, Years& years) {
  for (const std::string_view kind : {"line/", "fund/", "period/", "evaluation/"}) {
    if (!subject.starts_with(kind)) continue;
    const std::string_view rest = subject.substr(kind.size());
    std::int32_t year = 0;
    std::from_chars(rest.data(), rest.data() + rest.size(), year);
    return add_year(year, years);
  }
}

/// The event that the fact is about, where it is about one.
std::optional<Sequence> event_of(Fact::Reader fact) {
  switch (fact.which()) {
    case Fact::APPROVAL_RECORDED:
      return Sequence{fact.getApprovalRecorded().getEvent()};
    case Fact::EVENT_REVERSED:
      return Sequence{fact.getEventReversed().getEvent()};
    case Fact::REVERSAL_PROPOSED:
      return Sequence{fact.getReversalProposed().getEvent()};
    case Fact::CORRECTION_VERIFIED:
      return Sequence{fact.getCorrectionVerified().getCorrection()};
    default:
      return std::nullopt;
  }
}

bool any_within(schema::Record::Reader record, const std::vector<std::string>& prefixes) {
  for (const auto subject : record.getSubjects())
    for (const std::string& prefix : prefixes)
      if (is_within(view(subject.getId()), prefix)) return true;
  return false;
}

template <typename Items>
void describe(std::string& text, std::string_view what, const Items& items) {
  if (items.empty()) return;
  if (!text.empty()) text += ", ";
  text += fmt::format("{} {}", what, fmt::join(items, " or "));
}

}  // namespace

Result<void> check_filter(const EventFilter& filter) {
  CF_TRY(check_length(filter.facts, "facts"));
  CF_TRY(check_length(filter.subjects, "subjects"));
  CF_TRY(check_length(filter.units, "units"));
  CF_TRY(check_length(filter.fiscal_years, "fiscal years"));
  for (const std::string& fact : filter.facts)
    if (!tag_of(fact))
      return fail(ErrorCode::invalid,
                  "there is no fact {}: facts are spelled as `counterfoil facts` lists them, for "
                  "instance budgetAdjusted",
                  quote(fact));
  for (const std::string& subject : filter.subjects) CF_TRY(check_subject(subject));
  for (const std::string& unit : filter.units)
    if (!is_id(unit))
      return fail(ErrorCode::invalid,
                  "{} is no unit: give its id, of letters, digits, '.', '_' and '-'", quote(unit));
  for (const std::int32_t year : filter.fiscal_years)
    if (year < limits::fiscal_year_min || year > limits::fiscal_year_max)
      return fail(ErrorCode::invalid, "{} is no fiscal year: it lies between {} and {}", year,
                  limits::fiscal_year_min, limits::fiscal_year_max);
  return {};
}

std::string describe(const EventFilter& filter) {
  std::string text;
  describe(text, "fact", filter.facts);
  describe(text, "subject", filter.subjects);
  describe(text, "unit", filter.units);
  describe(text, "fiscal year", filter.fiscal_years);
  return text;
}

bool is_within(std::string_view subject, std::string_view prefix) {
  return subject.starts_with(prefix) &&
         (subject.size() == prefix.size() || subject[prefix.size()] == '/');
}

Result<std::vector<std::int32_t>> fiscal_years_of(const Journal& journal,
                                                  schema::Record::Reader record) {
  Years years;
  for (const auto subject : record.getSubjects()) add_year_of_subject(view(subject.getId()), years);
  const auto fact = record.getFact();
  const capnp::DynamicStruct::Reader dynamic = fact;
  KJ_IF_MAYBE (member, dynamic.which())
    if (member->getType().isStruct())
      add_years_of_fields(dynamic.get(*member).as<capnp::DynamicStruct>(), years);
  const auto event = event_of(fact);
  if (years.empty() && event && *event < Sequence{record.getSequence()}) {
    std::string bytes;
    CF_TRY(journal.read(*event, bytes));
    RecordBuffer buffer;
    CF_LET(const auto before, buffer.load(bytes));
    return fiscal_years_of(journal, before);
  }
  std::ranges::sort(years);
  years.erase(std::unique(years.begin(), years.end()), years.end());
  return years;
}

Result<EventMatcher> EventMatcher::from(const EventFilter& filter, const Journal& journal,
                                        ProjectUnits& projects, Sequence first) {
  CF_TRY(check_filter(filter));
  EventMatcher matcher(filter, journal);
  for (const std::string& fact : filter.facts) matcher.facts_.set(*tag_of(fact));
  if (!filter.units.empty()) {
    CF_LET(matcher.units_, OwnUnits::before(journal, projects, filter.units, first));
  }
  return matcher;
}

Result<bool> EventMatcher::matches(schema::Record::Reader record) {
  if (all_) return true;
  if (units_) CF_TRY(units_->pass(record));
  const auto tag = static_cast<unsigned>(record.getFact().which());
  if (!filter_.facts.empty() && (tag >= fact_count || !facts_.test(tag))) return false;
  if (!filter_.subjects.empty() && !any_within(record, filter_.subjects)) return false;
  if (units_) {
    CF_LET(const bool is_theirs, units_->concerns(record));
    if (!is_theirs) return false;
  }
  if (filter_.fiscal_years.empty()) return true;
  CF_LET(const auto years, fiscal_years_of(*journal_, record));
  return std::ranges::any_of(filter_.fiscal_years, [&](std::int32_t year) {
    return std::ranges::binary_search(years, year);
  });
}

}  // namespace counterfoil
