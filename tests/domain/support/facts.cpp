#include "domain/support/facts.h"

#include <fmt/format.h>

#include "codec/text.h"
#include "core/time.h"

namespace counterfoil::test {
namespace {

constexpr std::int64_t day_us = 86'400'000'000;

std::int32_t day(std::string_view date) {
  return parse_date(date).value().days;
}

}  // namespace

CommandOf CommandOf::with(std::function<void(schema::Command::Builder)> part) const {
  CommandOf changed = *this;
  changed.parts.push_back(std::move(part));
  return changed;
}

CommandOf CommandOf::expecting(std::string subject, std::uint64_t count) const {
  return with([=](schema::Command::Builder command) {
    auto expectation = command.initExpectations(1)[0];
    expectation.setSubject(text_of(subject));
    expectation.setCount(count);
  });
}

CommandOf CommandOf::citing(std::vector<std::uint64_t> evidence) const {
  return with([=](schema::Command::Builder command) {
    command.setEvidence(kj::arrayPtr(evidence.data(), evidence.size()));
  });
}

CommandOf CommandOf::overriding(std::string authority, std::string document) const {
  return with([=](schema::Command::Builder command) {
    command.getOverride().setAuthority(text_of(authority));
    command.getOverride().setDocument(text_of(document));
  });
}

CommandOf CommandOf::decided_on(std::string_view date) const {
  return with([at = day(date)](schema::Command::Builder command) {
    command.setDecidedAt(at * day_us + 1);  // 0 would mean: when it is recorded
  });
}

CommandOf CommandOf::effective_on(std::string_view date) const {
  return with([on = day(date)](schema::Command::Builder command) {
    command.setHasEffectiveOn(true);
    command.setEffectiveOn(on);
  });
}

CommandOf CommandOf::because(std::string reason) const {
  return with([=](schema::Command::Builder command) { command.setReason(text_of(reason)); });
}

CommandOf CommandOf::as(schema::Role in_role, std::string of_organisation) const {
  CommandOf changed = *this;
  changed.role = in_role;
  changed.organisation = std::move(of_organisation);
  return changed;
}

CommandOf CommandOf::by(std::string principal) const {
  CommandOf changed = *this;
  changed.actor = std::move(principal);
  return changed;
}

void CommandOf::fill(schema::Command::Builder command) const {
  command.setCommandId("c");
  auto list = command.initFacts(static_cast<unsigned>(facts.size()));
  for (unsigned i = 0; i < facts.size(); ++i) facts[i].fill(list[i]);
  for (const auto& part : parts) part(command);
}

FactOf but(FactOf fact, std::function<void(schema::Fact::Builder)> change) {
  return {[=](schema::Fact::Builder builder) {
    fact.fill(builder);
    change(builder);
  }};
}

FactOf opened() {
  return {[](schema::Fact::Builder fact) {
    auto ledger = fact.initLedgerOpened();
    ledger.setCurrencyExponent(2);
    ledger.setFiscalYearMonth(1);
    ledger.setFiscalYearDay(1);
    ledger.setConfidentiality(schema::LedgerOpened::Confidentiality::PUBLIC);
    ledger.setSuite("sha256-ed25519");
    ledger.setOrigin("example.org/city");
    ledger.setVerifierKey("key");
    ledger.setCurrency("CNY");
    ledger.setTimeZone("Etc/UTC");
  }};
}

std::string rule_set(std::string_view r19, std::string_view version) {
  return fmt::format(
      R"({{"name": "city", "version": "{}", "rules": {{"R19": {{"mode": "{}"}}}},
           "balanceGroups": [["net"], ["conditional", "earmarked"]],
           "looseBalanceGroups": [["commitment"], ["headcount"]],
           "expenditureMeasures": ["net", "conditional"]}})",
      version, r19);
}

FactOf rules(std::string document, std::string_view in_force_from) {
  return {[document, from = day(in_force_from)](schema::Fact::Builder fact) {
    auto published = fact.initRuleSetPublished();
    published.setInForceFrom(from);
    published.setName("city");
    const std::string mark = "\"version\": \"";
    const std::size_t start = document.find(mark) + mark.size();
    published.setVersion(text_of(document.substr(start, document.find('"', start) - start)));
    published.setDocument(text_of(document));
  }};
}

FactOf unit(std::string id, std::string department) {
  return {[=](schema::Fact::Builder fact) {
    auto registered = fact.initUnitRegistered();
    registered.setUnit(text_of(id));
    registered.setName("a unit");
    registered.setDepartment(text_of(department));
  }};
}

