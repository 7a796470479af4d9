#include "domain/support/undo.h"

#include <algorithm>

#include "domain/standing.h"
#include "support/catch.h"

namespace counterfoil::test {
namespace {

/// The state without what says nothing.
template <typename State>
State plain(State state) {
  if constexpr (std::is_same_v<State, LineState>) {
    std::erase_if(state.vintages, [](const Vintage& one) { return one.amount.minor == 0; });
    if (!state.appropriated) state.appropriation = {};
  }
  if constexpr (std::is_same_v<State, FundState>)
    std::erase_if(state.sums, [](const FundState::Sum& one) { return one.current.minor == 0; });
  return state;
}

bool is_as_before(const Pages& before, const std::string& key, const Page& page) {
  return std::visit(
      [&](const auto& now) {
        using State = std::decay_t<decltype(now)>;
        const auto was = before.find(key);
        const auto* const held =
            was == before.end() ? nullptr : std::get_if<State>(&was->second.state);
        return plain(now) == plain(held == nullptr ? State{} : *held);
      },
      page.state);
}

}  // namespace

std::string what_is_left(const Pages& before, const Pages& after, Sequence reversed) {
  for (const auto& [key, page] : after)
    if (key != event_key(reversed) && !is_as_before(before, key, page)) return key + " is not";
  return {};
}

void check_undone(const std::vector<CommandOf>& history, const FactOf& fact, int line) {
  INFO("the fact of line " << line);
  MemoryLedger ledger;
  for (const CommandOf& command : history) {
    const auto result = ledger.submit(command);
    if (!result) FAIL("the history is refused: " << result.error().message);
  }
  const Pages before = ledger.pages();
  const Sequence sequence{ledger.records().size()};
  if (const auto result = ledger.submit(CommandOf(fact).because("so")); !result)
    FAIL("refused: " << result.error().message);
  if (const auto result = ledger.submit(reverse(sequence.value)); !result)
    FAIL("the reversal is refused: " << result.error().message);
  CHECK(what_is_left(before, ledger.pages(), sequence) == "");
  CHECK(what_is_wrong(ledger.records(), ledger.pages()) == "");
  const auto again = ledger.submit(reverse(sequence.value));
  REQUIRE(!again);
  CHECK_THAT(again.error().message, Catch::Matchers::Contains("was reversed already"));
  const auto reversal = ledger.submit(reverse(sequence.value + 1));
  REQUIRE(!reversal);
  CHECK_THAT(reversal.error().message, Catch::Matchers::Contains("cannot be reversed"));
}

}  // namespace counterfoil::test
