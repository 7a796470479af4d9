#include "codec/line.h"
#include "codec/subjects.h"
#include "core/limits.h"
#include "domain/facts/deciding.h"
#include "domain/standing.h"

#include <limits>

namespace counterfoil {

namespace {

Result<void> report(Deciding& deciding, std::string_view rule, RuleMode mode, std::string finding,
                    std::string_view remedy, const std::optional<Excess>& excess) {
  if (deciding.findings != nullptr) {
    if (mode != RuleMode::off)
      deciding.findings->push_back({std::string(rule), mode, std::move(finding), excess});
    return {};
  }
  const auto let_pass = [&](schema::Breach::Mode as) {
    deciding.breaches.push_back({std::string(rule), as, std::move(finding)});
  };
  switch (mode) {
    case RuleMode::off:
      return {};
    case RuleMode::observe:
      let_pass(schema::Breach::Mode::OBSERVE);
      return {};
    case RuleMode::override: {
      const auto override = deciding.command.getOverride();
      if (override.getAuthority().size() == 0 || override.getDocument().size() == 0)
        return refused_by(rule,
                          fmt::format("{}. {}, or give an override with its authority and document",
                                      finding, remedy),
                          excess);
      let_pass(schema::Breach::Mode::OVERRIDE);
      return {};
    }
    case RuleMode::enforce:
      return refused_by(rule, fmt::format("{}. {}", finding, remedy), excess);
  }
  return {};
}

}  // namespace

tl::unexpected<Error> refused_by(std::string_view rule, std::string_view sentence,
                                 const std::optional<Excess>& excess) {
  auto finding = std::make_shared<ErrorFinding>();
  finding->rule = rule;
  if (excess) {
    finding->line = excess->line;
    finding->amount = excess->amount.minor;
    finding->allowed = excess->allowed.minor;
  }
  return tl::unexpected<Error>(
      Error{ErrorCode::refused, fmt::format("{}: {}", rule, sentence), std::move(finding)});
}

Result<void> report_breach(Deciding& deciding, std::string_view rule, std::string finding,
                           std::string_view remedy, std::optional<Excess> excess) {
  return report(deciding, rule, deciding.rules->mode(rule), std::move(finding), remedy, excess);
}

Result<void> want_override(Deciding& deciding, std::string_view rule, std::string finding,
                           std::string_view remedy) {
  const RuleMode mode = deciding.rules->mode(rule);
  return report(deciding, rule, mode == RuleMode::enforce ? RuleMode::override : mode,
                std::move(finding), remedy, std::nullopt);
}

Result<Sequence> previous_in(schema::Record::Reader record, std::string_view subject) {
  for (const auto entry : record.getSubjects())
    if (view(entry.getId()) == subject && entry.getPrevious() < record.getSequence())
      return Sequence{entry.getPrevious()};
  return fail(ErrorCode::corrupt,
              "record {} does not continue the history of {}: verify the ledger",
              record.getSequence(), subject);
}

Result<LineState> opened_line(Deciding& deciding, std::string_view line) {
  CF_TRY(parse_line(line));
  CF_LET(const LineState state, deciding.book.state<LineState>(line));
  if (!state.opened)
    return fail(ErrorCode::refused,
                "the budget line {} was never opened: record a lineOpened first", line);
  return state;
}

Result<void> check_about(Deciding& deciding, std::string_view about) {
  CF_TRY(check_subject(about));
  if (about.starts_with("project/")) {
    CF_LET(const auto project, deciding.book.state<ProjectState>(about));
    if (!project.proposed)
      return fail(ErrorCode::refused, "{} is not known: record a projectProposed first", about);
    return {};
  }
  if (about.starts_with("unit/")) {
    CF_LET(const auto unit, deciding.book.state<UnitState>(about));
    if (!unit.registered)
      return fail(ErrorCode::refused, "{} is not known: record a unitRegistered first", about);
    return {};
  }
  if (about.starts_with("list/") || about.starts_with("fund/")) return {};
  return fail(
      ErrorCode::invalid,
      "\"{}\" cannot be the subject here: it is about a project/…, unit/…, list/… or fund/…",
      about);
}

Result<void> check_unit(Deciding& deciding, std::string_view unit) {
  return check_about(deciding, fmt::format("unit/{}", unit));
}

Result<void> check_project(Deciding& deciding, std::string_view project) {
  CF_TRY(check_about(deciding, fmt::format("project/{}", project)));
  CF_LET(const auto closings, standing(deciding.book, schema::Fact::PROJECT_CLOSED, project));
  if (closings.empty()) return {};
  return fail(ErrorCode::refused, "project {} was closed by record {}: reverse that first", project,
              closings.back().value);
}

Result<void> check_not_negative(std::int64_t amount, std::string_view what) {
  if (amount >= 0) return {};
  return fail(ErrorCode::invalid, "{} is {}; it may not be below 0", what, amount);
}

Result<void> check_period_open(Deciding& deciding, std::int32_t fiscal_year) {
  CF_LET(const auto last,
         newest(deciding.book, schema::Fact::PERIOD_CLOSED, std::to_string(fiscal_year)));
  if (!last || !last->fact().isPeriodClosed()) return {};
  return fail(ErrorCode::refused,
              "fiscal year {} was closed by record {}: record a periodReopened first", fiscal_year,
              last->sequence().value);
}

Result<void> check_fiscal_year(std::int32_t year) {
  if (year >= limits::fiscal_year_min && year <= limits::fiscal_year_max) return {};
  return fail(ErrorCode::invalid, "the fiscal year {} lies outside {} to {}", year,
              limits::fiscal_year_min, limits::fiscal_year_max);
}

Result<void> check_amount(std::int64_t amount) {
  if (amount != std::numeric_limits<std::int64_t>::min()) return {};
  return fail(ErrorCode::limit, "the amount {} has no opposite in 64 bits", amount);
}

Result<schema::Record::Reader> named_event(Deciding& deciding, std::uint64_t sequence,
                                           schema::Fact::Which kind, std::string_view kind_name) {
  if (sequence >= deciding.sequence.value)
    return fail(ErrorCode::refused, "there is no record {} yet: name the sequence of a {}",
                sequence, kind_name);
  CF_LET(const auto event, deciding.book.state<EventState>(event_key(Sequence{sequence})));
  if (event.reversed)
    return fail(ErrorCode::refused, "record {} was reversed by record {}", sequence,
                event.reversed_by.value);
  CF_LET(const auto record, deciding.book.record(Sequence{sequence}));
  if (record.getFact().which() != kind)
    return fail(ErrorCode::refused, "record {} is of kind {}; the sequence of a {} is wanted",
                sequence, fact_name(record.getFact()), kind_name);
  return record;
}

Result<HeldRecord> held_event(Deciding& deciding, std::uint64_t sequence,
                              schema::Fact::Which kind) {
  CF_LET(const auto record, named_event(deciding, sequence, kind, fact_name(kind)));
  return HeldRecord(record);
}

}  // namespace counterfoil
