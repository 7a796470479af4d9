#include "domain/support/rule_book.h"
#include "domain/support/year_facts.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

FactOf merge(std::string of_unit, std::string into) {
  return {[=](schema::Fact::Builder fact) {
    auto reorganised = fact.initUnitReorganised();
    reorganised.setKind(schema::UnitReorganised::Kind::MERGED);
    reorganised.setUnit(of_unit);
    reorganised.setInto(into);
  }};
}

FactOf move(std::string of_unit, std::string department) {
  return {[=](schema::Fact::Builder fact) {
    auto reorganised = fact.initUnitReorganised();
    reorganised.setKind(schema::UnitReorganised::Kind::NEW_PARENT);
    reorganised.setUnit(of_unit);
    reorganised.setDepartment(department);
  }};
}

FactOf rename(std::string of_unit, std::string name) {
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
      .when(merge("U", "V"))
      .then({merged_into("U", "V"), record_has("/subjects/1/id", R"("unit/V")")})
      .when(merge("U", "V"))
      .refused("unit U was merged into V: reorganise that one")
      .when(rename("U", "another"))
      .refused("unit U was merged into V")
      .when(reverse(next))
      .then({merged_into("U", "")})
      .when(merge("U", "V"))
      .then({merged_into("U", "V")});
}

TEST_CASE("UnitReorganised: mergers end at a unit that goes on") {
  // Two units could be merged into each other.
  given({city(), merge("U", "V")}).when(merge("V", "U")).refused("unit U was merged into V");
  given({city()}).when(merge("U", "U")).invalid("unit U cannot be merged into itself");
}

TEST_CASE("UnitReorganised: the units are registered, and the change is named") {
  given({city()}).when(merge("X", "U")).refused("unit/X is not known");
  given({city()}).when(merge("U", "X")).refused("unit/X is not known");
  given({city()}).when(rename("U", "")).invalid("a renaming gives the new name");
  given({city()}).when(rename("U", "another")).then({department("U", "")});
  given({city()}).when(move("U", "")).invalid("a new parent is named in department");
  given({city()})
      .when({[](schema::Fact::Builder fact) { fact.initUnitReorganised().setUnit("U"); }})
      .invalid("merged, renamed or gets a newParent");
}

TEST_CASE("UnitReorganised: of several new parents the newest that stands counts") {
  given({city(), move("V", "F"), move("V", "G")})
      .when(reverse(next))
      .then({department("V", "G")})
      .when(reverse(next + 1))
      .then({department("V", "D")})
      .when(move("V", "H"))
      .then({department("V", "H")});
}

TEST_CASE("UnitReorganised: a unit that another was merged into is not reversed before") {
  given({city(), unit("W"), merge("U", "W")})
      .when(reverse(next))
      .refused("unit/W", "record 11 rests on it")
      .when(reverse(next + 1))
      .then({})
      .when(reverse(next))
      .then({});
}
