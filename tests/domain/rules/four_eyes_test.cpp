#include "domain/support/modes.h"
#include "support/catch.h"

// R20: nobody decides alone on what they proposed.

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

const std::vector<LegOf> legs = {{A, 5, ""}};
constexpr std::uint64_t proposal = behind_rule, decision = behind_rule + 1;

/// Ann proposed a supplement of 5 to A, by record 11.
Given proposed_under(const CommandOf& rules) {
  return given({city(), rules, CommandOf(propose(Kind::SUPPLEMENT, legs)).by("Ann")});
}

CommandOf adjust_by(const std::string& principal) {
  return CommandOf(as_proposed(adjust(Kind::SUPPLEMENT, legs), proposal)).by(principal);
}

/// The same, and it was decided on by record 12.
HistoryUnder decided(const std::string& verdict) {
  return [=](const CommandOf& rules) {
    return given({city(), rules, CommandOf(propose(Kind::SUPPLEMENT, legs)).by("Ann"),
                  approval(proposal, verdict)});
  };
}

}  // namespace

TEST_CASE("R20 four eyes: another principal adjusts than the one who proposed") {
  check_accepted("R20", proposed_under, adjust_by("Bob"));
  check_refused("R20", proposed_under, adjust_by("Ann"),
                {"Ann proposed it by record 11, and would decide on it too",
                 "Let another principal record it, or cite an approvalRecorded of the proposal"});
}

TEST_CASE("R20 four eyes: by its mode it refuses, wants an override, reports, or is silent") {
  check_modes("R20", proposed_under, adjust_by("Ann"), {"Ann proposed it by record 11"},
              "Let another principal record it");
  check_modes("R20", proposed_under, adjust(Kind::SUPPLEMENT, legs),
              {"the adjustment was proposed by nobody"}, "Record an adjustmentProposed first");
}

TEST_CASE("R20 four eyes: the same principal cites an approval") {
  check_accepted("R20", decided("approved"), adjust_by("Ann").citing({decision}));
  check_refused("R20", decided("approved"), adjust_by("Ann"), {"Ann proposed it by record 11"});
  check_refused("R20", decided("approved"), adjust_by("Ann").citing({proposal}),
                {"Ann proposed it by record 11"});
}

TEST_CASE("R20 four eyes: what was rejected is not recorded, by nobody, unless approved later") {
  check_modes("R20", decided("rejected"), adjust_by("Bob"),
              {"record 12 rejected what record 11 proposes"}, "Propose it anew");
  decided("rejected")(rule("R20", "enforce"))
      .when(approval(proposal))
      .then({})
      .when(adjust_by("Ann").citing({decision}))
      .refused("R20: ", "Ann proposed it by record 11")
      .when(adjust_by("Ann").citing({decision + 1}))
      .then({no_breach()});
}

TEST_CASE("R20 four eyes: an approval that was reversed approves nothing") {
  decided("approved")(rule("R20", "off"))
      .when(reverse(decision))
      .then({})
      .when(rules(R"({"name": "city", "version": "3", "rules": {"R20": {"mode": "enforce"}}})"))
      .then({})
      .when(adjust_by("Ann").citing({decision}))
      .refused("R20: ", "Ann proposed it");
}

TEST_CASE("R20 four eyes: the adjustment is the one that was proposed") {
  // An approval of 5 would have carried an adjustment of any size.
  const auto other = [](Kind kind, std::vector<LegOf> of_legs) {
    return CommandOf(as_proposed(adjust(kind, std::move(of_legs)), proposal)).by("Bob");
  };
  for (const CommandOf& command :
       {other(Kind::SUPPLEMENT, {{A, 6, ""}}), other(Kind::SUPPLEMENT, {{B, 5, ""}}),
        other(Kind::SUPPLEMENT, {{A, 5, "t"}}), other(Kind::SUPPLEMENT, {{A, 5, ""}, {A, 5, ""}}),
        other(Kind::RESTATEMENT, legs)})
    check_refused("R20", proposed_under, command,
                  {"record 11 proposes another adjustment", "as they were proposed"});
  check_modes("R20", proposed_under, other(Kind::SUPPLEMENT, {{A, 6, ""}}),
              {"record 11 proposes another adjustment"}, "as they were proposed");
}

TEST_CASE("R20 four eyes: a target is approved by another principal, or on a cited approval") {
  const HistoryUnder submitted = [](const CommandOf& rules) {
    return given({city(), rules, CommandOf(target("project/P", "U")).by("Ann")});
  };
  check_accepted("R20", submitted, CommandOf(approve(proposal)).by("Bob"));
  check_modes("R20", submitted, CommandOf(approve(proposal)).by("Ann"),
              {"Ann proposed it by record 11"}, "Let another principal record it");
  submitted(rule("R20", "enforce"))
      .when(approval(proposal))
      .then({})
      .when(CommandOf(approve(proposal)).by("Ann").citing({decision}))
      .then({no_breach()});
}

