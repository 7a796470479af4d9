#include "service/what_if.h"

#include <schema/views.capnp.h>

#include <algorithm>

#include "codec/line.h"
#include "codec/subjects.h"
#include "codec/text.h"
#include "domain/evolve.h"
#include "domain/judge.h"
#include "projections/own.h"

namespace counterfoil {
namespace {

using schema::WhatIfRow;

Key page_key(std::string_view key) {
  return Key("p").text(key);
}

/// The book among the entries of a fold, over the journal's records.
class RowsBook final : public BookSource {
 public:
  RowsBook(Rows& rows, const Journal& journal, std::map<Sequence, RuleSet>& published)
      : rows_(rows), journal_(journal), published_(published) {}

  Result<::counterfoil::Page> page(std::string_view key) override {
    CF_LET(const bool is_there, rows_.get(page_key(key), bytes_));
    if (!is_there) return ::counterfoil::Page{};
    return decode_page(bytes_);
  }
  Result<schema::Record::Reader> record(Sequence sequence) override {
    CF_TRY(journal_.read(sequence, bytes_));
    return buffer_.load(bytes_);
  }
  Result<const RuleSet*> rule_set(Sequence published) override {
    const auto found = published_.find(published);
    if (found != published_.end()) return &found->second;
    CF_LET(const auto publication, record(published));
    CF_LET(RuleSet rules,
           read_rule_set(view(publication.getFact().getRuleSetPublished().getDocument())));
    return &published_.emplace(published, std::move(rules)).first->second;
  }
  void keep(const Book& changed) {
    for (const auto& [key, page] : changed.changes()) rows_.put(page_key(key), encode_page(page));
  }

 private:
  Rows& rows_;
  const Journal& journal_;
  std::map<Sequence, RuleSet>& published_;
  std::string bytes_;
  RecordBuffer buffer_;
};

bool has_override(schema::Record::Reader record) {
  for (const auto breach : record.getBreaches())
    if (breach.getMode() == schema::Breach::Mode::OVERRIDE) return true;
  return false;
}

WhatIfRow::Outcome outcome_of(const RuleFinding& finding, schema::Record::Reader record) {
  switch (finding.mode) {
    case RuleMode::enforce:
      return finding.excess ? WhatIfRow::Outcome::CAPPED : WhatIfRow::Outcome::REFUSED;
    case RuleMode::override:
      if (has_override(record)) return WhatIfRow::Outcome::OBSERVED;
      return finding.excess ? WhatIfRow::Outcome::CAPPED : WhatIfRow::Outcome::OVERRIDE_REQUIRED;
    default:
      return WhatIfRow::Outcome::OBSERVED;
  }
}

/// A finding and what it means for the record.
struct Judgement {
  RuleFinding finding;
  WhatIfRow::Outcome outcome;

  /// Whether two rule sets say the same by them. A ceiling matters where it would have held.
  bool says_the_same(const Judgement& other) const {
    if (!is_of_the_same(other) || outcome != other.outcome) return false;
    return outcome != WhatIfRow::Outcome::CAPPED ||
           finding.excess->allowed == other.finding.excess->allowed;
  }
  /// Whether they are of one rule and line.
  bool is_of_the_same(const Judgement& other) const {
    const auto line = [](const RuleFinding& one) {
      return one.excess ? std::string_view(one.excess->line) : std::string_view();
    };
    return finding.rule == other.finding.rule && line(finding) == line(other.finding);
  }
};

std::vector<Judgement> judgements_of(const std::vector<RuleFinding>& findings,
                                     schema::Record::Reader record) {
  std::vector<Judgement> judgements;
  for (const RuleFinding& finding : findings)
    judgements.push_back({finding, outcome_of(finding, record)});
  return judgements;
}

/// The amount of the record's decision on the line, or on the only line of it.
struct Amount {
  std::string line;
  Money amount;
};
std::optional<Amount> amount_of(schema::Record::Reader record) {
  const auto fact = record.getFact();
  if (!fact.isBudgetAppropriated()) return std::nullopt;
  const auto appropriated = fact.getBudgetAppropriated();
  return Amount{std::string(view(appropriated.getLine())), Money{appropriated.getAmount()}};
}

Result<void> put_finding(schema::Record::Reader record, Rows& rows, std::uint64_t index,
                         WhatIfRow::Outcome outcome, const RuleFinding& finding) {
  CF_LET(Place place, place_of(record, rows));
  std::string measure;
  std::optional<Amount> amount = amount_of(record);
  if (finding.excess) amount = Amount{finding.excess->line, finding.excess->amount};
  if (amount) {
    CF_LET(const LineId line, parse_line(amount->line));
    place.project = line.project;
    place.fund = line.fund;
    place.fiscal_year = line.fiscal_year;
    measure = line.measure;
    CF_LET(place.unit, unit_of(rows, place.project));
  }
  put_row<WhatIfRow>(
      rows, Key(row_letter).number(record.getSequence()).number(index),
      [&](WhatIfRow::Builder row) {
        row.setSequence(record.getSequence());
        row.setFact(text_of(std::string(fact_name(record.getFact()))));
        row.setOutcome(outcome);
        row.setRule(text_of(finding.rule));
        row.setFinding(text_of(finding.text));
        row.setProject(text_of(place.project));
        row.setUnit(text_of(place.unit));
        row.setFiscalYear(place.fiscal_year);
        row.setFund(text_of(place.fund));
        row.setMeasure(text_of(measure));
        if (amount) row.setAmount(amount->amount.minor);
        if (finding.excess) {
          row.setAllowed(finding.excess->allowed.minor);
          if (outcome == WhatIfRow::Outcome::CAPPED)
            row.setDifference(finding.excess->allowed.minor - finding.excess->amount.minor);
        }
        row.setDecidedAt(record.getDecidedAt());
        row.setActor(record.getActor());
        row.setDocument(text_of(std::string(document_of(record))));
      });
  return {};
}

}  // namespace

capnp::StructSchema WhatIf::row_schema() const {
  return capnp::Schema::from<WhatIfRow>();
}

std::string_view WhatIf::row_prefix() const {
  return row_letter;
}

Result<void> WhatIf::fold(schema::Record::Reader record, Rows& rows) const {
  remember_registry(record, rows);
  RowsBook source(rows, journal_, published_);
  Book before(source);
  Book after(before.source());
  CF_TRY(evolve(after, record));
  const Date decided_on = zone_.day_of({record.getDecidedAt()});
  CF_LET(const auto ledger, before.state<LedgerState>("ledger"));
  const RuleSet* recorded = nullptr;
  if (const auto in_force_then = in_force(ledger, decided_on)) {
    CF_LET(recorded, source.rule_set(in_force_then->published));
  }
  if (recorded != nullptr && (in_place_of_.empty() || recorded->name == in_place_of_)) {
    CF_LET(const auto found, judge(before, after, record, *recorded, decided_on));
    CF_LET(const auto would_find, judge(before, after, record, rules_, decided_on));
    const auto then = judgements_of(found, record);
    const auto now = judgements_of(would_find, record);
    std::uint64_t index = 0;
    for (const Judgement& one : now)
      if (std::ranges::none_of(then, [&](const auto& other) { return one.says_the_same(other); }))
        CF_TRY(put_finding(record, rows, index++, one.outcome, one.finding));
    for (const Judgement& one : then)
      if (std::ranges::none_of(now, [&](const auto& other) { return one.is_of_the_same(other); }))
        CF_TRY(put_finding(record, rows, index++, WhatIfRow::Outcome::PERMITTED, one.finding));
  }
  source.keep(after);
  return {};
}

}  // namespace counterfoil
