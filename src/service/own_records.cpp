#include "service/own_records.h"

#include <set>

#include "codec/text.h"
#include "core/limits.h"

namespace counterfoil {
namespace {

using MadeOf = Projection::MadeOf;
using Subjects = std::set<std::string, std::less<>>;

/// A record is looked up for itself at about the price of so many that are read in a row.
constexpr std::uint64_t price_of_lookup = 4;

/// What a unit's rows are about: its projects, a list that it has a target for. Whatever makes it
/// the unit's is about the unit, too; a line's records are also its project's.
Result<void> add_subjects_of(const Journal& journal, const std::string& unit, const Moment& moment,
                             const Asker& asker, Subjects& subjects) {
  const auto add = [&](schema::Record::Reader record) -> Result<bool> {
    for (const auto entry : record.getSubjects())
      if (!view(entry.getId()).starts_with("line/")) subjects.emplace(view(entry.getId()));
    return true;
  };
  return each_record_about(journal, {unit}, moment, add, asker);
}

/// The subject under which an event, what replaces it and what reverses it are filed, all of them:
/// of a list, that list; of any other, each of its subjects, so that the shortest history does.
Result<std::string> subject_of_fate(const Journal& journal, schema::Record::Reader event) {
  const auto fact = event.getFact();
  if (fact.isPriorityListAdopted())
    return fmt::format("list/{}", view(fact.getPriorityListAdopted().getList()));
  std::string shortest;
  std::uint64_t least = 0;
  for (const auto entry : event.getSubjects()) {
    const std::string_view subject = view(entry.getId());
    CF_LET(const std::uint64_t count, journal.count(subject));
    if (!shortest.empty() && count >= least) continue;
    shortest = subject;
    least = count;
  }
  return shortest;
}

/// Adds what the records about the subjects are to be seen beside.
Result<void> add_beside(const Journal& journal, const Projection& projection, const Moment& moment,
                        const Asker& asker, Subjects& subjects) {
  Projection::Beside beside;
  const auto look = [&](schema::Record::Reader record) -> Result<bool> {
    projection.note_beside(record, beside);
    return true;
  };
  CF_TRY(each_record_about(journal, {subjects.begin(), subjects.end()}, moment, look, asker));
  subjects.insert(beside.subjects.begin(), beside.subjects.end());
  std::string bytes;
  RecordBuffer buffer;
  for (const std::uint64_t event : beside.events) {
    if (event >= moment.end) continue;
    CF_TRY(asker.check_there());
    CF_TRY(journal.read(Sequence{event}, bytes));
    CF_LET(const auto record, buffer.load(bytes));
    CF_LET(std::string subject, subject_of_fate(journal, record));
    subjects.insert(std::move(subject));
  }
  return {};
}

/// Whether reading them one by one takes longer than folding the journal, which is then kept.
Result<bool> are_too_many(const Journal& journal, const Subjects& subjects, const Moment& moment) {
  std::uint64_t records = 0;
  for (const std::string& subject : subjects) {
    CF_LET(const std::uint64_t count, journal.count(subject));
    records += count;
  }
  return records > limits::records_in_page && records > moment.end / price_of_lookup;
}

}  // namespace

Result<std::optional<std::vector<std::string>>> subjects_of_rows(const Journal& journal,
                                                                 const Projection& projection,
                                                                 const Filter& filter,
                                                                 const Moment& moment,
                                                                 const Asker& asker) {
  const MadeOf made_of = projection.made_of();
  Subjects subjects;
  if (made_of == MadeOf::pools && !filter.pool.empty())
    subjects.insert(fmt::format("pool/{}", filter.pool));
  if (made_of == MadeOf::projects || made_of == MadeOf::projects_and_beside) {
    if (!filter.project.empty()) {
      subjects.insert(fmt::format("project/{}", filter.project));
    } else if (!filter.unit.empty()) {
      const std::string unit = fmt::format("unit/{}", filter.unit);
      subjects.insert(unit);
      CF_TRY(add_subjects_of(journal, unit, moment, asker, subjects));
    }
  }
  if (subjects.empty()) return std::nullopt;
  subjects.insert("ledger");
  CF_LET(bool too_many, are_too_many(journal, subjects, moment));
  if (!too_many && made_of == MadeOf::projects_and_beside) {
    CF_TRY(add_beside(journal, projection, moment, asker, subjects));
    CF_LET(too_many, are_too_many(journal, subjects, moment));
  }
  if (too_many) return std::nullopt;
  return std::vector<std::string>(subjects.begin(), subjects.end());
}

}  // namespace counterfoil