TEST_CASE("R20 four eyes: a reversal was proposed by another principal, or approved") {
  const HistoryUnder unproposed = [](const CommandOf& rules) { return given({city(), rules}); };
  const HistoryUnder by_Ann = [](const CommandOf& rules) {
    return given({city(), rules, CommandOf(propose_reversal(appropriation_A)).by("Ann")});
  };
  check_modes("R20", unproposed, reverse(appropriation_A),
              {"the reversal of record 9 was proposed by nobody"},
              "Record a reversalProposed first");
  check_accepted("R20", by_Ann, CommandOf(reverse(appropriation_A)).by("Bob"));
  check_modes("R20", by_Ann, CommandOf(reverse(appropriation_A)).by("Ann"),
              {"Ann proposed it by record 11"}, "Let another principal record it");
  by_Ann(rule("R20", "enforce"))
      .when(approval(proposal))
      .then({})
      .when(CommandOf(reverse(appropriation_A)).by("Ann").citing({decision}))
      .then({current(A, 0), no_breach()});
}

// Once roles are granted, nobody decides on what they submitted themselves, whatever they cite.

namespace {

FactOf enrolment(std::string_view principal) {
  return fact_of(fmt::format(R"({{"principalEnrolled": {{"principal": "{}"}}}})", principal));
}
FactOf grant(std::string_view principal, std::string_view role) {
  return fact_of(
      fmt::format(R"({{"roleGranted": {{"principal": "{}", "role": "{}"}}}})", principal, role));
}

/// Ann and Bob both apply and decide: records 11 to 16.
CommandOf staff() {
  return together({enrolment("Ann"), enrolment("Bob"), grant("Ann", "unit"),
                   grant("Ann", "finance"), grant("Bob", "unit"), grant("Bob", "finance")})
      .as(schema::Role::ADMIN);
}
constexpr std::uint64_t behind_staff = behind_rule + 6;

}  // namespace

TEST_CASE("R20 four eyes: whoever proposed an adjustment does not approve it") {
  const HistoryUnder proposed = [](const CommandOf& rules) {
    return given({city(), rules, staff(),
                  CommandOf(propose(Kind::SUPPLEMENT, legs)).by("Ann").as(schema::Role::FINANCE)});
  };
  const auto by = [](const std::string& principal) {
    return CommandOf(approval(behind_staff)).by(principal).as(schema::Role::FINANCE);
  };
  check_accepted("R20", proposed, by("Bob"));
  check_modes("R20", proposed, by("Ann"), {"Ann submitted record 17"},
              "Let another principal record the decision");
}

TEST_CASE("R20 four eyes: whoever requested a budget does not review it") {
  const HistoryUnder requested = [](const CommandOf& rules) {
    return given(
        {city(), rules, staff(), CommandOf(request("P", 100)).by("Ann").as(schema::Role::UNIT)});
  };
  const auto by = [](const std::string& principal) {
    return CommandOf(review(behind_staff, 100)).by(principal).as(schema::Role::FINANCE);
  };
  check_accepted("R20", requested, by("Bob"));
  check_modes("R20", requested, by("Ann"), {"Ann submitted record 17"},
              "Let another principal record the decision");
}

TEST_CASE("R20 four eyes: nobody holds roles of two sides") {
  const auto history = [](std::initializer_list<FactOf> facts) {
    return given({city(), rule("R20", "enforce", R"("sides": [["unit"], ["finance", "audit"]])"),
                  together(std::vector<FactOf>(facts)).as(schema::Role::ADMIN)});
  };
  const auto as_admin = [](const FactOf& fact) { return CommandOf(fact).as(schema::Role::ADMIN); };
  const auto ann = {enrolment("Ann"), grant("Ann", "unit")};
  history(ann)
      .when(as_admin(grant("Ann", "finance")))
      .refused("R20: ", "Ann has the role unit by record 12", "revoke the other role first");
  history(ann).when(as_admin(grant("Ann", "treasury"))).then({no_breach()});
  history({enrolment("Ann"), grant("Ann", "finance")})
      .when(as_admin(grant("Ann", "audit")))
      .then({no_breach()});
  history(ann)
      .when(as_admin(fact_of(R"({"roleRevoked": {"grant": 12}})")))
      .then({})
      .when(as_admin(grant("Ann", "finance")))
      .then({no_breach()});
}
