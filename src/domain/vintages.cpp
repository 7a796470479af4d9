#include "domain/vintages.h"

#include <algorithm>

namespace counterfoil {

std::vector<Vintage> unspent_by_vintage(const LineState& line) {
  std::vector<Vintage> left = line.vintages;
  Wide spent = line.spent.minor;
  for (Vintage& vintage : left) {
    if (spent <= 0) break;
    if (vintage.amount.minor <= 0) continue;
    const Wide used = std::min<Wide>(spent, vintage.amount.minor);
    vintage.amount.minor -= static_cast<std::int64_t>(used);
    spent -= used;
  }
  return left;
}

}  // namespace counterfoil
