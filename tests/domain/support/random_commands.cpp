#include "domain/support/random_commands.h"

#include <fmt/format.h>

#include "domain/support/random_year.h"
#include "domain/support/year_facts.h"

namespace counterfoil::test {
namespace {

using schema::Fact;

constexpr std::array modes = {"enforce", "override", "observe", "off"};
constexpr std::array grades = {"excellent", "good", "medium", "poor"};

/// The facts that every ledger has, and what moves money; the others are in random_year.cpp.
class Drawer {
 public:
  Drawer(const Draw& draw, MemoryLedger& ledger) : draw_(draw), picks_(draw, ledger) {}

  FactOf fact() const {
    switch (draw_.tag) {
      case Fact::LEDGER_OPENED:
        return opened();
      case Fact::RULE_SET_PUBLISHED:
        return rules(rule_set_of_all(modes[draw_.other % 4], std::to_string(draw_.ids % 8)));
      case Fact::UNIT_REGISTERED:
        return unit(picks_.unit());
      case Fact::PROJECT_PROPOSED:
        return proposed();
      case Fact::LINE_OPENED:
        return line(picks_.line());
      case Fact::TARGET_SUBMITTED:
        return target(picks_.about(), picks_.unit(), picks_.year());
      case Fact::TARGET_APPROVED:
        return approve(picks_.earlier(Fact::TARGET_SUBMITTED));
      case Fact::BUDGET_APPROPRIATED:
        return appropriate(picks_.line(), picks_.amount(), cuts());
      case Fact::BUDGET_ADJUSTED:
        return draw_.event % 2 == 0 ? adjusted() : year_fact(picks_);
      case Fact::COMMITMENT_RECORDED:
        return commit(picks_.line(), picks_.amount());
      case Fact::PAYMENT_RECORDED:
        return payment();
      case Fact::MONITORING_CHECKED:
        return checked();
      case Fact::GRADE_ASSIGNED:
        return draw_.plausible ? graded(picks_.about(), grades[draw_.amount % 4], picks_.year())
                               : grade(picks_.about(), picks_.year());
      case Fact::EVENT_REVERSED:
        return reverse(draw_.event % (picks_.ledger().records().size() + 2));
      default:
        return year_fact(picks_);
    }
  }

 private:
  std::string a() const { return picks_.line(); }
  std::string b() const { return picks_.other_line(); }
  std::int64_t amount() const { return picks_.amount(); }
  std::int64_t opposite() const { return picks_.opposite(); }

  Cuts cuts() const {
    if (draw_.other % 4 > 1) return {};
    Cuts cut = draw_.other % 4 == 0 ? Cuts{picks_.amount(), 7, "p"} : Cuts{0, 500, "livelihood"};
    // From that base, unless the amounts are beyond any.
    if (draw_.plausible && picks_.amount() > -1'000'000 && picks_.amount() < 1'000'000)
      cut.base = picks_.amount() + cut.grade + cut.across_the_board;
    return cut;
  }

  FactOf proposed() const {
    const std::string id = picks_.project();
    const std::string other = picks_.one_of(2) == 0 ? "R" : id;
    if (draw_.plausible) return project(other, draw_.other % 3 == 0 ? "V" : "U");
    return project(other, picks_.unit(), {picks_.other_project()}, draw_.event);
  }

  FactOf checked() const {
    if (draw_.ids % 8 == 0) return monitor(picks_.about(), picks_.year());
    return but(check(picks_.about(), "2024-07-01", draw_.amount * 40, draw_.amount * 40,
                     draw_.other % 4 == 0 ? "yellow" : "green"),
               [year = picks_.year()](Fact::Builder fact) {
                 fact.getMonitoringChecked().setFiscalYear(year);
               });
  }

  FactOf adjusted() const {
    const auto kind = static_cast<Kind>(draw_.other % 11);
    if (!draw_.plausible) return adjust(kind, {{a(), amount(), ""}, {b(), amount(), "t"}}, "p");
    switch (kind) {
      case Kind::CLAWBACK:
        return adjust(kind, {{a(), opposite(), draw_.event % 3 == 0 ? "" : "t"}, {a(), -1, "t"}},
                      "p");
      case Kind::POOL_ALLOCATION:
        return adjust(kind, {{a(), amount(), draw_.event % 3 == 0 ? "" : "t"}}, "p");
      case Kind::VIREMENT:
      case Kind::RESERVE_DRAW:
        return adjust(kind, {{a(), opposite(), ""}, {to(), amount(), ""}, {a(), 0, ""}});
      default:
        return adjust(kind, {{a(), amount(), ""}, {b(), -1, ""}, {a(), 2, ""}});
    }
  }

  std::string to() const {
    Draw other = draw_;
    other.ids = static_cast<std::uint8_t>(draw_.event % 251);
    return Picks(other, picks_.ledger()).line();
  }

  FactOf payment() const {
    const std::uint64_t commitment = picks_.earlier(Fact::COMMITMENT_RECORDED);
    const std::uint64_t paid = picks_.earlier(Fact::PAYMENT_RECORDED);
    switch (draw_.other % 3) {
      case 0:
        return pay(a(), amount());
      case 1:
        return pay(picks_.line_of(commitment), amount(), commitment);
      default:
        return refund(picks_.line_of(paid), draw_.plausible ? opposite() : amount(), paid);
    }
  }

  const Draw& draw_;
  Picks picks_;
};

/// As many of the newest records as a command may cite, so that no rule lacks its evidence.
std::vector<std::uint64_t> all_evidence(const MemoryLedger& ledger) {
  const std::uint64_t size = ledger.records().size();
  std::vector<std::uint64_t> evidence;
  for (std::uint64_t i = size > 256 ? size - 256 : 0; i < size; ++i) evidence.push_back(i);
  return evidence;
}

}  // namespace

std::string rule_set_of_all(std::string_view mode, std::string_view version) {
  std::string members;
  for (const std::string_view id : rule_ids)
    members += fmt::format(R"({}"{}": {{"mode": "{}"{}}})", members.empty() ? "" : ", ", id, mode,
                           id == "R1" || id == "R6" ? R"(, "scope": "all")" : "");
  return fmt::format(R"({{"name": "city", "version": "{}", "rules": {{{}}}}})", version, members);
}

CommandOf command_of(const DrawnCommand& draws, MemoryLedger& ledger) {
  std::vector<FactOf> facts;
  for (const Draw& draw : draws) facts.push_back(Drawer(draw, ledger).fact());
  const unsigned event = draws.front().event;
  CommandOf command(std::move(facts));
  command = command.by(event % 3 == 0 ? "Ann" : "Bob");
  if (event % 5 != 0) command = command.citing(all_evidence(ledger));
  if (event % 7 == 0) command = command.effective_on("2023-12-30");
  if (event % 11 != 0) command = command.because("so it was decided");
  return event % 2 == 0 ? command : command.overriding("mayor", "doc 7");
}

}  // namespace counterfoil::test
