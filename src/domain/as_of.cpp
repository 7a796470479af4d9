#include "domain/as_of.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

namespace counterfoil {

bool counts(const AsOf& as_of, schema::Record::Reader record) {
  if (record.getFact().isLedgerOpened()) return true;
  return (!as_of.sequence || record.getSequence() <= as_of.sequence->value) &&
         (!as_of.recorded || record.getRecordedAt() <= as_of.recorded->microseconds) &&
         (!as_of.decided || record.getDecidedAt() <= as_of.decided->microseconds) &&
         (!as_of.effective || record.getEffectiveOn() <= as_of.effective->days);
}

std::string format(const AsOf& as_of) {
  std::vector<std::string> bounds;
  if (as_of.sequence) bounds.push_back(fmt::format("seq:{}", as_of.sequence->value));
  if (as_of.recorded) bounds.push_back("recorded:" + format_instant(*as_of.recorded));
  if (as_of.decided) bounds.push_back("decided:" + format_instant(*as_of.decided));
  if (as_of.effective) bounds.push_back("effective:" + format_date(*as_of.effective));
  return fmt::format("{}", fmt::join(bounds, ", "));
}

}  // namespace counterfoil
