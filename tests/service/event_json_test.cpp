#include "domain/event_json.h"

#include <schema/views.capnp.h>

#include <boost/json/object.hpp>

#include "codec/line.h"
#include "codec/text.h"
#include "projections/row_codec.h"
#include "service/queries.h"
#include "support/catch.h"
#include "support/ledger_kit.h"

using namespace counterfoil;
namespace json = boost::json;

namespace {

/// Sums by line and component.
using Sums = std::map<std::string, std::map<std::string, std::int64_t>>;

void add_effects(const json::value& event, Sums& sums) {
  const json::value* const effects = event.get_object().if_contains("effects");
  if (effects == nullptr) return;
  for (const json::value& effect : effects->as_array()) {
    const auto part = [&](const char* name) {
      const json::string& text = effect.at(name).as_string();
      return std::string(text.data(), text.size());
    };
    sums[part("line")][part("component")] += std::stoll(part("amount"));
  }
}

template <typename T>
std::int64_t get(const T& row, std::string_view field) {
  return capnp::DynamicStruct::Reader(row)
      .get(kj::StringPtr(std::string(field).c_str()))
      .template as<std::int64_t>();
}

}  // namespace

TEST_CASE("who adds up the effects of the feed's events has exactly the budgets") {
  const TempFolder temp;
  kit::create_ledger_in(temp / "ledger");
  const auto ledger = must(Ledger::open(temp / "ledger", kit::ticking(), [](const auto&) {}));
  ledger->start();
  kit::send_all(ledger->writer(), kit::story(11, 6, 200, "a"));
  const std::uint64_t told = ledger->journal().size();
  for (std::uint64_t event = 0; event < told; event += 5)  // whatever can be undone is
    (void)kit::send(ledger->writer(),
                    kit::command(fmt::format("r{}", event), kit::reversal(event)));
  ledger->writer().stop();
  must(ledger->projector().catch_up());

  Sums sums;
  RecordBuffer buffer;
  auto scan = ledger->journal().scan(Sequence{0});
  while (const auto bytes = must(scan.next()))
    add_effects(event_json(must(buffer.load(*bytes))), sums);

  std::set<std::string> components;
  std::size_t rows = 0;
  const RowPage page = must(read_rows(ledger->projector(), "budgets", {}, {}, 0));
  RowBuffer<schema::BudgetRow> row_buffer;
  for (const std::string& bytes : page.rows) {
    const auto row = row_buffer.read(bytes);
    const LineId id{row.getFiscalYear(), view(row.getProject()), view(row.getFund()),
                    view(row.getMeasure()), view(row.getItem())};
    const std::string line = format_line(id);
    std::int64_t current = 0;
    for (const auto& [component, sum] : sums[line]) {
      INFO(line << " " << component);
      CHECK(get(row, component) == sum);
      if (component != "committed" && component != "spent") current += sum;
      components.insert(component);
    }
    CHECK(row.getCurrent() == current);
    ++rows;
  }
  CHECK(page.next.empty());
  CHECK(rows >= 6);
  CHECK(components.size() > 5);  // or the story shows too little
}

TEST_CASE("an event of a fact that this build does not know says that its effects are not known") {
  capnp::MallocMessageBuilder message;
  auto record = message.initRoot<schema::Record>();
  record.setSequence(3);
  const json::value event = event_json(record.asReader());
  CHECK(event.at("sequence") == "3");
  CHECK(event.at("effects").is_null());
  CHECK(event.at("poolEffects").is_null());
}
