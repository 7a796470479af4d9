#pragma once

#include <schema/event.capnp.h>

#include <optional>
#include <string>

#include "core/ids.h"
#include "core/time.h"

namespace counterfoil {

/// A moment of the past, on up to four axes at once (shared vocabulary: sequence, recordedAt,
/// decidedAt, effectiveOn). An event counts if it meets every bound that is set; each is inclusive.
struct AsOf {
  std::optional<Sequence> sequence = {};
  std::optional<Instant> recorded = {};
  std::optional<Instant> decided = {};
  std::optional<Date> effective = {};

  bool is_set() const { return sequence || recorded || decided || effective; }
  friend bool operator==(const AsOf&, const AsOf&) = default;
};

/// What opened the ledger always counts: it fixes currency and calendar, and decides nothing.
bool counts(const AsOf& as_of, schema::Record::Reader record);

/// "seq:12, decided:2024-03-31T15:59:59Z", as the command line takes it.
std::string format(const AsOf& as_of);

}  // namespace counterfoil
