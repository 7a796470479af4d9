#include "net/as_of.h"

#include <algorithm>
#include <charconv>

namespace counterfoil {
namespace {

template <typename Value>
void tighten(std::optional<Value>& bound, Value value) {
  bound = bound ? std::min(*bound, value) : value;
}

Result<Sequence> parse_sequence(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{} && end == text.data() + text.size()) return Sequence{value};
  return fail(ErrorCode::invalid, "\"{}\" is no sequence of an event: write a whole number", text);
}

Result<void> add_bound(AsOf& as_of, std::string_view text, const Zone& zone) {
  const auto colon = text.find(':');
  const std::string_view axis = text.substr(0, colon);
  const std::string_view value =
      colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
  if (axis == "seq") {
    CF_LET(const Sequence sequence, parse_sequence(value));
    tighten(as_of.sequence, sequence);
  } else if (axis == "recorded" || axis == "decided") {
    CF_LET(const Instant moment, parse_moment(value, zone));
    tighten(axis == "recorded" ? as_of.recorded : as_of.decided, moment);
  } else if (axis == "effective") {
    CF_LET(const Date day, parse_date(value));
    tighten(as_of.effective, day);
  } else {
    return fail(ErrorCode::invalid,
                "write seq:N, recorded:TIME, decided:TIME or effective:DATE, for instance "
                "decided:2024-06-30");
  }
  return {};
}

}  // namespace

Result<Instant> parse_moment(std::string_view text, const Zone& zone) {
  if (text.find('T') != std::string_view::npos) return parse_instant(text);
  CF_LET(const Date day, parse_date(text));
  if (day == date_max) return zone.start_of(day);
  return Instant{zone.start_of(Date{day.days + 1}).microseconds - 1};
}

Result<AsOf> parse_as_of(const std::vector<std::string>& bounds, const Zone& zone) {
  AsOf as_of;
  for (const std::string& bound : bounds) {
    auto added = add_bound(as_of, bound, zone);
    if (!added) return fail_at(fmt::format("as of \"{}\"", bound), added.error());
  }
  return as_of;
}

void fill(schema::AsOf::Builder out, const AsOf& as_of) {
  if (as_of.sequence) {
    out.setHasSequence(true);
    out.setSequence(as_of.sequence->value);
  }
  if (as_of.recorded) {
    out.setHasRecorded(true);
    out.setRecorded(as_of.recorded->microseconds);
  }
  if (as_of.decided) {
    out.setHasDecided(true);
    out.setDecided(as_of.decided->microseconds);
  }
  if (as_of.effective) {
    out.setHasEffective(true);
    out.setEffective(as_of.effective->days);
  }
}

}  // namespace counterfoil
