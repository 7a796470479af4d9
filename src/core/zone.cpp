#include "core/zone.h"

#include <date/tz.h>

#include <chrono>
#include <stdexcept>

namespace counterfoil {

Result<Zone> Zone::find(std::string_view name) {
  try {
    return Zone{::date::locate_zone(std::string(name))};
  } catch (const std::exception&) {  // the library reports an unknown name by throwing
    return fail(ErrorCode::invalid,
                "\"{}\" is not a time zone of the IANA database; name one like Asia/Shanghai or UTC",
                name);
  }
}

Date Zone::day_of(Instant instant) const {
  const ::date::sys_time<std::chrono::microseconds> moment{
      std::chrono::microseconds{instant.microseconds}};
  const auto day = ::date::floor<::date::days>(zone_->to_local(moment));
  return Date{static_cast<std::int32_t>(day.time_since_epoch().count())};
}

Instant Zone::start_of(Date date) const {
  const ::date::local_days day{::date::days{date.days}};
  const auto moment = zone_->to_sys(day, ::date::choose::earliest);
  return Instant{std::chrono::duration_cast<std::chrono::microseconds>(moment.time_since_epoch()).count()};
}

}  // namespace counterfoil
