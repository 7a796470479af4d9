#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/time.h"

namespace counterfoil::intake {

/// How a file writes days: forms as of strftime, with English month names, tried in order.
/// Two-digit years (%y) are those from 1969 to 2068. "B1%d-%b-%y" reads "B109-Jan-12" as 9 January
/// 2012.
class DateForms {
 public:
  /// An error where a form does not give back the day it printed.
  static Result<DateForms> of(std::vector<std::string> forms);

  Result<Date> parse(std::string_view text) const;

 private:
  std::vector<std::string> forms_;
};

}  // namespace counterfoil::intake
