#include <rapidcheck.h>

#include <cstdlib>
#include <map>
#include <set>

#include "codec/subjects.h"
#include "domain/rules/rule.h"
#include "domain/support/model.h"
#include "domain/support/random_commands.h"
#include "domain/support/random_year.h"
#include "domain/support/rule_book.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

struct Tally {
  int accepted = 0;
  int refused = 0;
};

/// Every fact once, and more often what moves money, undoes it, or lets a rule pass.
std::vector<std::uint8_t> tags_to_draw() {
  std::vector<std::uint8_t> tags = {3,  4,  5,  5,  6,  7,  8,  8,  8,  8,  9,  9,  9,  9,  9,
                                    9,  10, 10, 11, 11, 11, 12, 13, 13, 14, 14, 14, 14, 14, 20,
                                    21, 21, 26, 26, 9,  9,  23, 23, 45, 45, 46, 30, 31, 34, 34,
                                    34, 35, 35, 36, 37, 16, 42, 42, 43, 43, 46, 46, 47, 52};
  for (std::uint8_t tag = 1; tag < fact_count; ++tag) tags.push_back(tag);
  return tags;
}

rc::Gen<Draw> draws() {
  static const std::vector<std::uint8_t> tags = tags_to_draw();
  using rc::gen::inRange;
  return rc::gen::build<Draw>(
      rc::gen::set(&Draw::tag, rc::gen::elementOf(tags)),
      rc::gen::set(&Draw::ids, inRange<std::uint8_t>(0, 255)),
      rc::gen::set(&Draw::other, inRange<std::uint8_t>(0, 255)),
      rc::gen::set(&Draw::amount, inRange<std::uint8_t>(0, 255)),
      rc::gen::set(&Draw::event, inRange<std::uint16_t>(0, 60'000)),
      rc::gen::set(&Draw::plausible, rc::gen::weightedElement<bool>({{4, true}, {1, false}})));
}

rc::Gen<std::vector<DrawnCommand>> histories() {
  const auto command =
      rc::gen::weightedOneOf<DrawnCommand>({{4, rc::gen::container<DrawnCommand>(1, draws())},
                                            {1, rc::gen::container<DrawnCommand>(3, draws())}});
  return rc::gen::container<std::vector<DrawnCommand>>(command);
}

/// What was met, over all histories.
struct Seen {
  std::map<unsigned, Tally> facts;
  std::map<std::string, Tally, std::less<>> rules;  // let pass, broken
};

/// The rules that look at such a fact.
std::set<std::string_view> rules_about(schema::Fact::Which fact) {
  std::set<std::string_view> rules;
  for (const Rule& rule : all_rules())
    if (rule.fact == fact) rules.insert(rule.id);
  return rules;
}

/// Whether the rule looks at nothing but the fact itself and the line, so that every fact that it
/// does not break is let pass by it. Of the others only one counts that would be broken without its
/// evidence: that shows that the rule had something to say.
bool needs_no_evidence(std::string_view rule) {
  return rule == "R2" || rule == "R19" || rule == "R20";
}

/// The rules that a verdict names: as breaches, or as the one that refused.
std::set<std::string> broken_by(const Result<std::vector<Breach>>& verdict) {
  std::set<std::string> rules;
  if (verdict) {
    for (const Breach& breach : *verdict) rules.insert(breach.rule);
    return rules;
  }
  const std::string& message = verdict.error().message;
  const std::size_t colon = message.find(": ");
  if (message.starts_with("R") && colon < 4) rules.insert(message.substr(0, colon));
  return rules;
}

/// Submits the drawn commands one by one, and says what does not hold after one of them.
class History {
 public:
  History(Seen& seen, std::string_view mode) : seen_(seen), enforced_(mode == "enforce") {
    count(city("enforce"), ledger_.submit(city("enforce")));
    if (mode.empty()) {
      ledger_.submit(staffed()).value();
      enforced_ = true;
      return;
    }
    ledger_.submit(started_year()).value();
    ledger_.submit(rules(rule_set_of_all(mode, "all"))).value();
    ledger_.submit(staffed()).value();
  }

  std::string submit(const DrawnCommand& drawn) {
    const CommandOf command = command_of(drawn, ledger_);
    const Pages before = ledger_.pages();
    const std::size_t records = ledger_.records().size();
    const auto bare = ledger_.judge(command.citing({}).because(""));
    const auto decided = ledger_.submit(command);
    count(command, decided);
    count_rules(command, decided, bare);
    if (!decided && (ledger_.pages() != before || ledger_.records().size() != records))
      return "a refused command changed something: " + decided.error().message;
    if (!decided && decided.error().code == ErrorCode::corrupt) return decided.error().message;
    if (!decided) return {};
    for (const Draw& draw : drawn)
      if (draw.tag == schema::Fact::RULE_SET_PUBLISHED) enforced_ = false;
    const auto wrong = broken_identity(ledger_.records(), ledger_.pages(), enforced_);
    return wrong.empty() ? what_is_wrong(ledger_.records(), ledger_.pages()) : wrong;
  }

 private:
  using Verdict = Result<std::vector<Breach>>;

  static schema::Fact::Which kind_of(const FactOf& fact_of) {
    capnp::MallocMessageBuilder message;
    auto fact = message.initRoot<schema::Fact>();
    fact_of.fill(fact);
    return fact.which();
  }

  /// A refusal counts for a fact that stood alone: of several, any may have been the reason.
  void count(const CommandOf& command, const Verdict& verdict) {
    for (const FactOf& fact : command.facts) {
      Tally& tally = seen_.facts[kind_of(fact)];
      if (verdict) ++tally.accepted;
      if (!verdict && command.facts.size() == 1) ++tally.refused;
    }
  }

  void count_rules(const CommandOf& command, const Verdict& verdict, const Verdict& bare) {
    if (command.facts.size() != 1) return;
    const auto broken = broken_by(verdict);
    for (const std::string& rule : broken) ++seen_.rules[rule].refused;
    if (!verdict) return;
    const auto without_evidence = broken_by(bare);
    for (const std::string_view rule : rules_about(kind_of(command.facts.front())))
      if (!broken.contains(std::string(rule)) &&
          (needs_no_evidence(rule) || without_evidence.contains(std::string(rule))))
        ++seen_.rules[std::string(rule)].accepted;
  }

  MemoryLedger ledger_;
  Seen& seen_;
  bool enforced_;  // R19, by every rule set so far
};

/// Always the same histories, unless RC_PARAMS says others, for instance "seed=7 max_success=9999".
rc::detail::TestParams parameters() {
  rc::detail::TestParams params = rc::detail::configuration().testParams;
  if (std::getenv("RC_PARAMS") != nullptr) return params;
  params.seed = 1;
  params.maxSuccess = 400;
  params.maxSize = 150;
  return params;
}

}  // namespace

TEST_CASE("whatever is submitted, every identity holds at every position") {
  Seen seen;
  const auto params = parameters();
  const auto result = rc::detail::checkTestable(
      [&] {
        // Rule R19 alone; every rule observed, so that histories get far; every rule enforced.
        const auto mode = *rc::gen::elementOf(
            std::vector<std::string>{"", "observe", "observe", "override", "enforce"});
        History history(seen, mode);
        for (const DrawnCommand& drawn : *histories())
          if (const std::string wrong = history.submit(drawn); !wrong.empty()) RC_FAIL(wrong);
      },
      rc::detail::TestMetadata{}, params);
  std::ostringstream message;
  rc::detail::printResultMessage(result, message);
  INFO("RC_PARAMS='seed=" << params.seed << "' repeats this\n" << message.str());
  REQUIRE(result.is<rc::detail::SuccessResult>());

  for (unsigned tag = schema::Fact::LEDGER_OPENED; tag < fact_count; ++tag) {
    const Tally tally = seen.facts[tag];
    const bool by_ledger_only =
        tag == schema::Fact::KEY_ROTATED || tag == schema::Fact::LEDGER_SEALED;
    INFO(fact_name(static_cast<schema::Fact::Which>(tag))
         << ": accepted " << tally.accepted << ", refused " << tally.refused);
    CHECK((tally.accepted > 0) == !by_ledger_only);
    CHECK(tally.refused > 0);
  }
  for (const std::string_view rule : rule_ids) {
    const auto [passed, broken] = seen.rules[std::string(rule)];
    INFO(rule << ": let pass " << passed << ", broken " << broken);
    CHECK(passed > 0);
    CHECK(broken > 0);
  }
}
