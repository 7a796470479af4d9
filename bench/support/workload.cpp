#include "support/workload.h"

#include <array>

#include "codec/text.h"
#include "core/time.h"

namespace counterfoil::bench {
namespace {

constexpr unsigned years = 3;
constexpr std::int32_t first_year = 2023;
constexpr unsigned payments_in_year = 12;
constexpr std::int64_t appropriated = 100'000'000;  // minor units, roughly
constexpr std::array<const char*, 5> indicators = {"开展活动场次", "验收合格率", "完成及时率",
                                                   "单位成本", "服务对象满意度"};
constexpr std::array<const char*, 5> measure_units = {"场", "%", "%", "元", "%"};
constexpr std::array<schema::Indicator::Dimension, 5> dimensions = {
    schema::Indicator::Dimension::QUANTITY, schema::Indicator::Dimension::QUALITY,
    schema::Indicator::Dimension::TIMELINESS, schema::Indicator::Dimension::COST,
    schema::Indicator::Dimension::SATISFACTION};

/// Midnight of that day of the year in Shanghai.
std::int64_t moment(std::int32_t year, unsigned day) {
  const auto first = make_date(year, 1, 1);
  COUNTERFOIL_ASSERT(first.has_value());
  return ((first->days + static_cast<std::int64_t>(day)) * 24 - 8) * 3'600'000'000;
}

void set_document(schema::Command::Builder command, const std::string& number) {
  command.initDocuments(1)[0].setNumber(text_of(number));
}

}  // namespace

Workload::Workload(unsigned client, unsigned projects)
    : client_(client), projects_(projects), random_(client + 1) {}

const std::vector<Workload::Stage>& Workload::stages() {
  static const std::vector<Stage> all = [] {
    std::vector<Stage> list = {{Kind::project},       {Kind::target},     {Kind::approval},
                               {Kind::appropriation}, {Kind::commitment}, {Kind::commitment, 1}};
    for (unsigned i = 0; i < payments_in_year; ++i) {
      list.push_back({Kind::payment, i});
      if (i % 6 == 5) list.push_back({Kind::check, i / 6});
    }
    list.push_back({Kind::adjustment});
    list.push_back({Kind::grade});
    return list;
  }();
  return all;
}

std::string Workload::project_id(unsigned at) const {
  return fmt::format("{:08}T2023{:08}", 99'010'000 + client_, round_ * projects_.size() + at);
}

std::string Workload::line(unsigned at) const {
  return fmt::format("line/{}/{}/general/net/-", first_year + static_cast<int>(year_),
                     project_id(at));
}

std::string Workload::command_id(std::string_view kind) const {
  return fmt::format("{}/{}/{}-{}", kind, project_id(at_), year_, stage_);
}

/// Near `about`, with fen, so that amounts compress as real ones do. Steps of splitmix64.
std::int64_t Workload::amount(std::int64_t about) {
  std::uint64_t z = random_ += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return about / 2 +
         static_cast<std::int64_t>((z ^ (z >> 31)) % static_cast<std::uint64_t>(about / 2));
}

void Workload::next(schema::Command::Builder command) {
  names_ = nullptr;
  if (!registered_) {
    registered_ = true;
    command.setCommandId(text_of(fmt::format("unit/990100-{:03}", client_)));
    auto unit = command.initFacts(1)[0].initUnitRegistered();
    unit.setUnit(text_of(fmt::format("990100-{:03}", client_)));
    unit.setName("云川市第一中学");
    unit.setDivision("990100");
  } else {
    while (!fill(command)) advance();
    advance();
  }
  unanswered_.push_back(names_);
}

void Workload::recorded(Sequence first) {
  COUNTERFOIL_ASSERT(!unanswered_.empty());
  if (unanswered_.front() != nullptr) *unanswered_.front() = first.value;
  unanswered_.pop_front();
}

void Workload::advance() {
  if (++at_ < projects_.size()) return;
  at_ = 0;
  if (++stage_ < stages().size()) return;
  stage_ = 1;  // a project is proposed once
  if (++year_ < years) return;
  year_ = 0;
  stage_ = 0;
  ++round_;
}

/// False where the project has no command at this stage.
bool Workload::fill(schema::Command::Builder command) {
  const auto [kind, index] = stages()[stage_];
  Project& project = projects_[at_];
  const std::int32_t year = first_year + static_cast<int>(year_);
  const std::string id = project_id(at_);
  const std::string about = "project/" + id;
  const std::string unit = fmt::format("990100-{:03}", client_);
  const auto start = [&](std::string_view name, schema::Role role, unsigned day, unsigned facts) {
    command.setCommandId(text_of(command_id(name)));
    command.setRole(role);
    command.setDecidedAt(moment(year, day));
    return command.initFacts(facts);
  };
  switch (kind) {
    case Kind::project: {
      auto fact = start("project", schema::Role::UNIT, 0, 1)[0].initProjectProposed();
      fact.setProject(text_of(id));
      fact.setUnit(text_of(unit));
      fact.setName("老城区传染病监测");
      fact.setCategory("T");
      return true;
    }
    case Kind::target: {
      auto fact = start("target", schema::Role::UNIT, 1, 1)[0].initTargetSubmitted();
      set_document(command, fmt::format("云绩申〔{}〕{}号", year, at_ % 9 + 1));
      fact.setFiscalYear(year);
      fact.setAbout(text_of(about));
      fact.setUnit(text_of(unit));
      auto list = fact.initIndicators(indicators.size());
      for (unsigned i = 0; i < indicators.size(); ++i) {
        list[i].setName(indicators[i]);
        list[i].setMeasureUnit(measure_units[i]);
        list[i].setDimension(dimensions[i]);
        list[i].setWeight(18'000);
        list[i].getTarget().setCoefficient(amount(10'000));
        list[i].getTarget().setScale(2);
      }
      names_ = &project.target;
      return true;
    }
    case Kind::approval: {
      auto facts = start("target-approval", schema::Role::PERFORMANCE, 5, 1);
      set_document(command, fmt::format("云财绩〔{}〕{}号", year, at_ % 9 + 1));
      facts[0].initTargetApproved().setTarget(project.target);
      names_ = &project.approval;
      return true;
    }
    case Kind::appropriation: {
      auto facts = start("budget", schema::Role::FINANCE, 6, 2);
      set_document(command, fmt::format("云财预〔{}〕6号", year));
      command.initEvidence(1).set(0, project.approval);
      auto opened = facts[0].initLineOpened();
      opened.setLine(text_of(line(at_)));
      opened.setFunctionalClass("2100499");
      opened.setEconomicClass("30227");
      auto fact = facts[1].initBudgetAppropriated();
      fact.setLine(text_of(line(at_)));
      fact.setAmount(appropriated + amount(appropriated));
      return true;
    }
    case Kind::commitment: {
      auto fact = start("commitment", schema::Role::UNIT, 30, 1)[0].initCommitmentRecorded();
      fact.setLine(text_of(line(at_)));
      fact.setAmount(appropriated / 4);
      fact.setReference(text_of(fmt::format("HT{}-{:06}", year, at_ * 2 + index)));
      names_ = &project.commitments[index];
      return true;
    }
    case Kind::payment: {
      auto fact =
          start("payment", schema::Role::TREASURY, 40 + 25 * index, 1)[0].initPaymentRecorded();
      fact.setLine(text_of(line(at_)));
      fact.setAmount(amount(appropriated / 20));
      if (index % 4 == 0) fact.setCommitment(project.commitments[index / 4 % 2]);
      fact.setReference(text_of(fmt::format("PZ{}-{:06}", year, at_ * payments_in_year + index)));
      return true;
    }
    case Kind::check: {
      auto fact = start("monitoring", schema::Role::PERFORMANCE, 180 + 90 * index, 1)[0]
                      .initMonitoringChecked();
      fact.setAbout(text_of(about));
      fact.setFiscalYear(year);
      fact.setSpent(amount(appropriated / 2));
      fact.setExecutionRate(amount(6'000));
      fact.setLight(schema::MonitoringChecked::Light::GREEN);
      auto list = fact.initAttainments(indicators.size());
      for (unsigned i = 0; i < indicators.size(); ++i) {
        list[i].setIndicator(indicators[i]);
        list[i].setAttained(amount(10'000));
        list[i].getActual().setCoefficient(amount(10'000));
        list[i].getActual().setScale(1);
      }
      return true;
    }
    case Kind::grade: {
      auto fact = start("grade", schema::Role::DEPARTMENT, 360, 1)[0].initGradeAssigned();
      set_document(command, fmt::format("云绩评〔{}〕4号", year));
      fact.setAbout(text_of(about));
      fact.setEvaluatedYear(year);
      fact.setLevel(schema::GradeAssigned::Level::DEPARTMENT);
      fact.setGrade(schema::GradeAssigned::Grade::GOOD);
      fact.setScored(true);
      fact.setDeclaredScore(amount(100'000));
      fact.setEvaluator("云川市卫生健康局");
      return true;
    }
    case Kind::adjustment: {
      if (at_ % 3 != 0) return false;
      const bool virement = at_ + 1 < projects_.size();
      const std::int64_t moved = amount(appropriated / 50);
      auto fact = start("adjustment", schema::Role::FINANCE, 200, 1)[0].initBudgetAdjusted();
      set_document(command, fmt::format("云财预〔{}〕{}号", year, 100 + at_));
      command.setReason("年中调剂");
      fact.setKind(virement ? schema::BudgetAdjusted::Kind::VIREMENT
                            : schema::BudgetAdjusted::Kind::SUPPLEMENT);
      fact.setRequest(text_of(fmt::format("A-{}-{}-{:05}", id, year, at_)));
      auto legs = fact.initLegs(virement ? 2 : 1);
      for (unsigned i = 0; i < legs.size(); ++i) {
        legs[i].setLine(text_of(line(at_ + i)));
        legs[i].setAmount(i == 0 ? moved : -moved);
        legs[i].setVintage(year);
      }
      return true;
    }
  }
  return false;
}

}  // namespace counterfoil::bench
