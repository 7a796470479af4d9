#include "domain/support/rule_book.h"
#include "domain/support/year_facts.h"
#include "support/catch.h"

// Monitoring plans, orders to correct, audit findings and assessed factors.

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

const FactOf red = check("project/P", "2024-07-01", 0, 0, "red");

FactOf plan(std::string about, std::int32_t opens_on, std::int32_t closes_on,
            std::int32_t year = 2024) {
  return {[=](schema::Fact::Builder fact) {
    auto planned = fact.initMonitoringPlanned();
    planned.setAbout(about);
    planned.setFiscalYear(year);
    planned.setOpensOn(opens_on);
    planned.setClosesOn(closes_on);
  }};
}

FactOf finding_with(std::function<void(schema::AuditFindingRecorded::Builder)> change) {
  return {[=](schema::Fact::Builder fact) {
    auto finding = fact.initAuditFindingRecorded();
    finding.setAbout("project/P");
    finding.setFiscalYear(2024);
    finding.setSeverity(schema::AuditFindingRecorded::Severity::MINOR);
    finding.setFinding("no receipts");
    change(finding);
  }};
}

FactOf assessed(schema::FactorKind kind, std::string about = "project/P",
                std::int32_t year = 2024) {
  return {[=](schema::Fact::Builder fact) {
    auto factor = fact.initFactorAssessed();
    factor.setAbout(about);
    factor.setFiscalYear(year);
    factor.setKind(kind);
  }};
}

}  // namespace

TEST_CASE("MonitoringPlanned: a window that opens before it closes, or on that day") {
  given({city()}).when(plan("unit/U", 19'800, 19'800)).then({});
  given({city()})
      .when(plan("unit/U", 19'801, 19'800))
      .invalid("closes on 2024-03-18, before it opens on 2024-03-19");
  given({city()}).when(plan("unit/X", 1, 2)).refused("unit/X is not known");
  given({city()}).when(plan("pool/p", 1, 2)).invalid("cannot be the subject here");
  given({city()}).when(plan("unit/U", 1, 2, 1'066)).invalid("fiscal year 1066");
}

TEST_CASE("CorrectionOrdered: for a check, with a cause and a deadline not before it") {
  given({city(), red})
      .when(order_correction(next, "2024-07-01"))
      .then({recorded(R"({"correctionOrdered": {"check": "10", "dueOn": "2024-07-01",
              "cause": "behind time", "fiscalYear": 2024, "about": "project/P"}})")});
  given({city(), red})
      .when(order_correction(next, "2024-06-30"))
      .invalid("the correction is due on 2024-06-30, before the check of 2024-07-01");
  given({city(), red})
      .when(but(order_correction(next),
                [](schema::Fact::Builder fact) { fact.getCorrectionOrdered().setCause(""); }))
      .invalid("names the cause");
  given({city()}).when(order_correction(next)).refused("there is no record 10 yet");
  given({city()}).when(order_correction(unit_U)).refused("record 2 is of kind unitRegistered");
  given({city(), red, reverse(next)})
      .when(order_correction(next))
      .refused("record 10 was reversed by record 11");
}

TEST_CASE("CorrectionVerified: until it is corrected") {
  given({city(), red, order_correction(next)})
      .when(verify_correction(next + 1, "notCorrected"))
      .then({record_has("/fact/correctionVerified/about", R"("project/P")")})
      .when(verify_correction(next + 1))
      .then({})
      .when(verify_correction(next + 1))
      .refused("correction 11 was verified as corrected by record 13")
      .when(reverse(next + 3))
      .then({})
      .when(verify_correction(next + 1))
      .then({});
  given({city(), red, order_correction(next)})
      .when(but(verify_correction(next + 1),
                [](schema::Fact::Builder fact) {
                  fact.getCorrectionVerified().setOutcome(
                      schema::CorrectionVerified::Outcome::UNSPECIFIED);
                }))
      .invalid("corrected or notCorrected");
  given({city(), red}).when(verify_correction(next)).refused("record 10 is of kind monitoringC");
  given({city(), red}).when(verify_correction(next + 1)).refused("there is no record 11 yet");
}

TEST_CASE(
    "CorrectionOrdered: the check stays while the order does, the order while it is verified") {
  given({city(), red, order_correction(next), verify_correction(next + 1)})
      .when(reverse(next))
      .refused("record 10 cannot be reversed: record 11 (correctionOrdered) rests on it")
      .when(reverse(next + 1))
      .refused("record 11 cannot be reversed: record 12 (correctionVerified) rests on it")
      .when(together({reverse(next + 2), reverse(next + 1), reverse(next)}))
      .then({});
}

TEST_CASE("AuditFindingRecorded: about something known, with a severity and what was found") {
  given({city()})
      .when(finding_with([](auto) {}))
      .then({recorded(R"({"auditFindingRecorded": {"fiscalYear": 2024, "severity": "minor",
              "about": "project/P", "finding": "no receipts"}})")});
  given({city()})
      .when(finding_with([](auto it) { it.setAbout("project/X"); }))
      .refused("project/X is not known");
  given({city()})
      .when(finding_with([](auto it) { it.setFiscalYear(1'066); }))
      .invalid("fiscal year 1066");
  given({city()})
      .when(finding_with(
          [](auto it) { it.setSeverity(schema::AuditFindingRecorded::Severity::UNSPECIFIED); }))
      .invalid("none, minor or major");
  given({city()})
      .when(finding_with([](auto it) { it.setFinding(""); }))
      .invalid("says what was found");
}

TEST_CASE("FactorAssessed: the stock or the level of detail") {
  using Factor = schema::FactorKind;
  for (const Factor kind : {Factor::STOCK, Factor::LEVEL_OF_DETAIL})
    given({city()}).when(assessed(kind)).then({record_has("/subjects/0/id", R"("project/P")")});
  for (const Factor kind :
       {Factor::UNSPECIFIED, Factor::EXECUTION_RATE, Factor::GRADE, Factor::AUDIT_FINDINGS})
    given({city()}).when(assessed(kind)).invalid("stock or levelOfDetail is assessed");
  given({city()}).when(assessed(Factor::STOCK, "unit/X")).refused("unit/X is not known");
  given({city()}).when(assessed(Factor::STOCK, "unit/U", 3'000)).invalid("fiscal year 3000");
}
