#include <schema/views.capnp.h>

#include <algorithm>

#include "codec/line.h"
#include "domain/effects.h"
#include "domain/rule_set.h"
#include "projections/own.h"
#include "projections/read_models.h"

namespace counterfoil {
namespace {

using schema::Fact;
using Row = schema::PriorityRow;

/// Rows by list, then in the order of the list.
Key key_of_row(std::string_view list, std::uint32_t rank) {
  return Key(row_letter).text(list).number(rank);
}
/// A project's current budget in a year, over the measures that rule sets count as expenditure
/// unless they say otherwise.
Key sum_key(std::int32_t year, std::string_view project) {
  return Key("b").year(year).text(project);
}
/// The rows of which the project is the item.
Key items_key(std::int32_t year, std::string_view project) {
  return Key("i").year(year).text(project);
}

Result<Money> sum_of(Rows& rows, std::int32_t year, std::string_view project) {
  std::string bytes;
  CF_LET(const bool known, rows.get(sum_key(year, project), bytes));
  if (!known) return Money{};
  return Money{static_cast<std::int64_t>(get_big_endian<std::uint64_t>(bytes))};
}

void set_funded(Row::Builder row, Money funded) {
  const auto lacking = subtract(Money{row.getRequired()}, funded);
  row.setFunded(funded.minor);
  row.setShortfall(lacking ? std::max<std::int64_t>(lacking->minor, 0) : 0);
}

Result<void> add_to_budget(Rows& rows, const LineEffect& effect, std::uint64_t sequence) {
  static const RuleSet defaults;
  if (!is_part_of_current(effect.component)) return {};
  CF_LET(const LineId line, parse_line(effect.line));
  if (!defaults.is_expenditure(line.measure)) return {};
  CF_LET(const Money before, sum_of(rows, line.fiscal_year, line.project));
  const auto sum = add(before, effect.amount);
  if (!sum)
    return fail(ErrorCode::limit, "the budget of project {} does not fit 64 bits after record {}",
                line.project, sequence);
  std::string bytes;
  put_big_endian(bytes, static_cast<std::uint64_t>(sum->minor));
  rows.put(sum_key(line.fiscal_year, line.project), bytes);

  std::vector<std::string> items;
  const Key prefix = items_key(line.fiscal_year, line.project);
  CF_TRY(rows.each(prefix, [&](std::string_view key, std::string_view) -> Result<bool> {
    items.emplace_back(key.substr(prefix.bytes().size()));
    return true;
  }));
  for (const std::string& item : items) {
    CF_LET(std::string* const row, rows.edit(item));
    if (row == nullptr) continue;
    RowBuffer<Row>().change_numbers(*row, [&](Row::Builder builder) { set_funded(builder, *sum); });
  }
  return {};
}

Result<Money> planned_for(const std::optional<HeldRecord>& plan, std::string_view project) {
  Money planned;
  if (!plan) return planned;
  for (const auto item : plan->fact().getFundingPlanFiled().getItems()) {
    if (view(item.getProject()) != project) continue;
    const auto sum = add(planned, Money{item.getPlanned()});
    if (!sum) return fail(ErrorCode::limit, "what is planned for {} does not fit 64 bits", project);
    planned = *sum;
  }
  return planned;
}

Result<void> erase_items(Rows& rows, std::string_view list) {
  std::vector<std::pair<std::string, std::string>> found;
  CF_TRY(rows.each(Key(row_letter).text(list),
                   [&](std::string_view key, std::string_view value) -> Result<bool> {
                     found.emplace_back(key, value);
                     return true;
                   }));
  RowBuffer<Row> buffer;
  for (const auto& [key, value] : found) {
    const auto row = buffer.read(value);
    rows.erase(items_key(row.getFiscalYear(), view(row.getProject())).bytes() + key);
    rows.erase(key);
  }
  return {};
}

/// The list's rows, made anew from its newest version and its newest plan.
Result<void> put_list(Rows& rows, const std::string& id) {
  Standings standings(rows);
  CF_TRY(erase_items(rows, id));
  CF_LET(const auto list, standings.newest(Fact::PRIORITY_LIST_ADOPTED, "list/" + id));
  if (!list) return {};
  CF_LET(const auto plan, standings.newest(Fact::FUNDING_PLAN_FILED, id));
  const auto adopted = list->fact().getPriorityListAdopted();
  std::uint32_t rank = 0;
  for (const auto item : adopted.getItems()) {
    const Key key = key_of_row(id, ++rank);
    const std::string project(view(item.getProject()));
    CF_LET(const std::string unit, unit_of(rows, project));
    CF_LET(const Money planned, planned_for(plan, project));
    CF_LET(const Money funded, sum_of(rows, adopted.getFiscalYear(), project));
    put_row<Row>(rows, key, [&](Row::Builder row) {
      row.setList(adopted.getList());
      row.setDepartment(adopted.getDepartment());
      row.setFiscalYear(adopted.getFiscalYear());
      row.setRank(rank);
      row.setProject(item.getProject());
      row.setUnit(text_of(unit));
      row.setTitle(item.getName());
      row.setRequired(item.getRequired());
      row.setPlanned(planned.minor);
      set_funded(row, funded);
      row.setSequence(list->sequence().value);
    });
    rows.put(items_key(adopted.getFiscalYear(), project).bytes() + key.bytes(), {});
  }
  return {};
}

class Priorities final : public RowProjection<Row> {
 public:
  std::string_view name() const override { return "priorities"; }
  MadeOf made_of() const override { return MadeOf::projects_and_beside; }
  /// A later version of a list, or of its plan, may leave the project out.
  void note_beside(schema::Record::Reader record, Beside& beside) const override {
    const auto fact = record.getFact();
    if (fact.isPriorityListAdopted())
      beside.subjects.insert(fmt::format("list/{}", view(fact.getPriorityListAdopted().getList())));
    if (fact.isFundingPlanFiled())
      beside.subjects.insert(fmt::format("list/{}", view(fact.getFundingPlanFiled().getList())));
  }

  Result<void> fold(schema::Record::Reader record, Rows& rows) const override {
    remember_registry(record, rows);
    CF_TRY(for_each_line_effect(record.getFact(), [&](const LineEffect& effect) {
      return add_to_budget(rows, effect, record.getSequence());
    }));
    CF_LET(const auto change,
           Standings(rows).note(record, {Fact::PRIORITY_LIST_ADOPTED, Fact::FUNDING_PLAN_FILED}));
    if (!change) return {};
    const auto fact = change->record.fact();
    return put_list(rows, std::string(fact.isPriorityListAdopted()
                                          ? view(fact.getPriorityListAdopted().getList())
                                          : view(fact.getFundingPlanFiled().getList())));
  }
};

}  // namespace

const Projection& priorities_projection() {
  static const Priorities one;
  return one;
}

}  // namespace counterfoil
