#pragma once

#include "codec/canonical.h"
#include "proof/suite.h"

namespace counterfoil {

/// Who sends commands, and in which role.
struct Principal {
  std::string id;
  schema::Role role = schema::Role::UNSPECIFIED;
  std::string organisation;
};

/// A command as it is decided and remembered: checked, canonical, with its digest.
struct PreparedCommand {
  Words words;
  std::string digest;
};

/// Prepares commands; one a thread.
class Preparer {
 public:
  static Result<Preparer> of_suite(std::string_view suite);
  /// Refuses what no state of the ledger could accept: texts that are too long or not UTF-8, ids
  /// that are none, fields that the ledger sets.
  Result<PreparedCommand> prepare(schema::Command::Reader command);

 private:
  explicit Preparer(Hasher hasher) : hasher_(std::move(hasher)) {}
  Hasher hasher_;
};

}  // namespace counterfoil
