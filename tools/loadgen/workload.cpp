#include "loadgen/workload.h"

#include <fmt/format.h>

#include "codec/text.h"

namespace counterfoil::loadgen {
namespace {

constexpr unsigned lines = 8;                           // of the first command
constexpr std::int64_t funded = 1'000'000'000'000'000;  // minor units; payments never use it up
constexpr std::int64_t adjusted_max = 1'000'000;
constexpr std::int32_t day = 19'783;  // 1 March 2024

/// SplitMix64 (Steele, Lea and Flood 2014): chance that any command can be made from alone.
std::uint64_t mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

}  // namespace

Workload::Workload(std::uint64_t seed, unsigned connection, unsigned facts_per_command)
    : seed_(mixed(seed) + connection),
      name_(fmt::format("load-{}-{}", seed, connection)),
      facts_(facts_per_command) {}

std::string Workload::id(std::uint64_t index) const {
  return fmt::format("{}/{}", name_, index);
}

std::string Workload::line(std::string_view item) const {
  return fmt::format("line/2024/{}/general/net/{}", name_, item);
}

void Workload::fill(schema::Command::Builder command, std::uint64_t index) const {
  command.setCommandId(text_of(id(index)));
  command.setEffectiveOn(day);
  command.setHasEffectiveOn(true);
  command.setReason("load");
  if (index == 0) return fill_first(command);
  const std::uint64_t chance = mixed(seed_ ^ mixed(index));
  // Between one fact and the most, so that commands of several sizes are torn by a fault.
  const auto count = static_cast<unsigned>(1 + (chance >> 8) % facts_);
  switch (chance % 4) {
    case 0:
      return fill_projects(command.initFacts(count), index);
    case 1:
      return fill_lines(command.initFacts(2 * count), index);
    case 2:
      return fill_adjustments(command.initFacts(count), index, chance >> 16);
    default:
      return fill_payments(command.initFacts(count), index, chance >> 16);
  }
}

void Workload::fill_first(schema::Command::Builder command) const {
  auto facts = command.initFacts(2 + 2 * lines);
  auto unit = facts[0].initUnitRegistered();
  unit.setUnit(text_of(name_));
  unit.setName("Load");
  auto project = facts[1].initProjectProposed();
  project.setProject(text_of(name_));
  project.setUnit(text_of(name_));
  project.setName("Load");
  for (unsigned i = 0; i < lines; ++i) {
    const std::string id = line(std::to_string(i));
    facts[2 + 2 * i].initLineOpened().setLine(text_of(id));
    auto budget = facts[3 + 2 * i].initBudgetAppropriated();
    budget.setLine(text_of(id));
    budget.setAmount(funded);
  }
}

void Workload::fill_projects(Facts facts, std::uint64_t index) const {
  for (unsigned i = 0; i < facts.size(); ++i) {
    auto project = facts[i].initProjectProposed();
    project.setProject(text_of(fmt::format("{}-{}-{}", name_, index, i)));
    project.setUnit(text_of(name_));
    project.setName("Load");
  }
}

void Workload::fill_lines(Facts facts, std::uint64_t index) const {
  for (unsigned i = 0; i < facts.size(); i += 2) {
    const std::string id = line(fmt::format("{}-{}", index, i));
    facts[i].initLineOpened().setLine(text_of(id));
    auto budget = facts[i + 1].initBudgetAppropriated();
    budget.setLine(text_of(id));
    budget.setAmount(static_cast<std::int64_t>(index) + 1);
  }
}

void Workload::fill_adjustments(Facts facts, std::uint64_t index, std::uint64_t chance) const {
  for (unsigned i = 0; i < facts.size(); ++i) {
    const auto amount = static_cast<std::int64_t>(1 + (chance + i) % adjusted_max);
    const auto from = static_cast<unsigned>((chance + i) % lines);
    auto adjusted = facts[i].initBudgetAdjusted();
    adjusted.setKind(schema::BudgetAdjusted::Kind::VIREMENT);
    adjusted.setRequest(text_of(fmt::format("{}-{}-{}", name_, index, i)));
    auto legs = adjusted.initLegs(2);
    legs[0].setLine(text_of(line(std::to_string(from))));
    legs[0].setAmount(-amount);
    legs[1].setLine(text_of(line(std::to_string((from + 1) % lines))));
    legs[1].setAmount(amount);
  }
}

void Workload::fill_payments(Facts facts, std::uint64_t index, std::uint64_t chance) const {
  for (unsigned i = 0; i < facts.size(); ++i) {
    auto payment = facts[i].initPaymentRecorded();
    payment.setLine(text_of(line(std::to_string((chance + i) % lines))));
    payment.setAmount(static_cast<std::int64_t>(1 + chance % adjusted_max));
    payment.setReference(text_of(fmt::format("{}-{}", index, i)));
  }
}

}  // namespace counterfoil::loadgen
