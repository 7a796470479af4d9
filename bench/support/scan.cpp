#include "support/scan.h"

#include "storage/folder.h"
#include "storage/rocks.h"
#include "support/report.h"
#include "support/scratch.h"

namespace counterfoil::bench {

double scan_rate(const std::string& ledger) {
  const LedgerFolder folder = must(LedgerFolder::open(ledger));
  const Rocks rocks = must(Rocks::open(folder.journal(), {}, {}));
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
  const double before = processor_seconds();
  auto cursor = rocks.walk(*rocks.family("records"), Rocks::Walk::whole);
  for (cursor.seek({}); cursor.valid(); cursor.next()) {
    ++records;
    bytes += cursor.value().size();
  }
  must(cursor.status());
  if (bytes < records) give_up("the records are empty");
  return static_cast<double>(records) / (processor_seconds() - before);
}

}  // namespace counterfoil::bench
