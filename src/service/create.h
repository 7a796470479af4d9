#pragma once

#include <string>

#include "service/sequencer.h"
#include "storage/folder.h"

namespace counterfoil {

/// What `init` fixes for the life of a ledger.
struct LedgerPlan {
  std::string origin;
  std::string suite{default_suite};
  std::string currency = "CNY";
  unsigned currency_exponent = 2;
  std::string time_zone = "Asia/Shanghai";
  unsigned fiscal_year_month = 1;
  unsigned fiscal_year_day = 1;
  bool confidential = false;
  std::string rule_set;                 // the document, JSON
  Date rule_set_from;                   // in force from
  std::string administrator = "admin";  // opaque id of the first principal
  std::string recovery_key_file;        // where the offline key is written: outside the folder
};

/// The ids and secrets that `init` made; the files are in the ledger's folder, mode 0600.
struct CreatedLedger {
  std::string verifier_key;
  std::string recovery_verifier_key;
};

/// Creates a ledger in a new folder: its keys, the administrator's token, and its first records
/// (LedgerOpened and the RuleSetPublished).
Result<CreatedLedger> create_ledger(const std::string& path, const LedgerPlan& plan,
                                    const Clock& clock);

}  // namespace counterfoil
