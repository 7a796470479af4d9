#include "domain/base.h"

#include "codec/text.h"

namespace counterfoil {

using schema::Fact;

Result<std::vector<Share>> predecessors_of(Book& book, std::string_view project) {
  std::vector<Share> shares{{std::string(project), 10'000}};
  CF_LET(const auto proposal, newest(book, Fact::PROJECT_PROPOSED, project));
  if (!proposal) return shares;
  for (const auto predecessor : proposal->fact().getProjectProposed().getPredecessors())
    shares.push_back(
        {std::string(view(predecessor.getProject())), predecessor.getShareBasisPoints()});
  return shares;
}

Result<Base> base_of(Book& book, const RuleSet& rules, const LineId& line) {
  Base base;
  CF_LET(const auto shares, predecessors_of(book, line.project));
  for (const Share& share : shares) {
    const LineId before{line.fiscal_year - 1, share.project, line.fund, line.measure, line.item};
    CF_LET(const auto state, book.state<LineState>(format_line(before)));
    if (!state.appropriated) continue;
    const Money amount = rules.base_is_current_budget ? state.current : state.original;
    const auto part = static_cast<Wide>(amount.minor) * share.basis_points / 10'000;
    const auto sum = add(base.amount, Money{static_cast<std::int64_t>(part)});
    if (!sum) return fail(ErrorCode::limit, "the base of {} does not fit 64 bits", line.project);
    base.amount = *sum;
    base.appropriations.push_back(state.appropriation);
  }
  return base;
}

}  // namespace counterfoil
