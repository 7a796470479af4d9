#include "domain/proposals.h"

#include "domain/support/cycle_facts.h"
#include "domain/support/ledger.h"
#include "domain/support/year_facts.h"
#include "domain/vintages.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

/// A ledger with that history, and what the rule set in force proposes on it.
struct Rig {
  MemoryLedger ledger;
  Book book{ledger};

  explicit Rig(const std::vector<CommandOf>& history) {
    for (const CommandOf& command : history) record(command);
  }
  Sequence record(const CommandOf& command) {
    const auto done = ledger.submit(command);
    INFO((done ? "" : done.error().message));
    REQUIRE(done.has_value());
    return Sequence{ledger.records().size() - 1};
  }
  const RuleSet& rules() {
    const auto in_force = book.state<LedgerState>("ledger").value().rule_sets.back();
    return *book.rule_set(in_force.published).value();
  }
};

/// The command that was filled in, as the rule book's own form.
CommandOf command_of(const std::function<void(schema::Command::Builder)>& fill_in) {
  const auto message = std::make_shared<capnp::MallocMessageBuilder>();
  fill_in(message->initRoot<schema::Command>());
  const auto command = message->getRoot<schema::Command>().asReader();
  std::vector<FactOf> facts;
  std::vector<std::uint64_t> evidence;
  for (const auto cited : command.getEvidence()) evidence.push_back(cited);
  for (unsigned i = 0; i < command.getFacts().size(); ++i)
    facts.push_back({[message, i](schema::Fact::Builder fact) {
      const capnp::DynamicStruct::Reader from =
          message->getRoot<schema::Command>().asReader().getFacts()[i];
      copy_present(from, fact);
    }});
  return together(facts).citing(evidence);
}

FactOf approved(std::uint64_t event) {
  return {[=](schema::Fact::Builder fact) {
    auto approval = fact.initApprovalRecorded();
    approval.setEvent(event);
    approval.setVerdict(schema::ApprovalRecorded::Verdict::APPROVED);
    approval.setAuthority("bureau");
  }};
}

const std::string all_observed = R"("R4": {"mode": "observe"}, "R7": {"mode": "enforce"},
                                    "R20": {"mode": "enforce"})";

}  // namespace

TEST_CASE("a medium grade proposes the reduction of what was appropriated above its ceiling") {
  Rig rig({city_of_rules(all_observed), graded("project/P", 2023, GradeIs::MEDIUM, last_year),
           appropriate(A, 900)});
  const auto results = apply_results(rig.book, rig.rules(), "P", 2024).value();
  REQUIRE(results.ceilings.size() == 1);
  CHECK(results.ceilings[0].line == A);
  CHECK(results.ceilings[0].grade == "medium");
  CHECK(results.ceilings[0].base.minor == 999);
  CHECK(results.ceilings[0].ceiling.minor == 799);
  CHECK(results.ceilings[0].appropriated.minor == 900);
  REQUIRE(results.reductions.size() == 1);
  const Proposal& reduction = results.reductions[0];
  CHECK(reduction.legs[0].amount.minor == -101);
  CHECK(reduction.evidence == std::vector<Sequence>{results.ceilings[0].graded,
                                                    Sequence{appropriation_A23},
                                                    Sequence{rig.ledger.records().size() - 1}});

  // It is recorded as it stands; approved, it becomes the adjustment, and nothing is left to do.
  const Sequence proposal =
      rig.record(command_of([&](auto command) { fill(command, reduction, "p"); }));
  const Sequence approval = rig.record(approved(proposal.value));
  rig.record(command_of([&](auto command) {
    fill_adjustment(command, rig.ledger.record(proposal).value(), approval, "a");
  }));
  CHECK(rig.ledger.state<LineState>(A).current.minor == 799);
  CHECK(apply_results(rig.book, rig.rules(), "P", 2024).value().reductions.empty());
}

