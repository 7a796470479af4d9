#include "core/zone.h"

#include <date/tz.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "core/text.h"

namespace counterfoil {

Result<Zone> Zone::find(std::string_view name) {
  try {
    return Zone{::date::locate_zone(std::string(name))};
  } catch (const std::exception&) {  // the library reports an unknown name by throwing
    return fail(ErrorCode::invalid,
                "{} is not a time zone of the IANA database; name one like Asia/Shanghai or UTC",
                quote(name));
  }
}

Date Zone::day_of(Instant instant) const {
  const auto second =
      ::date::floor<std::chrono::seconds>(std::chrono::microseconds{instant.microseconds});
  // The library counts years in 16 bits, so beyond the years that can be written the nearest one's
  // offset holds.
  const auto known = std::clamp<std::chrono::seconds>(second, ::date::days{date_min.days},
                                                      ::date::days{date_max.days});
  const auto offset = zone_->get_info(::date::sys_seconds{known}).offset;
  return Date{static_cast<std::int32_t>(::date::floor<::date::days>(second + offset).count())};
}

Instant Zone::start_of(Date date) const {
  const Date known = std::clamp(date, date_min, date_max);
  const ::date::local_days day{::date::days{known.days}};
  const auto moment = zone_->to_sys(day, ::date::choose::earliest).time_since_epoch();
  return Instant{std::chrono::microseconds{moment}.count()};
}

}  // namespace counterfoil
