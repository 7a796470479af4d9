#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage/journal.h"

namespace counterfoil {

/// One project's (or line's) rows, folded now from that subject's records alone.
struct RebuiltRows {
  std::vector<std::string> budgets;
  std::vector<std::string> adjustments;
};
Result<RebuiltRows> rebuild_subject(const Journal& journal, std::string_view subject);

}  // namespace counterfoil
