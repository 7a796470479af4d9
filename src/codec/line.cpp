#include "codec/line.h"

#include <array>
#include <charconv>

#include "core/bytes.h"
#include "core/ids.h"
#include "core/limits.h"

namespace counterfoil {

std::string format_line(const LineId& line) {
  return fmt::format("line/{}/{}/{}/{}/{}", line.fiscal_year, line.project, line.fund, line.measure,
                     line.item);
}

std::string line_key(const LineId& line) {
  std::string key;
  put_big_endian(key, static_cast<std::uint32_t>(line.fiscal_year));
  for (const std::string_view part : {line.project, line.fund, line.measure, line.item})
    key.append(part).append(1, '\0');
  return key;
}

Result<LineId> parse_line(std::string_view subject) {
  CF_TRY(check_subject(subject));
  std::array<std::string_view, 6> parts;
  std::string_view rest = subject;
  std::size_t count = 0;
  while (count < parts.size()) {
    const std::size_t slash = rest.find('/');
    parts[count++] = rest.substr(0, slash);
    if (slash == std::string_view::npos) break;
    rest.remove_prefix(slash + 1);
    if (count == parts.size()) ++count;  // a seventh part
  }
  LineId line{0, parts[2], parts[3], parts[4], parts[5]};
  const std::string_view year = parts[1];
  const auto [end, error] =
      std::from_chars(year.data(), year.data() + year.size(), line.fiscal_year);
  if (count != parts.size() || parts[0] != "line" || error != std::errc{} ||
      end != year.data() + year.size() || year.size() != 4)
    return fail(
        ErrorCode::invalid,
        "\"{}\" is not a budget line: it is line/YEAR/PROJECT/FUND/MEASURE/ITEM, with - for "
        "no item",
        subject);
  if (line.fiscal_year < limits::fiscal_year_min || line.fiscal_year > limits::fiscal_year_max)
    return fail(ErrorCode::invalid, "\"{}\": the fiscal year lies outside {} to {}", subject,
                limits::fiscal_year_min, limits::fiscal_year_max);
  return line;
}

}  // namespace counterfoil
