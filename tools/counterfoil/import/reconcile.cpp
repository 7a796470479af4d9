#include "counterfoil/import/reconcile.h"

#include <set>

#include "core/money.h"
#include "counterfoil/import/csv.h"
#include "counterfoil/import/match.h"

namespace counterfoil::intake {
namespace {

struct Figures {
  std::int64_t expected = 0;
  std::int64_t actual = 0;
};

/// The parts of "line/FY/project/fund/measure/item", which holds no other slash.
std::string_view part_of(std::string_view line, int place) {
  while (place-- > 0) line.remove_prefix(line.find('/') + 1);
  return line.substr(0, line.find('/'));
}
std::string_view year_of(std::string_view line) {
  return part_of(line, 1);
}
std::string_view project_of(std::string_view line) {
  return part_of(line, 2);
}
std::string_view measure_of(std::string_view line) {
  return part_of(line, 4);
}

class Reconciler {
 public:
  Reconciler(const Mapping& mapping, const Setting& setting)
      : mapping_(mapping), setting_(setting) {}

  Result<void> expect(const std::filesystem::path& path) {
    CF_LET(auto reader, CsvReader::open(path, mapping_.encoding));
    CF_LET(const auto matched, match(mapping_, path.string(), reader.header()));
    bool revised = false;
    for (const Measure& measure : matched.table->measures) revised = revised || measure.revised;
    if (!revised || !matched.table->line)
      return fail(ErrorCode::invalid,
                  "{} fits the table {}, which has no revised figures; give a file with the "
                  "figures to compare with",
                  path.string(), matched.table->name);
    CsvRecord record;
    for (;;) {
      CF_LET(const bool more, reader.next(record));
      if (!more) return {};
      if (record.refusal.empty()) {
        auto added = add(*matched.table, Row(record.line, record.fields, matched.columns));
        if (!added) record.refusal = std::move(added).error().message;
      }
      if (!record.refusal.empty())
        result_.refused.push_back({path.string(), record.line, record.refusal});
    }
  }

  Result<void> meet(CurrentLines& ledger) {
    return ledger.each([&](const CurrentLine& row) -> Result<void> {
      const std::string year = std::to_string(row.fiscal_year);
      if (!years_.contains(year) || !measures_.contains(row.measure)) return {};
      figures_[fmt::format("line/{}/{}/{}/{}/{}", year, row.project, row.fund, row.measure,
                           row.item)]
          .actual = row.current;
      return {};
    });
  }

  Result<Reconciliation> finish() {
    std::map<std::pair<std::string, std::string>, bool> programmes_by_measure;
    for (const auto& [line, figures] : figures_) {
      const bool equal = figures.expected == figures.actual;
      const std::string project(project_of(line));
      const std::string measure(measure_of(line));
      count(result_.lines, equal);
      programmes_by_measure.emplace(std::pair(measure, project), true).first->second &= equal;
      if (equal) continue;
      const auto difference = subtract(Money{figures.actual}, Money{figures.expected});
      if (!difference)
        return fail(ErrorCode::invalid, "{}: the difference does not fit 64 bits", line);
      result_.differences.push_back({line, figures.expected, figures.actual, difference->minor});
    }
    for (const auto& [key, equal] : programmes_by_measure)
      count(result_.programmes_by_measure[key.first], equal);
    return std::move(result_);
  }

 private:
  static void count(Tally& tally, bool equal) {
    ++tally.compared;
    if (equal) ++tally.equal;
  }

  /// Adds a row's figures, all or none.
  Result<void> add(const Table& table, const Row& row) {
    std::vector<std::pair<std::string, std::int64_t>> sums;
    for (const Measure& measure : table.measures) {
      if (!measure.revised) continue;
      CF_LET(std::string line, table.line->of(row, table.inputs, measure.id));
      CF_LET(const std::string cell, table.inputs.text_of(*measure.revised, row));
      auto amount = measure.read(cell, mapping_.numbers, setting_.currency_exponent);
      if (!amount) return fail_at(measure.id, std::move(amount).error());
      const auto known = figures_.find(line);
      const Money before{known == figures_.end() ? 0 : known->second.expected};
      const auto sum = ::counterfoil::add(before, Money{*amount});
      if (!sum) return fail(ErrorCode::invalid, "{}: the sum does not fit 64 bits", line);
      sums.emplace_back(std::move(line), sum->minor);
    }
    for (const auto& [line, sum] : sums) {
      figures_[line].expected = sum;
      years_.emplace(year_of(line));
      measures_.emplace(measure_of(line));
    }
    return {};
  }

  const Mapping& mapping_;
  const Setting& setting_;
  std::map<std::string, Figures> figures_;
  std::set<std::string, std::less<>> years_;
  std::set<std::string, std::less<>> measures_;
  Reconciliation result_;
};

}  // namespace

Result<Reconciliation> reconcile(const Mapping& mapping,
                                 std::span<const std::filesystem::path> files, CurrentLines& ledger,
                                 const Setting& setting) {
  Reconciler reconciler(mapping, setting);
  for (const auto& file : files) CF_TRY(reconciler.expect(file));
  CF_TRY(reconciler.meet(ledger));
  return reconciler.finish();
}

}  // namespace counterfoil::intake
