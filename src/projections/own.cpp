#include "projections/own.h"

#include <algorithm>

#include "codec/line.h"
#include "domain/fiscal_year.h"

namespace counterfoil {
namespace {

using schema::Fact;

Key kept_key(Sequence sequence) {
  return Key("k").number(sequence.value);
}

Key place_key(Fact::Which kind, std::string_view key) {
  return Key("s").number(static_cast<std::uint64_t>(kind)).text(key);
}

std::string encode(const std::vector<Sequence>& sequences) {
  std::string bytes;
  for (const Sequence sequence : sequences) put_big_endian(bytes, sequence.value);
  return bytes;
}

}  // namespace

Result<void> erase_all(Rows& rows, std::string_view prefix) {
  std::vector<std::string> keys;
  CF_TRY(rows.each(prefix, [&](std::string_view key, std::string_view) -> Result<bool> {
    keys.emplace_back(key);
    return true;
  }));
  for (const std::string& key : keys) rows.erase(key);
  return {};
}

std::vector<Standing> Standings::places_of(Fact::Reader fact) {
  if (fact.isTargetApproved())
    return {{Fact::TARGET_APPROVED, key_of(fact.getTargetApproved().getFiscalYear(),
                                           view(fact.getTargetApproved().getAbout()))}};
  return standings_of(fact);
}

Result<std::optional<Change>> Standings::note(schema::Record::Reader record,
                                              std::initializer_list<Fact::Which> kinds) {
  const auto is_wanted = [&](Fact::Which kind) {
    return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
  };
  const auto fact = record.getFact();
  if (is_wanted(fact.which())) {
    const Sequence sequence{record.getSequence()};
    rows_.put(kept_key(sequence), bytes_of(canonical_row(record)));
    for (const Standing& place : places_of(fact)) {
      const Key key = place_key(place.fact, place.key);
      CF_LET(auto standing, sequences(key));
      standing.push_back(sequence);
      rows_.put(key, encode(standing));
    }
    return Change{HeldRecord(record), 0};
  }
  if (!fact.isEventReversed() ||
      !is_wanted(static_cast<Fact::Which>(fact.getEventReversed().getReversedFact())))
    return std::nullopt;
  const Sequence undone{fact.getEventReversed().getEvent()};
  CF_LET(auto found, kept(undone));
  if (!found) return std::nullopt;
  HeldRecord original = std::move(*found);
  for (const Standing& place : places_of(original.fact())) {
    const Key key = place_key(place.fact, place.key);
    CF_LET(auto standing, sequences(key));
    std::erase(standing, undone);
    rows_.put(key, encode(standing));
  }
  return Change{std::move(original), record.getSequence()};
}

Result<std::vector<HeldRecord>> Standings::all(Fact::Which kind, std::string_view key) {
  CF_LET(const auto standing, sequences(place_key(kind, key)));
  std::vector<HeldRecord> records;
  for (const Sequence sequence : standing) {
    CF_LET(HeldRecord record, noted(sequence));
    records.push_back(std::move(record));
  }
  return records;
}

Result<std::optional<HeldRecord>> Standings::newest(Fact::Which kind, std::string_view key) {
  CF_LET(const auto standing, sequences(place_key(kind, key)));
  if (standing.empty()) return std::nullopt;
  CF_LET(HeldRecord record, noted(standing.back()));
  return std::optional<HeldRecord>(std::move(record));
}

Result<std::optional<HeldRecord>> Standings::kept(Sequence sequence) {
  std::string bytes;
  CF_LET(const bool known, rows_.get(kept_key(sequence), bytes));
  if (!known) return std::nullopt;
  RecordBuffer buffer;
  CF_LET(const auto record, buffer.load(bytes));
  return std::optional<HeldRecord>(std::in_place, record);
}

/// One that stands under a key, so that it was noted.
Result<HeldRecord> Standings::noted(Sequence sequence) {
  CF_LET(auto record, kept(sequence));
  COUNTERFOIL_ASSERT(record.has_value());
  return std::move(*record);
}

Result<std::vector<Sequence>> Standings::sequences(std::string_view place) {
  std::string bytes;
  CF_LET(const bool known, rows_.get(place, bytes));
  std::vector<Sequence> found;
  for (std::string_view rest = bytes; known && !rest.empty(); rest.remove_prefix(8))
    found.emplace_back(get_big_endian<std::uint64_t>(rest));
  return found;
}

void remember_registry(schema::Record::Reader record, Rows& rows) {
  const auto fact = record.getFact();
  if (fact.isProjectProposed())
    rows.put(Key("u").text(view(fact.getProjectProposed().getProject())),
             view(fact.getProjectProposed().getUnit()));
  if (fact.isLedgerOpened())
    rows.put("l", std::string{static_cast<char>(fact.getLedgerOpened().getFiscalYearMonth()),
                              static_cast<char>(fact.getLedgerOpened().getFiscalYearDay())});
}

Result<std::string> unit_of(Rows& rows, std::string_view project) {
  std::string unit;
  CF_LET(const bool known, rows.get(Key("u").text(project), unit));
  return known ? unit : std::string();
}

Result<std::int32_t> fiscal_year_on(Rows& rows, std::int32_t days) {
  LedgerState ledger;
  std::string start;
  CF_LET(const bool known, rows.get("l", start));
  if (known && start.size() == 2) {
    ledger.fiscal_month = static_cast<std::uint8_t>(start[0]);
    ledger.fiscal_day = static_cast<std::uint8_t>(start[1]);
  }
  return fiscal_year_of(ledger, Date{days});
}

Result<About> about_of(Rows& rows, std::string_view about) {
  if (about.starts_with("unit/")) return About{{}, std::string(about.substr(5))};
  if (!about.starts_with("project/")) return About{};
  About found{std::string(about.substr(8)), {}};
  CF_LET(found.unit, unit_of(rows, found.project));
  return found;
}

Result<Place> place_of(schema::Record::Reader record, Rows& rows) {
  Place place;
  std::string unit;
  for (const auto entry : record.getSubjects()) {
    const std::string_view subject = view(entry.getId());
    if (!place.subjects.empty()) place.subjects += ' ';
    place.subjects += subject;
    if (subject.starts_with("line/") && place.fund.empty()) {
      CF_LET(const LineId line, parse_line(subject));
      place.fiscal_year = line.fiscal_year;
      place.fund = line.fund;
      place.project = line.project;
    }
    if (subject.starts_with("project/") && place.project.empty()) place.project = subject.substr(8);
    if (subject.starts_with("unit/") && unit.empty()) unit = subject.substr(5);
  }
  CF_LET(place.unit, unit_of(rows, place.project));
  if (place.unit.empty()) place.unit = unit;
  if (place.fiscal_year == 0) {
    CF_LET(place.fiscal_year, fiscal_year_on(rows, record.getEffectiveOn()));
  }
  return place;
}

std::string_view document_of(schema::Record::Reader record) {
  return record.getDocuments().size() == 0 ? std::string_view()
                                           : view(record.getDocuments()[0].getNumber());
}

}  // namespace counterfoil
