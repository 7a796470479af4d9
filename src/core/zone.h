#pragma once

#include <string>
#include <string_view>

#include "core/time.h"

namespace date {
class time_zone;
}

namespace counterfoil {

/// A time zone of the IANA database: it says which day a moment lies in, where the ledger is kept.
/// The library reads the database's compiled files as far as they list changes: from 2038 on, it
/// takes a zone with summer time to keep its standard time.
class Zone {
 public:
  /// By its IANA name, for instance "Asia/Shanghai".
  static Result<Zone> find(std::string_view name);

  /// The calendar day on which the moment falls there.
  Date day_of(Instant instant) const;
  /// The first moment of that day there, which is not midnight where clocks were put forward then.
  /// A day outside date_min to date_max counts as the nearer of the two.
  Instant start_of(Date date) const;

 private:
  explicit Zone(const ::date::time_zone* zone) : zone_(zone) {}
  const ::date::time_zone* zone_;  // owned by the library's table, which is never freed
};

}  // namespace counterfoil
