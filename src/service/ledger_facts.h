#pragma once

#include <string>

#include "proof/rotation.h"
#include "storage/journal.h"

namespace counterfoil {

/// What the records of the subject `ledger` fixed.
struct LedgerFacts {
  std::string origin;  // of the epoch
  std::string suite;
  std::string currency;
  unsigned currency_exponent = 0;
  std::string time_zone;
  unsigned fiscal_year_month = 1;
  unsigned fiscal_year_day = 1;
  bool confidential = false;
  std::string administrator;  // who opened it
  LogKeys keys;
};

Result<LedgerFacts> read_ledger_facts(const Journal& journal);

}  // namespace counterfoil
