#include <schema/views.capnp.h>

#include <set>

#include "codec/subjects.h"
#include "domain/citations.h"
#include "projections/graded.h"
#include "projections/read_models.h"

namespace counterfoil {
namespace {

using schema::Fact;
using Row = schema::StaleRow;

/// Facts that a later one of the same key replaces; other facts hold until they are reversed.
constexpr std::initializer_list<Fact::Which> replaceable = {
    Fact::GRADE_ASSIGNED,       Fact::TARGET_APPROVED,        Fact::REVENUE_ESTIMATED,
    Fact::CEILING_ISSUED,       Fact::PROJECT_CLASSIFIED,     Fact::EX_ANTE_APPRAISED,
    Fact::FACTOR_ASSESSED,      Fact::AFFORDABILITY_ASSESSED, Fact::INSTALMENTS_ROLLED,
    Fact::PRIORITY_LIST_ADOPTED};

/// What takes up a fact, or only registers, decides nothing on its evidence.
bool is_decision(Fact::Which which) {
  switch (which) {
    case Fact::UNIT_REGISTERED:
    case Fact::PROJECT_PROPOSED:
    case Fact::LINE_OPENED:
    case Fact::APPROVAL_RECORDED:
    case Fact::REVERSAL_PROPOSED:
    case Fact::EVENT_REVERSED:
      return false;
    default:
      return true;
  }
}

/// Rows by decision, then by what it cites. The same entry stands behind "c", cited event first,
/// whether it is stale or not, and its row is made from it.
Key key_of_row(std::uint64_t decision, std::uint64_t cited) {
  return Key(row_letter).number(decision).number(cited);
}

/// Keeps the names of facts, which a row shows of an event long past; but for commitments and
/// payments, which are many and explain no decision.
void remember_fact(schema::Record::Reader record, Rows& rows) {
  const auto fact = record.getFact();
  if (fact.isCommitmentRecorded() || fact.isPaymentRecorded()) return;
  std::string tag;
  put_big_endian(tag, static_cast<std::uint16_t>(fact.which()));
  rows.put(Key("f").number(record.getSequence()), tag);
}

Result<std::string> fact_name_of(std::uint64_t event, Rows& rows) {
  std::string tag;
  CF_LET(const bool known, rows.get(Key("f").number(event), tag));
  if (!known) return std::string();
  return std::string(fact_name(static_cast<Fact::Which>(get_big_endian<std::uint16_t>(tag))));
}

Result<void> note_citations(schema::Record::Reader record, Rows& rows) {
  if (!is_decision(record.getFact().which())) return {};
  const std::uint64_t sequence = record.getSequence();
  const auto all = cited_by(record);
  if (all.empty()) return {};
  CF_LET(const Place place, place_of(record, rows));
  for (const std::uint64_t cited : all) {
    CF_LET(const std::string cited_fact, fact_name_of(cited, rows));
    put_row<Row>(rows, Key("c").number(cited).number(sequence), [&](Row::Builder row) {
      row.setSequence(sequence);
      row.setFact(text_of(std::string(fact_name(record.getFact()))));
      row.setProject(text_of(place.project));
      row.setUnit(text_of(place.unit));
      row.setFiscalYear(place.fiscal_year);
      row.setFund(text_of(place.fund));
      row.setCited(cited);
      row.setCitedFact(text_of(cited_fact));
      row.setSubjects(text_of(place.subjects));
      row.setDecidedAt(record.getDecidedAt());
      row.setActor(record.getActor());
      row.setDocument(text_of(std::string(document_of(record))));
    });
    rows.put(Key("d").number(sequence).number(cited), {});
  }
  return {};
}

/// What made an event no longer hold for decisions: each replacement that stands, or its reversal.
struct Replacement {
  Row::Became became;
  std::uint64_t by;
};

/// Puts or removes the row of every decision that cites the event. A decision is stale by what came
/// after it.
Result<void> refresh(Rows& rows, std::uint64_t cited, const std::vector<Replacement>& by) {
  std::vector<std::pair<std::uint64_t, std::string>> citations;
  const Key prefix = Key("c").number(cited);
  CF_TRY(rows.each(prefix, [&](std::string_view key, std::string_view value) -> Result<bool> {
    key.remove_prefix(prefix.bytes().size());
    citations.emplace_back(get_big_endian<std::uint64_t>(key), value);
    return true;
  }));
  RowBuffer<Row> buffer;
  for (const auto& [decision, stored] : citations) {
    const Replacement* first = nullptr;
    for (const Replacement& one : by)
      if (one.by > decision && (first == nullptr || one.by < first->by)) first = &one;
    if (first == nullptr) {
      rows.erase(key_of_row(decision, cited));
      continue;
    }
    std::string row = stored;
    buffer.change_numbers(row, [&](Row::Builder builder) {
      builder.setBecame(first->became);
      builder.setBy(first->by);
    });
    rows.put(key_of_row(decision, cited), row);
  }
  return {};
}

/// The facts that stand beside the changed one, the changed one too where it stands.
Result<std::vector<HeldRecord>> group_of(Rows& rows, Fact::Reader fact) {
  const auto places = Standings::places_of(fact);
  if (places.empty()) return std::vector<HeldRecord>();
  return Standings(rows).all(places.front().fact, places.front().key);
}

bool replaces(const HeldRecord& later, const HeldRecord& earlier) {
  if (!later.fact().isGradeAssigned()) return later.sequence() > earlier.sequence();
  const auto grade_of = [](const HeldRecord& record) {
    const auto fact = record.fact().getGradeAssigned();
    return Grade{record.sequence(), fact.getEvaluatedYear(), 0,
                 fact.getLevel(),   fact.getGrade(),         Instant{record->getDecidedAt()}};
  };
  const Grade one = grade_of(later);
  const Grade other = grade_of(earlier);
  return one.evaluated_year == other.evaluated_year && supersedes(one, other);
}

class Stale final : public RowProjection<Row> {
 public:
  std::string_view name() const override { return "stale"; }
  std::uint32_t version() const override { return 2; }
  MadeOf made_of() const override { return MadeOf::projects_and_beside; }
  /// What a decision cites, and what became of that.
  void note_beside(schema::Record::Reader record, Beside& beside) const override {
    if (is_decision(record.getFact().which())) beside.events.merge(cited_by(record));
  }

