#include "projections/support/told.h"

#include <boost/json.hpp>

#include "codec/json.h"
#include "core/zone.h"
#include "projections/row_codec.h"

namespace counterfoil::test {

Told::Told(std::string_view r19)
    : journal_(kit::create_journal(must(LedgerFolder::create(temp_ / "ledger")), r19)),
      sequencer_(journal_, must(Zone::find("Asia/Shanghai")), kit::ticking()) {}

std::uint64_t Told::tell(const std::string& facts, const std::string& envelope) {
  const std::uint64_t first = journal_.size();
  must(kit::record(sequencer_,
                   kit::prepare(fmt::format(R"({{"commandId":"told-{}"{}{},"facts":[{}]}})", first,
                                            envelope.empty() ? "" : ",", envelope, facts))));
  return first;
}

std::vector<std::string> Told::rows(const Projection& view,
                                    const std::vector<std::string>& fields) {
  MemoryRows rows;
  RecordBuffer buffer;
  std::string bytes;
  for (std::uint64_t at = 0; at < journal_.size(); ++at) {
    must(journal_.read(Sequence{at}, bytes));
    must(view.fold(must(buffer.load(bytes)), rows));
  }
  AnyRowBuffer row(view.row_schema());
  std::vector<std::string> found;
  must(rows.each(view.row_prefix(), [&](std::string_view, std::string_view value) -> Result<bool> {
    const auto json = to_json(must(row.read(value)));
    std::string& text = found.emplace_back();
    for (const std::string& field : fields) {
      const auto* const one = json.as_object().if_contains(field);
      if (!text.empty()) text += ' ';
      if (one == nullptr)
        text += '-';
      else
        text += one->is_string() ? std::string(one->as_string()) : boost::json::serialize(*one);
    }
    return true;
  }));
  return found;
}

std::string project_of(const std::string& unit, const std::string& project) {
  return kit::unit(unit) + "," + kit::project(project, unit) + "," + kit::line(project);
}

}  // namespace counterfoil::test
