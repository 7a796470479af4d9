#pragma once

#include <schema/event.capnp.h>

#include <optional>

#include "counterfoil/output.h"

namespace counterfoil {

/// Prints events to standard output: in JSON the whole record and what it does
/// (domain/event_json.h), in a table or CSV a row of what matters first.
class EventPrinter {
 public:
  explicit EventPrinter(const OutputOptions& options);
  void print(schema::Record::Reader record);
  /// Shows what was printed so far to who follows it: it is written when this returns.
  Result<void> show();
  Result<void> finish();

 private:
  unsigned currency_exponent_;
  std::optional<Output> rows_;
};

}  // namespace counterfoil
