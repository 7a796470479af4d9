#include "domain/support/rule_book.h"
#include "domain/support/year_facts.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

FactOf suspend(std::string about) {
  return {[=](schema::Fact::Builder fact) { fact.initFundsSuspended().setAbout(about); }};
}

FactOf resume(std::uint64_t suspension) {
  return {[=](schema::Fact::Builder fact) { fact.initFundsResumed().setSuspension(suspension); }};
}

}  // namespace

TEST_CASE("FundsSuspended: nothing more is committed or paid on the line, refunds come back") {
  for (const std::string& about : {A, std::string("project/P")})
    given({city(), appropriate(B, 10), pay(A, 40), suspend(about)})
        .when(pay(A, 1))
        .refused("the funds of " + about + " are suspended by record 12", "fundsResumed first")
        .when(commit(A, 1))
        .refused("suspended by record 12")
        .when(refund(A, -5, next + 1))
        .then({spent(A, 35)})
        .when(pay(B, 1))
        .then({});
}

TEST_CASE("FundsSuspended: a line that is open, or a project that is known") {
  given({city()}).when(suspend("line/2024/P/state/net/-")).refused("was never opened");
  given({city()}).when(suspend("project/X")).refused("project/X is not known");
  given({city()}).when(suspend("unit/U")).invalid("funds of a line/… or a project/… are suspended");
  given({city()}).when(suspend(A)).then({record_has("/subjects/1/id", R"("project/P")")});
}

TEST_CASE("FundsResumed: each suspension is ended, once") {
  given({city(), suspend(A), suspend("project/P")})
      .when(resume(next))
      .then({recorded(R"({"fundsResumed": {"suspension": "10",
              "about": "line/2024/P/general/net/-"}})")})
      .when(pay(A, 1))
      .refused("the funds of project/P are suspended by record 11")
      .when(resume(next))
      .refused("suspension 10 was ended by record 12")
      .when(resume(next + 1))
      .then({})
      .when(pay(A, 1))
      .then({});
  given({city()}).when(resume(next)).refused("there is no record 10 yet");
  given({city()}).when(resume(unit_U)).refused("record 2 is of kind unitRegistered");
}

TEST_CASE("FundsSuspended: stays while its end rests on it; reversed, money flows again") {
  given({city(), suspend(A), resume(next)})
      .when(reverse(next))
      .refused("record 10 cannot be reversed: record 11 (fundsResumed) rests on it")
      .when(reverse(next + 1))
      .then({})
      .when(pay(A, 1))
      .refused("suspended by record 10")
      .when(reverse(next))
      .then({})
      .when(pay(A, 1))
      .then({spent(A, 1)})
      .when(resume(next))
      .refused("record 10 was reversed by record 13");
}
