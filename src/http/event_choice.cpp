#include "http/event_choice.h"

#include "codec/text.h"
#include "core/limits.h"
#include "net/failure.h"

namespace counterfoil::http {
namespace {

Parameter repeatable(Parameter parameter) {
  parameter.is_repeatable = true;
  return parameter;
}

/// Fills a list of texts, where any were given.
template <typename Init>
void fill_texts(const std::vector<std::string>& values, Init init) {
  if (values.empty()) return;
  capnp::List<capnp::Text>::Builder list = init(static_cast<unsigned>(values.size()));
  for (unsigned i = 0; i < list.size(); ++i) list.set(i, text_of(values[i]));
}

}  // namespace

std::vector<Parameter> event_choice_parameters() {
  return {
      text_parameter("from", "The position to begin at, inclusive; without it, the first event"),
      repeatable(text_parameter("fact", "Only these facts, for instance budgetAdjusted")),
      repeatable(text_parameter("subject",
                                "Only about this subject, or what subjects start with: line/2024")),
      repeatable(text_parameter("unit", "Only about this budget unit, its projects and lines")),
      repeatable(fiscal_year_parameter()),
      number_parameter("partition", "Only this one of `partitions` parts, from 0", 0,
                       limits::partitions - 1),
      number_parameter("partitions", "How many parts are read side by side", 1,
                       limits::partitions)};
}

Position position_in(std::string_view text) {
  return or_throw(parse_position(text));
}

capnp::Request<schema::Feed::SubscribeParams, schema::Feed::SubscribeResults> subscription_of(
    Call& call, const Position& from) {
  const Arguments& given = call.arguments;
  auto request = call.feed().subscribeRequest();
  request.setFrom(from.next.value);
  request.setEpoch(from.epoch.value);
  auto filter = request.initFilter();
  fill_texts(given.all("fact"), [&](unsigned size) { return filter.initFacts(size); });
  fill_texts(given.all("subject"), [&](unsigned size) { return filter.initSubjects(size); });
  fill_texts(given.all("unit"), [&](unsigned size) { return filter.initUnits(size); });
  if (const auto& years = given.all("fiscalYear"); !years.empty()) {
    auto list = filter.initFiscalYears(static_cast<unsigned>(years.size()));
    for (unsigned i = 0; i < list.size(); ++i) list.set(i, std::stoi(years[i]));
  }
  request.initPartition().setIndex(
      static_cast<std::uint32_t>(given.number("partition").value_or(0)));
  request.getPartition().setCount(
      static_cast<std::uint32_t>(given.number("partitions").value_or(0)));
  return request;
}

}  // namespace counterfoil::http
