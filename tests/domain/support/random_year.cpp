#include "domain/support/random_year.h"

#include <fmt/format.h>
#include <algorithm>

#include "codec/text.h"
#include "domain/support/rule_book.h"
#include "domain/support/year_facts.h"

namespace counterfoil::test {
namespace {

using schema::Fact;

template <typename Enum>
Enum any(const Picks& picks, unsigned size) {
  return static_cast<Enum>(picks.draw().plausible ? 1 + picks.one_of(size - 1)
                                                  : picks.one_of(size));
}

FactOf made(std::function<void(Fact::Builder)> fill) {
  return {std::move(fill)};
}

FactOf principal(const Picks& picks) {
  const std::string name = picks.unit();
  switch (picks.draw().tag) {
    case Fact::PRINCIPAL_ENROLLED:
      return made([=](auto fact) { fact.initPrincipalEnrolled().setPrincipal(name); });
    case Fact::ROLE_GRANTED:
      return made([=, role = any<schema::Role>(picks, 10)](auto fact) {
        fact.initRoleGranted().setPrincipal(name);
        fact.getRoleGranted().setRole(role);
      });
    case Fact::ROLE_REVOKED:
      return made([grant = picks.earlier(Fact::ROLE_GRANTED)](auto fact) {
        fact.initRoleRevoked().setGrant(grant);
      });
    case Fact::KEY_ROTATED:
      return made([](auto fact) { fact.initKeyRotated(); });
    default:
      return made([](auto fact) { fact.initLedgerSealed(); });
  }
}

FactOf reorganised(const Picks& picks) {
  return made([kind = any<schema::UnitReorganised::Kind>(picks, 4), unit = picks.unit(),
               other = std::string(picks.draw().amount % 2 == 0 ? "W" : "V")](auto fact) {
    auto it = fact.initUnitReorganised();
    it.setKind(kind);
    it.setUnit(unit);
    it.setInto(other);
    it.setDepartment("D");
    it.setName("another");
  });
}

FactOf classification_of(const Picks& picks) {
  return made([kind = any<schema::ProjectClassified::Expenditure>(picks, 5),
               project = picks.project(), n = picks.draw().amount](auto fact) {
    auto it = fact.initProjectClassified();
    it.setProject(project);
    it.setExpenditure(kind);
    it.setKey(n % 2 == 0);
    it.setEarmarked(n % 3 == 0);
    it.setLivelihood(n % 7 == 0);
    it.setObligation(static_cast<schema::ProjectClassified::Obligation>(n % 5 == 0 ? 1 : 0));
  });
}

/// The steps into the library; mostly all about one project, so that they meet.
FactOf library_step(const Picks& picks) {
  const std::string project = picks.draw().ids % 4 == 0 ? picks.project() : "Q";
  const bool no = picks.one_of(8) == 0;
  switch (picks.draw().tag) {
    case Fact::EX_ANTE_APPRAISED:
      return made([=, score = picks.draw().plausible ? 80'000 : picks.amount()](auto fact) {
        auto it = fact.initExAnteAppraised();
        it.setProject(project);
        it.setScore(score);
        it.setVerdict(no ? schema::ExAnteAppraised::Verdict::REJECTED
                         : schema::ExAnteAppraised::Verdict::RECOMMENDED);
      });
    case Fact::AFFORDABILITY_ASSESSED:
      return made([=, year = picks.year(), total = picks.amount()](auto fact) {
        auto it = fact.initAffordabilityAssessed();
        it.setProject(project);
        it.setFiscalYear(year);
        it.setTotal(total);
        it.setAffordable(!no);
      });
    case Fact::PIPELINE_ADMITTED:
      return made([=](auto fact) { fact.initPipelineAdmitted().setProject(project); });
    case Fact::LIBRARY_ADMITTED:
      return made([=, year = picks.year()](auto fact) {
        auto it = fact.initLibraryAdmitted();
        it.setProject(project);
        it.setFiscalYear(year);
        it.setRank(no ? 0 : 1);
      });
    case Fact::INSTALMENTS_ROLLED:
      return made([=, year = picks.year(), amount = picks.amount()](auto fact) {
        auto it = fact.initInstalmentsRolled();
        it.setProject(project);
        it.setTotal(1'000);
        auto instalment = it.initInstalments(1)[0];
        instalment.setFiscalYear(year);
        instalment.setAmount(amount);
        instalment.setPlannedProgress(5'000);
      });
    case Fact::CEILING_ISSUED:
      return made([=, year = picks.year(), amount = picks.amount()](auto fact) {
        auto it = fact.initCeilingIssued();
        it.setUnit("V");
        it.setFiscalYear(year);
        it.setAmount(amount);
      });
    default:
      return made(
          [id = picks.project(), end = any<schema::ProjectClosed::Outcome>(picks, 4)](auto fact) {
            fact.initProjectClosed().setProject(id);
            fact.getProjectClosed().setOutcome(end);
          });
  }
}

FactOf requested(const Picks& picks) {
  return made([project = picks.project(), amount = picks.amount(), year = picks.year(),
               n = picks.draw().other](auto fact) {
    auto it = fact.initBudgetRequested();
    it.setProject(project);
    it.setUnit(n % 3 == 0 ? "U" : "V");
    it.setFund("general");
    it.setFiscalYear(year);
    it.setAmount(amount);
    if (n % 5 != 0) it.setContent("places");
    auto line = it.initCostLines(1)[0];
    line.setName("all");
    line.setAmount(n % 7 == 0 ? 1 : amount);
    if (n % 2 == 0) return;
    line.setStandard("meal");
    line.initQuantity().setCoefficient(20);
  });
}

/// Where started_year records what a review of Q rests on, by FactorKind.
constexpr std::array<std::uint64_t, 6> about_Q = {0,         next + 16, next + 15,
                                                  next + 17, next + 18, next + 19};

/// Of Q, with all that it has to rest on where the year was started.
FactOf review_of_Q() {
  return made([](auto fact) {
    auto it = fact.initItemReviewed();
    it.setRequest(next + 3);
    it.setAmount(100);
    auto factors = it.initFactors(5);
    for (unsigned i = 0; i < factors.size(); ++i) {
      factors[i].setKind(static_cast<schema::FactorKind>(i + 1));
      factors[i].setEvent(about_Q[i + 1]);
      factors[i].setHasEvent(true);
    }
  });
}

/// The five factors, each with the newest event that it can rest on; or fewer.
FactOf reviewed(const Picks& picks) {
  using Factor = schema::FactorKind;
  const std::array events = {picks.newest(Fact::MONITORING_CHECKED),
                             picks.newest(Fact::GRADE_ASSIGNED),
                             picks.newest(Fact::FACTOR_ASSESSED, Factor::LEVEL_OF_DETAIL),
                             picks.newest(Fact::FACTOR_ASSESSED, Factor::STOCK),
                             picks.newest(Fact::AUDIT_FINDING_RECORDED)};
  if (picks.draw().other % 3 == 1) return review_of_Q();
  return made([=, request = picks.earlier(Fact::BUDGET_REQUESTED), amount = picks.amount(),
               n = picks.draw().other](auto fact) {
    auto it = fact.initItemReviewed();
    it.setRequest(request);
    it.setAmount(amount);
    auto factors = it.initFactors(n % 9 == 0 ? 4 : 5);
    for (unsigned i = 0; i < factors.size(); ++i) {
      factors[i].setKind(static_cast<Factor>(i + 1));
      factors[i].setEvent(events[i]);
      factors[i].setHasEvent(events[i] != 0);
      factors[i].setBreached(n % 4 == 0);
    }
  });
}

FactOf proposed(const Picks& picks) {
  if (picks.draw().other % 3 == 0)
    return propose(Kind::VIREMENT, {{picks.line(), picks.opposite(), ""},
                                    {picks.other_line(), picks.amount(), ""}});
  return propose(static_cast<Kind>(picks.one_of(4)), {{picks.line(), picks.amount(), ""}});
}

/// What an earlier record proposes, or another adjustment in its name.
FactOf carried_out(const Picks& picks) {
  const std::uint64_t proposal = picks.earlier(Fact::ADJUSTMENT_PROPOSED);
  const auto record = picks.ledger().record(Sequence{proposal});
  std::vector<LegOf> legs = {{picks.line(), picks.amount(), ""}};
  Kind kind = Kind::SUPPLEMENT;
  if (record && record->getFact().isAdjustmentProposed() && picks.draw().amount % 5 != 0) {
    const auto as = record->getFact().getAdjustmentProposed();
    kind = as.getKind();
    legs.clear();
    for (const auto leg : as.getLegs())
      legs.push_back({leg.getLine(), leg.getAmount(), leg.getSourceTag()});
  }
  return as_proposed(adjust(kind, std::move(legs)), proposal);
}

FactOf adjusted(const Picks& picks) {
  if (picks.draw().amount % 3 == 0) return carried_out(picks);
  const std::string from = "line/2024/P/general/net/-";
  if (picks.draw().amount % 3 == 1)
    return carry_over(
        {{from, picks.opposite()},
         {"line/2025/P/general/net/-", picks.amount(), picks.one_of(4) == 0 ? 0 : 2024}});
  return caused(adjust(Kind::REDUCTION, {{picks.line(), -1, ""}}),
                schema::BudgetAdjusted::Cause::GRADE);
}

FactOf stated(const Picks& picks) {
  const FactOf stated = picks.one_of(2) == 0
                            ? state_budget(picks.line(), {picks.amount(), 5})
                            : state_budget(picks.line(), {1'000, 0}, picks.draw().amount % 64);
  const std::int32_t earlier = picks.draw().amount % 2;  // the day before there was anything
  return but(stated, [earlier](schema::Fact::Builder fact) {
    auto it = fact.getBudgetStated();
    it.setStatedOn(it.getStatedOn() - earlier);
  });
}

FactOf suspended(const Picks& picks) {
  if (picks.draw().tag == Fact::FUNDS_RESUMED)
    return made([event = picks.earlier(Fact::FUNDS_SUSPENDED)](auto fact) {
      fact.initFundsResumed().setSuspension(event);
    });
  return made([about = picks.one_of(3) == 0 ? picks.about() : picks.line()](auto fact) {
    fact.initFundsSuspended().setAbout(about);
  });
}

FactOf planned(const Picks& picks) {
  return made([about = picks.about(), year = picks.year(), n = picks.draw().amount](auto fact) {
    auto it = fact.initMonitoringPlanned();
    it.setAbout(about);
    it.setFiscalYear(year);
    it.setOpensOn(19'800);
    it.setClosesOn(19'790 + n);
  });
}

FactOf applied(const Picks& picks) {
  const std::uint64_t of_grade = picks.newest(Fact::GRADE_ASSIGNED);
  const std::uint64_t grade =
      picks.draw().plausible ? of_grade : picks.earlier(Fact::GRADE_ASSIGNED);
  if (picks.one_of(2) == 0) return waived(grade);
  return answered(grade, {picks.newest(Fact::BUDGET_ADJUSTED)});
}

FactOf found(const Picks& picks) {
  return made([about = picks.about(), year = picks.year(),
               severity = any<schema::AuditFindingRecorded::Severity>(picks, 4)](auto fact) {
    auto it = fact.initAuditFindingRecorded();
    it.setAbout(about);
    it.setFiscalYear(year);
    it.setSeverity(severity);
    it.setFinding("no receipts");
  });
}

FactOf assessed(const Picks& picks) {
  const bool wrong = !picks.draw().plausible && picks.draw().ids % 2 == 0;
  return made([about = picks.about(), year = picks.year(), wrong,
               stock = picks.draw().amount % 2 == 0](auto fact) {
    auto it = fact.initFactorAssessed();
    it.setAbout(about);
    it.setFiscalYear(year);
    it.setKind(wrong   ? schema::FactorKind::GRADE
               : stock ? schema::FactorKind::STOCK
                       : schema::FactorKind::LEVEL_OF_DETAIL);
  });
}

FactOf openness(const Picks& picks) {
  if (picks.draw().tag == Fact::TRAINING_HELD)
    return made([unit = picks.draw().amount % 2 == 0 ? "" : picks.unit()](auto fact) {
      fact.initTrainingHeld().setTopic("targets");
      fact.getTrainingHeld().setUnit(unit);
    });
  return made([about = picks.about(), year = picks.year()](auto fact) {
    auto it = fact.initDisclosurePublished();
    it.setFiscalYear(year);
    it.setAbout(about);
    it.setUrl("https://example.org/a");
    it.setHash(data_of("h"));
  });
}

}  // namespace

FactOf year_fact(const Picks& picks) {
  const Draw& draw = picks.draw();
  switch (draw.tag) {
    case Fact::PRINCIPAL_ENROLLED:
    case Fact::ROLE_GRANTED:
    case Fact::ROLE_REVOKED:
    case Fact::KEY_ROTATED:
    case Fact::LEDGER_SEALED:
      return principal(picks);
    case Fact::EXPENDITURE_STANDARD_SET:
      return made([amount = picks.amount()](auto fact) {
        auto it = fact.initExpenditureStandardSet();
        it.setStandard("meal");
        it.setUnitAmount(amount);
        it.setMeasureUnit("meal");
      });
    case Fact::REVENUE_ESTIMATED:
      return estimate("general",
                      draw.plausible
                          ? std::clamp<std::int64_t>(picks.amount(), -1'000'000, 1'000'000) * 10
                          : picks.amount(),
                      "revenue", picks.year());
    case Fact::PERIOD_CLOSED:
      return year_closed(draw.plausible ? 2023 + draw.ids % 2 : picks.year());
    case Fact::PERIOD_REOPENED:
      return year_reopened(draw.plausible ? 2023 + draw.ids % 2 : picks.year());
    case Fact::UNIT_REORGANISED:
      return reorganised(picks);
    case Fact::PROJECT_CLASSIFIED:
      return classification_of(picks);
    case Fact::EX_ANTE_APPRAISED:
    case Fact::AFFORDABILITY_ASSESSED:
    case Fact::PIPELINE_ADMITTED:
    case Fact::LIBRARY_ADMITTED:
    case Fact::INSTALMENTS_ROLLED:
    case Fact::CEILING_ISSUED:
    case Fact::PROJECT_CLOSED:
      return library_step(picks);
    case Fact::TARGET_RETURNED:
      return made([event = picks.earlier(Fact::TARGET_SUBMITTED)](auto fact) {
        fact.initTargetReturned().setTarget(event);
      });
    case Fact::BUDGET_REQUESTED:
      return requested(picks);
    case Fact::ITEM_REVIEWED:
      return reviewed(picks);
    case Fact::BUDGET_ADJUSTED:
      return adjusted(picks);
    case Fact::ADJUSTMENT_PROPOSED:
      return proposed(picks);
    case Fact::APPROVAL_RECORDED:
      return approval(picks.earlier(draw.other % 3 == 0   ? Fact::TARGET_SUBMITTED
                                    : draw.other % 3 == 1 ? Fact::ADJUSTMENT_PROPOSED
                                                          : Fact::REVERSAL_PROPOSED),
                      draw.ids % 4 == 0 ? "rejected" : "approved");
    case Fact::BUDGET_STATED:
      return stated(picks);
    case Fact::FUNDS_SUSPENDED:
    case Fact::FUNDS_RESUMED:
      return suspended(picks);
    case Fact::MONITORING_PLANNED:
      return planned(picks);
    case Fact::CORRECTION_ORDERED:
      return order_correction(picks.earlier(Fact::MONITORING_CHECKED));
    case Fact::CORRECTION_VERIFIED:
      return verify_correction(picks.earlier(Fact::CORRECTION_ORDERED),
                               draw.other % 2 == 0 ? "corrected" : "notCorrected");
    case Fact::RESULT_APPLIED:
      return applied(picks);
    case Fact::AUDIT_FINDING_RECORDED:
      return found(picks);
    case Fact::FACTOR_ASSESSED:
      return assessed(picks);
    case Fact::PRIORITY_LIST_ADOPTED:
      return list_adopted("L", "D", {{picks.other_project(), picks.amount()}});
    case Fact::FUNDING_PLAN_FILED:
      return plan_filed("L", {{picks.project(), picks.amount()}});
    case Fact::TRANSFER_RECEIVED:
      return draw.other % 2 == 0 ? transfer("t", picks.amount())
                                 : earmarked_transfer("t", picks.amount(), picks.project());
    case Fact::TRAINING_HELD:
    case Fact::DISCLOSURE_PUBLISHED:
      return openness(picks);
    default:
      return propose_reversal(picks.earlier(static_cast<Fact::Which>(1 + draw.other % 14)));
  }
}

namespace {

FactOf assessed_of_Q(std::string_view kind) {
  return fact_of(fmt::format(R"({{"factorAssessed": {{"fiscalYear": 2023, "kind": "{}",
                                  "about": "project/Q"}}}})",
                             kind));
}

}  // namespace

CommandOf started_year() {
  return together({classified("P", "special", R"("key": true)"),
                   line("line/2025/P/general/net/-"),
                   classified("Q", "basic", R"("obligation": "threeGuarantees")"),
                   request("Q", 500),
                   review(next + 3, 500),
                   estimate("general", 2'000),
                   project("R", "V"),
                   line("line/2024/R/general/net/-"),
                   classified("R", "development"),
                   list_adopted("L", "D", {{"P", 400}}),
                   earmarked_transfer("t", 100, "Q"),
                   adjust(Kind::CLAWBACK, {{"line/2024/P/general/net/-", -100, "t"}}, "p"),
                   target("project/Q", "V"),
                   approve(next + 12),
                   graded("project/P", "medium"),
                   graded("project/Q", "good"),
                   check("project/Q", "2024-06-30", 5'000, 5'000),
                   assessed_of_Q("levelOfDetail"),
                   assessed_of_Q("stock"),
                   fact_of(R"({"auditFindingRecorded": {"fiscalYear": 2023, "severity": "none",
                               "about": "project/Q", "finding": "none"}})"),
                   fact_of(R"({"principalEnrolled": {"principal": "p", "organisation": "V"}})"),
                   target("project/Q", "V", 2025)});
}

CommandOf staffed() {
  std::vector<FactOf> facts;
  for (const std::string_view principal : {"Ann", "Bob"}) {
    facts.push_back(
        fact_of(fmt::format(R"({{"principalEnrolled": {{"principal": "{}"}}}})", principal)));
    for (const std::string_view role : {"unit", "department", "finance", "performance", "treasury",
                                        "government", "congress", "audit", "admin"})
      facts.push_back(fact_of(fmt::format(
          R"({{"roleGranted": {{"principal": "{}", "role": "{}"}}}})", principal, role)));
  }
  return together(std::move(facts)).as(schema::Role::ADMIN);
}

}  // namespace counterfoil::test
