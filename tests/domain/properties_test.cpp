#include <rapidcheck.h>

#include <cstdlib>
#include <map>

#include "domain/subjects.h"
#include "domain/support/model.h"
#include "domain/support/random_commands.h"
#include "domain/support/rule_book.h"
#include "support/catch.h"

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

struct Tally {
  int accepted = 0;
  int refused = 0;
};

rc::Gen<Draw> draws() {
  // What moves money or undoes it comes more often than what is registered once.
  static const std::vector<std::uint8_t> tags = {1,  2,  3,  3,  4,  4,  5,  5,  5,  6,  6,  7,
                                                 7,  8,  8,  8,  9,  9,  9,  9,  9,  10, 10, 10,
                                                 11, 11, 11, 11, 12, 13, 14, 14, 14, 14, 14};
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

/// Submits the drawn commands one by one, and says what does not hold after one of them.
class History {
 public:
  explicit History(std::map<unsigned, Tally>& tallies) : tallies_(tallies) {
    count(city("enforce"), ledger_.submit(city("enforce")).has_value());
  }

  std::string submit(const DrawnCommand& drawn) {
    const CommandOf command = command_of(drawn, ledger_);
    const Pages before = ledger_.pages();
    const std::size_t records = ledger_.records().size();
    const auto decided = ledger_.submit(command);
    count(command, decided.has_value());
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
  /// A refusal counts for a fact that stood alone: of several, any may have been the reason.
  void count(const CommandOf& command, bool accepted) {
    for (const FactOf& fact_of : command.facts) {
      capnp::MallocMessageBuilder message;
      auto fact = message.initRoot<schema::Fact>();
      fact_of.fill(fact);
      Tally& tally = tallies_[static_cast<unsigned>(fact.which())];
      if (accepted) ++tally.accepted;
      if (!accepted && command.facts.size() == 1) ++tally.refused;
    }
  }

  MemoryLedger ledger_;
  bool enforced_ = true;  // R19, by every rule set so far
  std::map<unsigned, Tally>& tallies_;
};

/// Always the same histories, unless RC_PARAMS says others, for instance "seed=7 max_success=9999".
rc::detail::TestParams parameters() {
  rc::detail::TestParams params = rc::detail::configuration().testParams;
  if (std::getenv("RC_PARAMS") != nullptr) return params;
  params.seed = 20'240'301;
  params.maxSuccess = 250;
  params.maxSize = 120;
  return params;
}

}  // namespace

TEST_CASE("whatever is submitted, every identity holds at every position") {
  std::map<unsigned, Tally> tallies;
  const auto params = parameters();
  const auto result = rc::detail::checkTestable(
      [&] {
        History history(tallies);
        for (const DrawnCommand& drawn : *histories())
          if (const std::string wrong = history.submit(drawn); !wrong.empty()) RC_FAIL(wrong);
      },
      rc::detail::TestMetadata{}, params);
  std::ostringstream message;
  rc::detail::printResultMessage(result, message);
  INFO("RC_PARAMS='seed=" << params.seed << "' repeats this\n" << message.str());
  REQUIRE(result.is<rc::detail::SuccessResult>());

  for (unsigned tag = schema::Fact::LEDGER_OPENED; tag <= schema::Fact::EVENT_REVERSED; ++tag) {
    const Tally tally = tallies[tag];
    UNSCOPED_INFO("fact " << tag << ": accepted " << tally.accepted << ", refused "
                          << tally.refused);
    CHECK((tally.accepted > 0 && tally.refused > 0));
  }
}
