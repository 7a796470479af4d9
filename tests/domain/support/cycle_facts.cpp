#include "domain/support/cycle_facts.h"

#include "codec/text.h"
#include "core/time.h"
#include "support/catch.h"

namespace counterfoil::test {

CommandOf graded(std::string about, std::int32_t evaluated_year, GradeIs grade,
                 std::string_view made_on, LevelIs level) {
  const FactOf assignment{[=](schema::Fact::Builder fact) {
    auto assigned = fact.initGradeAssigned();
    assigned.setAbout(text_of(about));
    assigned.setEvaluatedYear(evaluated_year);
    assigned.setLevel(level);
    assigned.setGrade(grade);
  }};
  return CommandOf(assignment).decided_on(made_on);
}

FactOf classify(std::string project, ClassOf as) {
  return {[=](schema::Fact::Builder fact) {
    auto classified = fact.initProjectClassified();
    classified.setProject(text_of(project));
    classified.setKey(as.key);
    classified.setLivelihood(as.livelihood);
    classified.setOneOff(as.one_off);
    classified.setExpenditure(as.expenditure);
    classified.setObligation(as.obligation);
    if (as.expires_on.empty()) return;
    classified.setHasExpiresOn(true);
    classified.setExpiresOn(parse_date(as.expires_on).value().days);
  }};
}

FactOf merged(std::string of_unit, std::string into) {
  return {[=](schema::Fact::Builder fact) {
    auto reorganised = fact.initUnitReorganised();
    reorganised.setKind(schema::UnitReorganised::Kind::MERGED);
    reorganised.setUnit(of_unit);
    reorganised.setInto(into);
  }};
}

FactOf return_target(std::uint64_t target) {
  return {[=](schema::Fact::Builder fact) { fact.initTargetReturned().setTarget(target); }};
}

FactOf request(std::string project, std::string by_unit, std::int64_t amount,
               std::vector<CostOf> cost_lines, std::int32_t year) {
  return {[=](schema::Fact::Builder fact) {
    auto requested = fact.initBudgetRequested();
    requested.setFiscalYear(year);
    requested.setAmount(amount);
    requested.setProject(text_of(project));
    requested.setUnit(text_of(by_unit));
    requested.setContent("school meals");
    requested.setFund("general");
    auto list = requested.initCostLines(static_cast<unsigned>(cost_lines.size()));
    for (unsigned i = 0; i < list.size(); ++i) {
      list[i].setName("meals");
      list[i].setAmount(cost_lines[i].amount);
      list[i].setStandard(text_of(cost_lines[i].standard));
      list[i].getQuantity().setCoefficient(cost_lines[i].quantity);
      list[i].getQuantity().setScale(cost_lines[i].scale);
    }
  }};
}

FactOf request(std::string project, std::string by_unit, std::int64_t amount) {
  return request(std::move(project), std::move(by_unit), amount, {{.amount = amount}});
}

FactOf standard(std::string id, std::int64_t unit_amount) {
  return {[=](schema::Fact::Builder fact) {
    auto set = fact.initExpenditureStandardSet();
    set.setStandard(text_of(id));
    set.setUnitAmount(unit_amount);
    set.setMeasureUnit("meal");
  }};
}

FactOf review(std::uint64_t request, std::int64_t amount, std::vector<FactorOf> factors) {
  return {[=](schema::Fact::Builder fact) {
    auto reviewed = fact.initItemReviewed();
    reviewed.setRequest(request);
    reviewed.setAmount(amount);
    auto list = reviewed.initFactors(static_cast<unsigned>(factors.size()));
    for (unsigned i = 0; i < list.size(); ++i) {
      list[i].setKind(factors[i].kind);
      list[i].setEvent(factors[i].event);
      list[i].setHasEvent(factors[i].event != 0);
      list[i].setBreached(factors[i].breached);
    }
  }};
}

FactOf assess(FactorKind kind, std::string about, bool breached) {
  return {[=](schema::Fact::Builder fact) {
    auto assessed = fact.initFactorAssessed();
    assessed.setAbout(text_of(about));
    assessed.setFiscalYear(2023);
    assessed.setKind(kind);
    assessed.setBreached(breached);
  }};
}

FactOf audit(std::string about, schema::AuditFindingRecorded::Severity severity) {
  return {[=](schema::Fact::Builder fact) {
    auto found = fact.initAuditFindingRecorded();
    found.setAbout(text_of(about));
    found.setFiscalYear(2023);
    found.setSeverity(severity);
    found.setFinding("as it is");
  }};
}

FactOf pipeline(std::string project) {
  return {[=](schema::Fact::Builder fact) {
    fact.initPipelineAdmitted().setProject(text_of(project));
  }};
}

FactOf appraise(std::string project, schema::ExAnteAppraised::Verdict verdict) {
  return {[=](schema::Fact::Builder fact) {
    auto appraised = fact.initExAnteAppraised();
    appraised.setProject(text_of(project));
    appraised.setVerdict(verdict);
  }};
}

FactOf afford(std::string project, bool affordable) {
  return {[=](schema::Fact::Builder fact) {
    auto assessed = fact.initAffordabilityAssessed();
    assessed.setProject(text_of(project));
    assessed.setFiscalYear(2024);
    assessed.setAffordable(affordable);
  }};
}

FactOf unit_ceiling(std::string unit, std::int64_t amount, std::int32_t year) {
  return {[=](schema::Fact::Builder fact) {
    auto issued = fact.initCeilingIssued();
    issued.setUnit(text_of(unit));
    issued.setAmount(amount);
    issued.setFiscalYear(year);
  }};
}

FactOf library(std::string project, std::uint32_t rank, std::int32_t year) {
  return {[=](schema::Fact::Builder fact) {
    auto admitted = fact.initLibraryAdmitted();
    admitted.setProject(text_of(project));
    admitted.setRank(rank);
    admitted.setFiscalYear(year);
  }};
}

FactOf close_project(std::string project, schema::ProjectClosed::Outcome outcome) {
  return {[=](schema::Fact::Builder fact) {
    auto closed = fact.initProjectClosed();
    closed.setProject(text_of(project));
    closed.setOutcome(outcome);
  }};
}

FactOf instalments(std::string project, std::int64_t total, std::vector<InstalmentOf> plan) {
  return {[=](schema::Fact::Builder fact) {
    auto rolled = fact.initInstalmentsRolled();
    rolled.setProject(text_of(project));
    rolled.setTotal(total);
    auto list = rolled.initInstalments(static_cast<unsigned>(plan.size()));
    for (unsigned i = 0; i < list.size(); ++i) {
      list[i].setFiscalYear(plan[i].year);
      list[i].setAmount(plan[i].amount);
      list[i].setPlannedProgress(plan[i].progress);
    }
  }};
}

std::string rule_set_of(std::string_view rules, std::string_view more) {
  return fmt::format(R"({{"name": "city", "version": "2", "rules": {{{}}}{}{}}})", rules,
                     more.empty() ? "" : ", ", more);
}

CommandOf city_of_rules(std::string_view rules_of_2024, std::string_view more) {
  return together({opened(), rules(R"({"name": "city", "version": "1", "rules": {}})"),
                   rules(rule_set_of(rules_of_2024, more), "2024-01-01"), unit("U"), unit("V"),
                   project("P", "U"), project("Q", "V"), line(A23), line(A), appropriate(A23, 999)})
      .decided_on("2023-01-02");
}

Expectation breaches(std::vector<std::pair<std::string, std::string>> wanted) {
  return [=](MemoryLedger& ledger) {
    const auto record = ledger.record(Sequence{ledger.records().size() - 1}).value();
    std::vector<std::string> got;
    for (const auto breach : record.getBreaches())
      got.push_back(fmt::format("{}: {}", view(breach.getRule()), view(breach.getFinding())));
    INFO(fmt::format("the breaches are {}", fmt::join(got, "; ")));
    REQUIRE(got.size() == wanted.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
      CHECK_THAT(got[i], Catch::Matchers::StartsWith(wanted[i].first + ": "));
      CHECK_THAT(got[i], Catch::Matchers::Contains(wanted[i].second));
    }
  };
}

std::function<std::string(std::string_view)> only(std::string rule) {
  return
      [=](std::string_view mode) { return fmt::format(R"("{}": {{"mode": "{}"}})", rule, mode); };
}

void check_in_each_mode(const Breaking& breaking, int line) {
  const auto come_to = [&](std::string_view mode, const CommandOf& command) {
    const Given city = given({city_of_rules(breaking.rule_in(mode))}, line);
    if (breaking.history.empty()) return city.when(command, line);
    Outcome past = city.when(breaking.history.front(), line);
    past.then({});
    for (std::size_t i = 1; i < breaking.history.size(); ++i) {
      past = past.when(breaking.history[i], line);
      past.then({});
    }
    return past.when(command, line);
  };
  const CommandOf overriding = breaking.command.overriding("Mayor", "No. 7");
  using Mode = schema::Breach::Mode;
  const std::string& finding = breaking.refused.front();
  Outcome enforced = come_to("enforce", breaking.command);
  enforced.refused(breaking.rule + ": ");
  for (const std::string& part : breaking.refused) enforced.refused(part);
  come_to("enforce", overriding).refused(finding);
  come_to("override", breaking.command)
      .refused(finding, "or give an override with its authority and document");
  come_to("override", breaking.command.overriding("Mayor", "")).refused(finding);
  come_to("override", breaking.command.overriding("", "No. 7")).refused(finding);
  come_to("override", overriding).then({breach(breaking.rule, Mode::OVERRIDE, finding)});
  come_to("observe", breaking.command).then({breach(breaking.rule, Mode::OBSERVE, finding)});
  come_to("off", breaking.command).then({no_breach()});
}

}  // namespace counterfoil::test
