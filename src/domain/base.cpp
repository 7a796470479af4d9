#include "domain/base.h"

#include <algorithm>
#include <functional>
#include <map>

#include "codec/text.h"
#include "domain/holding.h"

namespace counterfoil {

using schema::Fact;

namespace {

constexpr std::uint32_t whole = 10'000;  // basis points

/// The line's current budget as its year was closed, whatever became of it since: what is unspent
/// is carried over. While the year is open, as it is.
Result<Money> current_at_close(Book& book, const LineId& line, const LineState& state) {
  CF_LET(const auto closed, newest(book, Fact::PERIOD_CLOSED, std::to_string(line.fiscal_year)));
  if (!closed || !closed->fact().isPeriodClosed()) return state.current;
  CF_LET(const Holding held, holding_at(book, format_line(line), closed->sequence()));
  return held.current;
}

}  // namespace

Result<std::vector<Share>> predecessors_of(Book& book, std::string_view project) {
  std::vector<Share> shares;
  // By the proposal, the newest first: a project is proposed after those that it names, so all
  // shares of one are added up before its turn comes.
  std::map<Sequence, Share, std::greater<>> open;
  const auto reach = [&](std::string_view id, std::uint32_t share) -> Result<void> {
    CF_LET(const auto proposals, standing(book, Fact::PROJECT_PROPOSED, id));
    if (proposals.empty()) return {};
    Share& reached = open.try_emplace(proposals.back(), Share{std::string(id), 0}).first->second;
    reached.basis_points = std::min(reached.basis_points + share, whole);
    return {};
  };
  CF_TRY(reach(project, whole));
  while (!open.empty()) {
    const auto [proposal, share] = *open.begin();
    open.erase(open.begin());
    shares.push_back(share);
    CF_LET(const HeldRecord record, held_record(book, proposal));
    for (const auto predecessor : record.fact().getProjectProposed().getPredecessors())
      CF_TRY(reach(view(predecessor.getProject()),
                   share.basis_points * predecessor.getShareBasisPoints() / whole));
  }
  return shares;
}

Result<Base> base_of(Book& book, const RuleSet& rules, const LineId& line) {
  Base base;
  bool is_lost = false;  // the part of some positive amount
  CF_LET(const auto shares, predecessors_of(book, line.project));
  for (const Share& share : shares) {
    const LineId before{line.fiscal_year - 1, share.project, line.fund, line.measure, line.item};
    CF_LET(const auto state, book.state<LineState>(format_line(before)));
    if (!state.appropriated) continue;
    Money amount = state.original;
    if (rules.base_is_current_budget) {
      CF_LET(amount, current_at_close(book, before, state));
    }
    const auto part = static_cast<Wide>(amount.minor) * share.basis_points / whole;
    is_lost = is_lost || (amount.minor > 0 && part == 0);
    const auto sum = add(base.amount, Money{static_cast<std::int64_t>(part)});
    if (!sum) return fail(ErrorCode::limit, "the base of {} does not fit 64 bits", line.project);
    base.amount = *sum;
    base.appropriations.push_back(state.appropriation);
  }
  base.is_rounded_away = is_lost && base.amount.minor == 0;
  return base;
}

}  // namespace counterfoil
