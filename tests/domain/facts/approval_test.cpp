#include "domain/support/rule_book.h"
#include "domain/support/year_facts.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

const std::vector<LegOf> legs = {{A, 5, ""}};
const FactOf proposed = propose(Kind::SUPPLEMENT, legs);
const FactOf carried_out = as_proposed(adjust(Kind::SUPPLEMENT, legs), next);

}  // namespace

TEST_CASE("AdjustmentProposed: as the adjustment would be, and it changes no budget") {
  given({city()}).when(proposed).then(
      {recorded(R"({"adjustmentProposed": {"kind": "supplement", "legs": [
              {"amount": "5", "line": "line/2024/P/general/net/-"}]}})"),
       current(A, 1'000)});
  given({city()}).when(propose(Kind::UNSPECIFIED, legs)).invalid("needs a kind");
  given({city()}).when(propose(static_cast<Kind>(10), legs)).fails(ErrorCode::unsupported, {"10"});
  given({city()}).when(propose(Kind::SUPPLEMENT, {})).invalid("at least one leg");
  given({city()}).when(propose(Kind::SUPPLEMENT, {{A, INT64_MIN, ""}})).beyond_limit("no opposite");
  given({city()})
      .when(propose(Kind::SUPPLEMENT, {{"line/2024/P/state/net/-", 1, ""}}))
      .refused("was never opened");
}

TEST_CASE("AdjustmentProposed: stays while an approval or an adjustment rests on it") {
  given({city(), proposed, approval(next), carried_out})
      .when(reverse(next))
      .refused("record 10 cannot be reversed: record 11 (approvalRecorded)")
      .when(reverse(next + 1))
      .refused("approval 11 cannot be reversed: record 12 carries out record 10", "first")
      .when(reverse(next + 2))
      .then({current(A, 1'000)})
      .when(reverse(next + 1))
      .then({})
      .when(reverse(next))
      .then({})
      .when(carried_out)
      .refused("record 10 was reversed by record 15");
  given({city(), proposed, carried_out}).when(reverse(next)).refused("record 11 (budgetAdjusted)");
}

TEST_CASE("ApprovalRecorded: of a target or a proposal, by an authority") {
  given({city(), proposed})
      .when(approval(next))
      .then({recorded(R"({"approvalRecorded": {"event": "10", "verdict": "approved",
              "authority": "mayor", "document": "doc 7", "approvedFact": 36,
              "subjects": ["line/2024/P/general/net/-", "project/P"]}})")});
  given({city(), target("project/P", "U")})
      .when(approval(next, "rejected"))
      .then({record_has("/fact/approvalRecorded/approvedFact", "6")});
  given({city(), propose_reversal(appropriation_A)}).when(approval(next)).then({});
  given({city()}).when(approval(next)).refused("there is no record 10 yet that could be approved");
  given({city()})
      .when(approval(unit_U))
      .refused("record 2 is of kind unitRegistered", "a targetSubmitted, an adjustmentProposed");
  given({city(), proposed, reverse(next)})
      .when(approval(next))
      .refused("record 10 was reversed by record 11");
  const auto without = [](std::function<void(schema::ApprovalRecorded::Builder)> change) {
    return but(approval(next),
               [=](schema::Fact::Builder fact) { change(fact.getApprovalRecorded()); });
  };
  given({city(), proposed})
      .when(without([](auto it) { it.setVerdict(schema::ApprovalRecorded::Verdict::UNSPECIFIED); }))
      .invalid("approved or rejected");
  given({city(), proposed})
      .when(without([](auto it) { it.setAuthority(""); }))
      .invalid("names the authority");
}

TEST_CASE("ApprovalRecorded: of a target stays while the target is in force by it") {
  given({city(), target("project/P", "U"), approval(next), approve(next)})
      .when(reverse(next + 1))
      .refused("approval 11 cannot be reversed: a targetApproved puts in force record 10")
      .when(reverse(next))
      .refused("target 10 is approved")
      .when(reverse(next + 2))
      .then({})
      .when(reverse(next))
      .refused("record 10 cannot be reversed: record 11 (approvalRecorded)")
      .when(reverse(next + 1))
      .then({})
      .when(reverse(next))
      .then({});
}

TEST_CASE("ApprovalRecorded: a rejection is withdrawn whatever came of it") {
  given({city(), proposed, approval(next, "rejected"), approval(next), carried_out})
      .when(reverse(next + 1))
      .then({});
}

TEST_CASE("ReversalProposed: of an event that can be reversed") {
  given({city()})
      .when(propose_reversal(appropriation_A))
      .then({recorded(R"({"reversalProposed": {"event": "9", "subjects": ["fund/2024/general",
              "line/2024/P/general/net/-", "project/P"]}})"),
             current(A, 1'000)});
  given({city()}).when(propose_reversal(next)).refused("there is no record 10 yet");
  given({city()}).when(propose_reversal(0)).refused("of kind ledgerOpened, which cannot be");
  given({city()}).when(propose_reversal(unit_U)).refused("record 2 cannot be reversed");
  given({city(), reverse(appropriation_A)})
      .when(propose_reversal(appropriation_A))
      .refused("record 9 was reversed already, by record 10");
}

TEST_CASE("ReversalProposed: stays once it was followed, and so does its approval") {
  given({city(), propose_reversal(appropriation_A), approval(next), reverse(appropriation_A)})
      .when(reverse(next + 1))
      .refused("approval 11 cannot be reversed: record 12 carries out record 10")
      .when(reverse(next))
      .refused("record 10 cannot be reversed: record 11 (approvalRecorded)");
  given({city(), propose_reversal(appropriation_A), reverse(appropriation_A)})
      .when(reverse(next))
      .refused("record 10 cannot be reversed: record 11 reversed what it proposes");
}
