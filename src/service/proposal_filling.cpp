#include "service/proposal_filling.h"

#include "codec/binary_text.h"
#include "codec/text.h"
#include "proof/suite.h"
#include "service/room.h"

namespace counterfoil {

using schema::Fact;

std::string joined(capnp::List<std::uint64_t>::Reader sequences) {
  std::string text;
  for (const std::uint64_t sequence : sequences)
    text += fmt::format("{}{}", text.empty() ? "" : " ", sequence);
  return text;
}

std::string_view home_of(schema::AdjustmentProposed::Reader proposed) {
  return view(proposed.getLegs()[0].getLine());
}

ProposalFilling::ProposalFilling(const Journal& journal, Journal::BookWalk walk,
                                 const YearQuestion& question)
    : question_(question),
      walk_(std::move(walk)),
      source_(journal, walk_),
      book_(source_),
      history_(journal, book_) {}

Result<const RuleSet*> ProposalFilling::rules_with(std::string_view rule) {
  CF_LET(const auto ledger, book_.state<LedgerState>("ledger"));
  const auto set = in_force(ledger, question_.today);
  if (!set)
    return fail(ErrorCode::refused,
                "no rule set is in force on {}: publish one that starts by then",
                format_date(question_.today));
  CF_LET(const RuleSet* const rules, book_.rule_set(set->published));
  if (rules->mode(rule) == RuleMode::off)
    return fail(ErrorCode::refused,
                "{} is off in the rule set in force, {}, so nothing follows from it: publish a "
                "rule set that names {}",
                rule, set->version, rule);
  return rules;
}

Result<void> ProposalFilling::each_project(const std::vector<std::int32_t>& years,
                                           const Visit& visit) {
  std::string behind = question_.after;
  for (std::size_t projects = 0;; ++projects) {
    std::optional<std::string> next;
    for (const std::int32_t year : years) {
      const std::string prefix = standing_key(Fact::LINE_OPENED, key_of(year, ""));
      CF_LET(const auto key, walk_.next_key(prefix, prefix + behind));
      if (key && (!next || key->substr(prefix.size()) < *next)) next = key->substr(prefix.size());
    }
    if (!next) return {};
    if (is_full(projects)) {
      page_.next = behind;
      return {};
    }
    CF_TRY(visit(std::string_view(*next)));
    if (bytes_ > limits::request_bytes)
      return fail(ErrorCode::limit,
                  "what is proposed about project {} is more than the {} bytes of one answer",
                  *next, limits::request_bytes);
    behind = *next;
  }
}

Result<std::vector<std::string>> ProposalFilling::lines_of(std::string_view project) {
  CF_LET(const auto openings,
         standing(book_, Fact::LINE_OPENED, key_of(question_.fiscal_year, project)));
  std::vector<std::string> lines;
  for (const Sequence opening : openings) {
    CF_LET(const auto record, book_.record(opening));
    lines.emplace_back(view(record.getFact().getLineOpened().getLine()));
  }
  return lines;
}

Result<std::string> ProposalFilling::unit_of(std::string_view project) {
  CF_LET(const auto state, book_.state<ProjectState>(fmt::format("project/{}", project)));
  return state.unit;
}

Result<void> ProposalFilling::add_legs(schema::AdjustmentProposed::Reader proposed,
                                       const SetProgress& set_progress) {
  for (unsigned i = 0; i < proposed.getLegs().size(); ++i) {
    const auto leg = proposed.getLegs()[i];
    CF_LET(const LineId line, parse_line(view(leg.getLine())));
    CF_LET(const std::string unit, unit_of(line.project));
    capnp::MallocMessageBuilder message;
    auto row = message.initRoot<schema::ProposalRow>();
    set_line(row, line);
    row.setUnit(text_of(unit));
    row.setLeg(i);
    row.setKind(proposed.getKind());
    row.setCause(proposed.getCause());
    row.setVintage(leg.getVintage());
    row.setAmount(leg.getAmount());
    row.setPool(proposed.getPool());
    row.setSourceTag(leg.getSourceTag());
    set_progress(row);
    add_row(row.asReader());
  }
  return {};
}

Result<void> ProposalFilling::add_recorded(const ProposalRecord& one) {
  return add_legs(one.proposed(), [&](schema::ProposalRow::Builder row) {
    row.setProposal(one.record.sequence().value);
    row.setState(one.state);
    row.setActor(one.record->getActor());
    row.setApproval(one.approval.value);
    row.setAdjustment(one.adjustment.value);
    row.setMovedBy(one.moved_by.value);
    if (row.getLeg() != 0) return;
    row.setEvidence(joined(one.record->getEvidence()));
    row.setReason(one.record->getReason());
  });
}

Result<void> ProposalFilling::expect(schema::Command::Builder command,
                                     const std::set<std::string>& subjects) {
  auto list = command.initExpectations(static_cast<unsigned>(subjects.size()));
  unsigned i = 0;
  for (const std::string& subject : subjects) {
    CF_LET(const Page page, book_.page(subject));
    list[i].setSubject(text_of(subject));
    list[i++].setCount(page.count);
  }
  return {};
}

void ProposalFilling::add_command(schema::Command::Builder command) {
  page_.commands.emplace_back(bytes_of(canonical(command.asReader())));
  bytes_ += page_.commands.back().size();
}

Result<void> ProposalFilling::add_identified(schema::Command::Builder command,
                                             const std::string& run,
                                             const std::set<std::string>& rests_on) {
  command.setCorrelationId(text_of(run));
  CF_TRY(expect(command, rests_on));
  const Hash digest = Hasher::sha256().digest(bytes_of(canonical(command.asReader())));
  command.setCommandId(fmt::format("{}/{}", run, to_hex(bytes_of(digest).substr(0, 12))));
  add_command(command);
  return {};
}

bool ProposalFilling::is_full(std::size_t projects) const {
  return projects == limits::projects_in_page ||
         page_.rows.size() >= rows_at_most(question_.limit) || bytes_ > limits::request_bytes / 4 ||
         history_.records_read() > limits::records_in_page;
}

}  // namespace counterfoil
