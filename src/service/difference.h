#pragma once

#include "service/contributions.h"
#include "service/filter.h"
#include "service/past.h"

namespace counterfoil {

/// Two moments, and which number of which budget lines is compared.
struct Comparison {
  Moment first;
  Moment second;
  Filter filter;
  schema::Figure figure = schema::Figure::CURRENT;
};

/// A page of the lines that differ (ChangeRow), in the order of the view budgets, each with the
/// contributions of the events that count at one of the moments only: those of the first moment are
/// taken back. Their sum is the difference.
struct DifferencePage : ContributionPage {
  std::vector<std::string> changes;
  std::string next;  // where to go on; empty at the end
};

Result<DifferencePage> read_difference(const Journal& journal, Past& past,
                                       const Comparison& comparison, std::string_view after,
                                       std::size_t limit, const Asker& asker = {});

}  // namespace counterfoil
