#include "domain/support/rule_book.h"
#include "domain/support/year_facts.h"
#include "support/catch.h"

// Priority lists and their plans, trainings, disclosures. Transfers: rules/pooling_test.cpp.

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

FactOf training(std::string topic, std::string for_unit) {
  return {[=](schema::Fact::Builder fact) {
    auto held = fact.initTrainingHeld();
    held.setTopic(topic);
    held.setUnit(for_unit);
  }};
}

FactOf disclosure(std::string about, std::string url, std::string hash) {
  return {[=](schema::Fact::Builder fact) {
    auto published = fact.initDisclosurePublished();
    published.setFiscalYear(2024);
    published.setAbout(about);
    published.setUrl(url);
    published.setHash(kj::arrayPtr(reinterpret_cast<const kj::byte*>(hash.data()), hash.size()));
  }};
}

const FactOf closed = fact_of(R"({"projectClosed": {"project": "Q", "outcome": "finished"}})");

}  // namespace

TEST_CASE("PriorityListAdopted: items of projects that go on, each once, nothing below 0") {
  given({city()})
      .when(list_adopted("L", "D", {{"Q", 500}, {"P", 0}}))
      .then({record_has("/subjects/1/id", R"("list/L")")});
  given({city()}).when(list_adopted("L", "D", {})).invalid("at least one item");
  given({city()})
      .when(list_adopted("L", "D", {{"Q", -1}}))
      .invalid("what an item requires is -1; it may not be below 0");
  given({city()})
      .when(list_adopted("L", "D", {{"Q", 1}, {"Q", 2}}))
      .invalid("project Q stands on the list twice");
  given({city()}).when(list_adopted("L", "D", {{"X", 1}})).refused("project/X is not known");
  given({city(), closed})
      .when(list_adopted("L", "D", {{"Q", 1}}))
      .refused("project Q was closed by record 10", "reverse that first");
}

TEST_CASE("FundingPlanFiled: for a list that was adopted") {
  given({city(), list_adopted("L", "D", {{"Q", 500}})})
      .when(plan_filed("M", {{"Q", 1}}))
      .refused("list M is not known", "priorityListAdopted first")
      .when(plan_filed("L", {}))
      .invalid("at least one item")
      .when(plan_filed("L", {{"Q", -1}}))
      .invalid("what is planned for an item is -1")
      .when(plan_filed("L", {{"X", 1}}))
      .refused("project/X is not known")
      .when(plan_filed("L", {{"Q", 0}}))
      .then({record_has("/subjects/0/id", R"("list/L")")});
}

TEST_CASE("PriorityListAdopted: stays while a plan rests on it, unless it was adopted again") {
  const FactOf adopted = list_adopted("L", "D", {{"Q", 500}});
  given({city(), adopted, plan_filed("L", {{"Q", 1}})})
      .when(reverse(next))
      .refused("record 10 cannot be reversed: record 11 (fundingPlanFiled) rests on it")
      .when(adopted)
      .then({})
      .when(reverse(next))
      .then({})
      .when(reverse(next + 2))
      .refused("record 12 cannot be reversed: record 11")
      .when(together({reverse(next + 1), reverse(next + 2)}))
      .then({})
      .when(plan_filed("L", {{"Q", 1}}))
      .refused("list L is not known");
}

TEST_CASE("TrainingHeld: on a topic, for all or for a unit that is registered") {
  given({city()})
      .when(training("targets", ""))
      .then({record_has("/subjects/0/id", R"("ledger")")})
      .when(training("targets", "U"))
      .then({record_has("/subjects/0/id", R"("unit/U")")})
      .when(training("", "U"))
      .invalid("a training has a topic")
      .when(training("targets", "X"))
      .refused("unit/X is not known");
}

TEST_CASE("DisclosurePublished: about something known, with its url and hash") {
  given({city()})
      .when(disclosure("unit/U", "https://example.org/a", "h"))
      .then({recorded(R"({"disclosurePublished": {"fiscalYear": 2024, "about": "unit/U",
              "url": "https://example.org/a", "hash": "68"}})")})
      .when(disclosure("unit/X", "https://example.org/a", "h"))
      .refused("unit/X is not known")
      .when(disclosure("unit/U", "", "h"))
      .invalid("names its url and the hash")
      .when(disclosure("unit/U", "https://example.org/a", ""))
      .invalid("names its url and the hash");
  given({city()})
      .when(but(
          disclosure("unit/U", "u", "h"),
          [](schema::Fact::Builder fact) { fact.getDisclosurePublished().setFiscalYear(1'066); }))
      .invalid("fiscal year 1066");
}