FactOf project(std::string id, std::string of_unit) {
  return project(id, of_unit, {});
}

FactOf project(std::string id, std::string of_unit, std::vector<std::string> predecessors,
               std::uint32_t share_basis_points) {
  return {[=](schema::Fact::Builder fact) {
    auto proposed = fact.initProjectProposed();
    proposed.setProject(text_of(id));
    proposed.setUnit(text_of(of_unit));
    proposed.setName("a project");
    auto list = proposed.initPredecessors(static_cast<unsigned>(predecessors.size()));
    for (unsigned i = 0; i < list.size(); ++i) {
      list[i].setProject(text_of(predecessors[i]));
      list[i].setShareBasisPoints(share_basis_points);
    }
  }};
}

FactOf line(std::string id) {
  return {[=](schema::Fact::Builder fact) { fact.initLineOpened().setLine(text_of(id)); }};
}

FactOf target(std::string about, std::string by_unit, std::int32_t year) {
  return {[=](schema::Fact::Builder fact) {
    auto submitted = fact.initTargetSubmitted();
    submitted.setAbout(text_of(about));
    submitted.setUnit(text_of(by_unit));
    submitted.setFiscalYear(year);
    auto indicator = submitted.initIndicators(1)[0];
    indicator.setName("pupils");
    indicator.setDimension(schema::Indicator::Dimension::QUANTITY);
    indicator.initTarget().setCoefficient(300);
  }};
}

FactOf approve(std::uint64_t target) {
  return {[=](schema::Fact::Builder fact) { fact.initTargetApproved().setTarget(target); }};
}

FactOf appropriate(std::string on_line, std::int64_t amount, Cuts cuts) {
  return {[=](schema::Fact::Builder fact) {
    auto appropriated = fact.initBudgetAppropriated();
    appropriated.setLine(text_of(on_line));
    appropriated.setAmount(amount);
    appropriated.setCutForGrade(cuts.grade);
    appropriated.setCutAcrossTheBoard(cuts.across_the_board);
    appropriated.setPool(text_of(cuts.pool));
    appropriated.setBase(cuts.base);
  }};
}

FactOf adjust(Kind kind, std::vector<LegOf> legs, std::string pool) {
  return {[=](schema::Fact::Builder fact) {
    auto adjusted = fact.initBudgetAdjusted();
    adjusted.setKind(kind);
    adjusted.setPool(text_of(pool));
    auto list = adjusted.initLegs(static_cast<unsigned>(legs.size()));
    for (unsigned i = 0; i < legs.size(); ++i) {
      list[i].setLine(text_of(legs[i].line));
      list[i].setAmount(legs[i].amount);
      list[i].setSourceTag(text_of(legs[i].source_tag));
    }
  }};
}

FactOf commit(std::string on_line, std::int64_t amount) {
  return {[=](schema::Fact::Builder fact) {
    auto commitment = fact.initCommitmentRecorded();
    commitment.setLine(text_of(on_line));
    commitment.setAmount(amount);
  }};
}

FactOf pay(std::string on_line, std::int64_t amount, std::uint64_t commitment) {
  return {[=](schema::Fact::Builder fact) {
    auto payment = fact.initPaymentRecorded();
    payment.setLine(text_of(on_line));
    payment.setAmount(amount);
    payment.setCommitment(commitment);
  }};
}

FactOf refund(std::string on_line, std::int64_t amount, std::uint64_t payment) {
  return but(pay(std::move(on_line), amount),
             [=](schema::Fact::Builder fact) { fact.getPaymentRecorded().setRefundOf(payment); });
}

FactOf monitor(std::string about, std::int32_t year) {
  return {[=](schema::Fact::Builder fact) {
    auto check = fact.initMonitoringChecked();
    check.setAbout(text_of(about));
    check.setFiscalYear(year);
    check.setLight(schema::MonitoringChecked::Light::GREEN);
  }};
}

FactOf grade(std::string about, std::int32_t year) {
  return {[=](schema::Fact::Builder fact) {
    auto assigned = fact.initGradeAssigned();
    assigned.setAbout(text_of(about));
    assigned.setEvaluatedYear(year);
    assigned.setLevel(schema::GradeAssigned::Level::FINANCE);
    assigned.setGrade(schema::GradeAssigned::Grade::GOOD);
  }};
}

FactOf reverse(std::uint64_t event) {
  return {[=](schema::Fact::Builder fact) { fact.initEventReversed().setEvent(event); }};
}

}  // namespace counterfoil::test
