#pragma once

#include "counterfoil/access.h"
#include "counterfoil/import/ledger.h"

namespace counterfoil {

/// The ledger as an import sees it, over the capabilities of a session.
class ImportLedger final : public intake::Ledger {
 public:
  explicit ImportLedger(LedgerAccess& access) : access_(access) {}

  Result<std::vector<intake::Answer>> record(
      std::span<const schema::Command::Reader> commands) override;
  Result<std::vector<std::optional<Sequence>>> first_of(
      std::span<const std::string> command_ids) override;

 private:
  LedgerAccess& access_;
};

}  // namespace counterfoil