TEST_CASE("a grade gives the ceiling of a line that has no appropriation yet") {
  Rig rig({city_of_rules(all_observed), graded("project/P", 2023, GradeIs::POOR, last_year)});
  const auto results = apply_results(rig.book, rig.rules(), "P", 2024).value();
  REQUIRE(results.ceilings.size() == 1);
  CHECK(results.ceilings[0].ceiling.minor == 499);
  CHECK(results.ceilings[0].appropriated.minor == 0);
  CHECK(results.reductions.empty());
}

TEST_CASE("a grade that was waived still has its ceiling, and nothing is taken away for it") {
  Rig rig({city_of_rules(all_observed), graded("project/P", 2023, GradeIs::MEDIUM, last_year)});
  const auto graded_P = rig.ledger.records().size() - 1;
  rig.record(appropriate(A, 900));
  const Sequence waiver = rig.record(waived(graded_P));
  const auto results = apply_results(rig.book, rig.rules(), "P", 2024).value();
  CHECK(results.ceilings.size() == 1);
  CHECK(results.reductions.empty());
  CHECK(waiver_of(rig.book, Sequence{graded_P}).value() == waiver);
}

TEST_CASE("a satisfactory grade proposes nothing") {
  Rig rig({city_of_rules(all_observed), graded("project/P", 2023, GradeIs::GOOD, last_year),
           appropriate(A, 5'000)});
  const auto results = apply_results(rig.book, rig.rules(), "P", 2024).value();
  CHECK(results.ceilings.empty());
  CHECK(results.reductions.empty());
}

TEST_CASE("the close proposes to carry over this year's money and to claw back older") {
  Rig rig({city_of_rules(all_observed), appropriate(A, 500)});
  const Sequence closed = rig.record(year_closed(2024));
  auto proposals = close_out(rig.book, rig.rules(), "P", 2024, "saved", closed).value();
  REQUIRE(proposals.size() == 1);
  CHECK(proposals[0].kind == Kind::CARRY_OVER);
  const std::string next_year = "line/2025/P/general/net/-";
  CHECK(proposals[0].lines_to_open == std::vector<std::string>{next_year});
  CHECK(proposals[0].evidence == std::vector<Sequence>{closed, Sequence{closed.value - 1}});

  const auto carry_out = [&](const Proposal& proposal, const std::string& id) {
    const Sequence proposed =
        rig.record(command_of([&](auto command) { fill(command, proposal, id); }));
    const Sequence approval = rig.record(approved(proposed.value));
    rig.record(command_of([&](auto command) {
      fill_adjustment(command, rig.ledger.record(proposed).value(), approval, id + "-done");
    }));
  };
  carry_out(proposals[0], "carry");
  CHECK(rig.ledger.state<LineState>(A).current.minor == 0);
  CHECK(rig.ledger.state<LineState>(next_year).vintages ==
        std::vector<Vintage>{{2024, Money{500}}});

  const Sequence closed_again = rig.record(year_closed(2025));
  proposals = close_out(rig.book, rig.rules(), "P", 2025, "saved", closed_again).value();
  REQUIRE(proposals.size() == 1);
  CHECK(proposals[0].kind == Kind::CLAWBACK);
  carry_out(proposals[0], "claw");
  CHECK(rig.ledger.state<PoolState>(pool_key("saved", "P")).incoming.minor == 500);
  CHECK(close_out(rig.book, rig.rules(), "P", 2025, "saved", closed_again).value().empty());
}

TEST_CASE("the close claws back all that a project leaves behind that has ended") {
  Rig rig({city_of_rules(all_observed), appropriate(A, 500)});
  const Sequence ended = rig.record(close_project("P"));
  const Sequence closed = rig.record(year_closed(2024));
  const auto proposals = close_out(rig.book, rig.rules(), "P", 2024, "saved", closed).value();
  REQUIRE(proposals.size() == 1);
  CHECK(proposals[0].kind == Kind::CLAWBACK);
  CHECK(proposals[0].legs.at(0).amount.minor == -500);
  CHECK(proposals[0].evidence.back() == ended);
}

TEST_CASE("what was taken away without a vintage is not clawed back once more") {
  // A reduction is of the line's own year, which got nothing here: its vintage went below 0.
  Rig rig({city_of_rules(R"("R7": {"mode": "observe"})"), adjust(Kind::SUPPLEMENT, {{A23, 1, ""}}),
           CommandOf(carry_over({{A23, -1'000}, {A, 1'000, 2023}})).citing({10}),
           adjust(Kind::REDUCTION, {{A, -400, ""}})});
  CHECK(rig.ledger.state<LineState>(A).vintages ==
        std::vector<Vintage>{{2023, Money{1'000}}, {2024, Money{-400}}});
  const Sequence closed = rig.record(year_closed(2024));
  const auto left = [&] {
    std::int64_t sum = 0;
    const auto proposals = close_out(rig.book, rig.rules(), "P", 2024, "saved", closed).value();
    for (const Proposal& proposal : proposals)
      for (const Proposal::Leg& leg : proposal.legs)
        if (leg.line == A) sum -= leg.amount.minor;
    return sum;
  };
  CHECK(left() == 600);
}

TEST_CASE("vintages below zero are netted against the others, the oldest first") {
  LineState state;
  const auto left_of = [&](std::vector<Vintage> vintages, std::int64_t spent) {
    state.vintages = std::move(vintages);
    state.spent = Money{spent};
    return unspent_by_vintage(state);
  };
  using Left = std::vector<Vintage>;
  CHECK(left_of({{2022, Money{3}}, {2023, Money{10}}, {2024, Money{-4}}}, 0) ==
        Left{{2022, Money{0}}, {2023, Money{9}}, {2024, Money{0}}});
  CHECK(left_of({{2022, Money{-4}}, {2023, Money{10}}, {2024, Money{5}}}, 5) ==
        Left{{2022, Money{0}}, {2023, Money{1}}, {2024, Money{5}}});
  CHECK(left_of({{2023, Money{-4}}, {2024, Money{3}}}, 1) ==
        Left{{2023, Money{0}}, {2024, Money{0}}});
  CHECK(left_of({{2023, Money{-INT64_MAX}}, {2024, Money{3}}}, INT64_MAX) ==
        Left{{2023, Money{0}}, {2024, Money{0}}});
}

TEST_CASE("the close leaves what outstanding commitments bind, of the newest money") {
  const std::string next_year = "line/2025/P/general/net/-";
  Rig rig({city_of_rules(all_observed + R"(, "R19": {"mode": "enforce"})"), appropriate(A, 500),
           pay(A, 50), commit(A, 100)});
  const Sequence closed = rig.record(year_closed(2024));
  const auto proposals = close_out(rig.book, rig.rules(), "P", 2024, "saved", closed).value();
  REQUIRE(proposals.size() == 1);
  CHECK(proposals[0].legs.at(0).amount.minor == -350);
  CHECK(proposals[0].reason ==
        "unspent at the close of 2024; 100 minor units stay for outstanding commitments");
  const Sequence proposed =
      rig.record(command_of([&](auto command) { fill(command, proposals[0], "carry"); }));
  const Sequence approval = rig.record(approved(proposed.value));
  rig.record(command_of([&](auto command) {
    fill_adjustment(command, rig.ledger.record(proposed).value(), approval, "carried");
  }));
  CHECK(rig.ledger.state<LineState>(A).current.minor == 150);
  CHECK(close_out(rig.book, rig.rules(), "P", 2024, "saved", closed).value().empty());

  // 350 of 2024 and 200 of 2025, of which 250 are bound: 300 of the older go back into the pool.
  rig.record(together({appropriate(next_year, 200), commit(next_year, 250)}));
  const Sequence closed_again = rig.record(year_closed(2025));
  const auto later = close_out(rig.book, rig.rules(), "P", 2025, "saved", closed_again).value();
  REQUIRE(later.size() == 1);
  CHECK(later[0].kind == Kind::CLAWBACK);
  REQUIRE(later[0].legs.size() == 1);
  CHECK(later[0].legs[0].amount.minor == -300);
  CHECK(later[0].legs[0].vintage == 2024);
}
