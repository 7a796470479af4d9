#include "domain/support/cycle_facts.h"
#include "domain/support/year_facts.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

FactOf moved(std::string of_unit, std::string department) {
  return {[=](schema::Fact::Builder fact) {
    auto reorganised = fact.initUnitReorganised();
    reorganised.setKind(schema::UnitReorganised::Kind::NEW_PARENT);
    reorganised.setUnit(of_unit);
    reorganised.setDepartment(department);
  }};
}

FactOf renamed(std::string of_unit, std::string name) {
  return {[=](schema::Fact::Builder fact) {
    auto reorganised = fact.initUnitReorganised();
    reorganised.setKind(schema::UnitReorganised::Kind::RENAMED);
    reorganised.setUnit(of_unit);
    reorganised.setName(name);
  }};
}

Expectation department(std::string of_unit, std::string expected) {
  return [=](MemoryLedger& ledger) {
    CHECK(ledger.state<UnitState>("unit/" + of_unit).department == expected);
  };
}

Expectation merged_into(std::string of_unit, std::string expected) {
  return [=](MemoryLedger& ledger) {
    CHECK(ledger.state<UnitState>("unit/" + of_unit).merged_into == expected);
  };
}

}  // namespace

TEST_CASE("UnitReorganised: a unit is merged into another, once") {
  given({city()})
      .when(merged("U", "V"))
      .then({merged_into("U", "V"), record_has("/subjects/1/id", R"("unit/V")")})
      .when(merged("U", "V"))
      .refused("unit U was merged into V: reorganise that one")
      .when(renamed("U", "another"))
      .refused("unit U was merged into V")
      .when(reverse(next))
      .then({merged_into("U", "")})
      .when(merged("U", "V"))
      .then({merged_into("U", "V")});
}

TEST_CASE("UnitReorganised: mergers end at a unit that goes on") {
  // Two units could be merged into each other.
  given({city(), merged("U", "V")}).when(merged("V", "U")).refused("unit U was merged into V");
  given({city()}).when(merged("U", "U")).invalid("unit U cannot be merged into itself");
}

TEST_CASE("UnitReorganised: the units are registered, and the change is named") {
  given({city()}).when(merged("X", "U")).refused("unit/X is not known");
  given({city()}).when(merged("U", "X")).refused("unit/X is not known");
  given({city()}).when(renamed("U", "")).invalid("a renaming gives the new name");
  given({city()}).when(renamed("U", "another")).then({department("U", "")});
  given({city()}).when(moved("U", "")).invalid("a new parent is named in department");
  given({city()})
      .when(FactOf{[](schema::Fact::Builder fact) { fact.initUnitReorganised().setUnit("U"); }})
      .invalid("merged, renamed or gets a newParent");
}

TEST_CASE("UnitReorganised: of several new parents the newest that stands counts") {
  given({city(), moved("V", "F"), moved("V", "G")})
      .when(reverse(next))
      .then({department("V", "G")})
      .when(reverse(next + 1))
      .then({department("V", "D")})
      .when(moved("V", "H"))
      .then({department("V", "H")});
}

TEST_CASE("UnitReorganised: a unit that another was merged into is not reversed before") {
  given({city(), unit("W"), merged("U", "W")})
      .when(reverse(next))
      .refused("unit/W", "record 11 rests on it")
      .when(reverse(next + 1))
      .then({})
      .when(reverse(next))
      .then({});
}
