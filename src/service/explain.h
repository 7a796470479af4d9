#pragma once

#include "service/contributions.h"
#include "service/filter.h"
#include "service/moment.h"

namespace counterfoil {

/// What is asked of a number: a line ("line/…"), the lines of a project ("project/…") or of a unit
/// ("unit/…"), or a pool ("pool/…").
struct Question {
  std::string subject;
  Filter filter;                                    // of the lines: fiscal year, fund, measure
  schema::Figure figure = schema::Figure::CURRENT;  // of a pool: what remains
};

/// A page of the answer. Figures are rows of FigureRow, with their contributions; records that the
/// contributions rest on come with those that they rest on in turn, by sequence.
struct Explanation : ContributionPage {
  std::vector<std::string> figures;
  std::vector<std::string> evidence;  // canonical bytes
  std::string next;
};

/// Why a number is what it is, as of a moment, from the histories of what it is about. The figure
/// is folded by its read model from the same records, so a contribution that was left out shows as
/// a difference. `not_found` where the subject does not exist, is not there yet, or has no budget
/// line: each says which. A page has at most `limit` contributions, but for several of one event;
/// all pages of one line together take time in proportion to its history.
Result<Explanation> explain(const Journal& journal, const Question& question, const AsOf& as_of,
                            Instant now, std::string_view after, std::size_t limit,
                            const Asker& asker = {});

}  // namespace counterfoil