  Result<void> fold(schema::Record::Reader record, Rows& rows) const override {
    remember_registry(record, rows);
    remember_fact(record, rows);
    CF_TRY(note_citations(record, rows));
    CF_LET(const auto change, Standings(rows).note(record, replaceable));
    if (change) {
      CF_LET(const auto group, group_of(rows, change->record.fact()));
      for (const HeldRecord& member : group) {
        std::vector<Replacement> by;
        for (const HeldRecord& other : group)
          if (replaces(other, member))
            by.push_back({Row::Became::SUPERSEDED, other.sequence().value});
        CF_TRY(refresh(rows, member.sequence().value, by));
      }
    }
    if (!record.getFact().isEventReversed()) return {};
    const std::uint64_t event = record.getFact().getEventReversed().getEvent();
    CF_TRY(refresh(rows, event, {{Row::Became::REVERSED, record.getSequence()}}));
    return forget_decision(rows, event);
  }

 private:
  /// A decision that was reversed holds no more, whatever it cites.
  static Result<void> forget_decision(Rows& rows, std::uint64_t decision) {
    std::vector<std::uint64_t> cited;
    const Key prefix = Key("d").number(decision);
    CF_TRY(rows.each(prefix, [&](std::string_view key, std::string_view) -> Result<bool> {
      key.remove_prefix(prefix.bytes().size());
      cited.push_back(get_big_endian<std::uint64_t>(key));
      return true;
    }));
    for (const std::uint64_t event : cited) {
      rows.erase(Key("c").number(event).number(decision));
      rows.erase(Key("d").number(decision).number(event));
      rows.erase(key_of_row(decision, event));
    }
    return {};
  }
};

}  // namespace

const Projection& stale_projection() {
  static const Stale one;
  return one;
}

}  // namespace counterfoil
