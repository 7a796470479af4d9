#include "domain/support/random_commands.h"

#include <array>
#include <ostream>

namespace counterfoil::test {
namespace {

using schema::Fact;

constexpr std::array units = {"U", "V", "W", "X"};
constexpr std::array projects = {"P", "Q", "R", "S"};
constexpr std::array lines = {
    // The three that the city opens, twice, so that most money finds its line.
    "line/2024/P/general/net/-",         "line/2024/Q/general/net/-",
    "line/2024/Q/general/conditional/-", "line/2024/P/general/net/-",
    "line/2024/Q/general/net/-",         "line/2024/Q/general/conditional/-",
    "line/2024/Q/general/earmarked/-",   "line/2025/P/general/net/-",
    "line/2024/P/general/headcount/-",   "line/2024/R/general/net/-",
};
constexpr std::array abouts = {"project/P", "unit/V", "list/L", "project/S", "pool/p"};
constexpr std::array<std::int64_t, 16> amounts = {
    1, 2, 3, 5, 10, 40, 100, 300, 400, 1'000, 0, -1, -50, INT64_MAX, -INT64_MAX, INT64_MIN};
constexpr std::array modes = {"enforce", "override", "observe", "off"};

template <typename T, std::size_t N>
const T& pick(const std::array<T, N>& from, unsigned which) {
  return from[which % N];
}

class Drawer {
 public:
  Drawer(const Draw& draw, MemoryLedger& ledger) : draw_(draw), ledger_(ledger) {}

  FactOf fact() const {
    switch (draw_.tag) {
      case Fact::LEDGER_OPENED:
        return opened();
      case Fact::RULE_SET_PUBLISHED:
        return rules(rule_set(pick(modes, draw_.other), std::to_string(draw_.ids % 8)));
      case Fact::UNIT_REGISTERED:
        return unit(pick(units, draw_.ids));
      case Fact::PROJECT_PROPOSED:
        return proposed();
      case Fact::LINE_OPENED:
        return line(a());
      case Fact::TARGET_SUBMITTED:
        return target(pick(abouts, draw_.other), pick(units, draw_.ids), year());
      case Fact::TARGET_APPROVED:
        return approve(earlier(Fact::TARGET_SUBMITTED));
      case Fact::BUDGET_APPROPRIATED:
        return appropriate(a(), amount(), draw_.other % 4 == 0 ? Cuts{amount(), 7, "p"} : Cuts{});
      case Fact::BUDGET_ADJUSTED:
        return adjusted();
      case Fact::COMMITMENT_RECORDED:
        return commit(a(), amount());
      case Fact::PAYMENT_RECORDED:
        return payment();
      case Fact::MONITORING_CHECKED:
        return monitor(pick(abouts, draw_.other), year());
      case Fact::GRADE_ASSIGNED:
        return grade(pick(abouts, draw_.other), year());
      default:
        return reverse(draw_.event % (ledger_.records().size() + 2));
    }
  }

 private:
  std::string a() const { return pick(lines, draw_.ids); }
  std::string b() const { return pick(lines, draw_.other); }
  std::int32_t year() const { return draw_.plausible ? 2024 : 1'800 + draw_.ids; }
  std::int64_t amount() const {
    return draw_.plausible ? amounts[draw_.amount % 10] : pick(amounts, draw_.amount);
  }

  FactOf proposed() const {
    const std::string id = pick(projects, draw_.ids);
    if (draw_.plausible) return project(id, pick(units, draw_.other));
    return project(id, pick(units, draw_.other), {pick(projects, draw_.amount)}, draw_.event);
  }

  FactOf adjusted() const {
    const auto kind = static_cast<Kind>(draw_.other % 11);
    if (!draw_.plausible) return adjust(kind, {{a(), amount(), ""}, {b(), amount(), "t"}}, "p");
    switch (kind) {
      case Kind::CLAWBACK:
        return adjust(kind, {{a(), -amount(), ""}, {a(), -1, "t"}}, "p");
      case Kind::POOL_ALLOCATION:
        return adjust(kind, {{a(), amount(), ""}}, "p");
      case Kind::VIREMENT:
      case Kind::RESERVE_DRAW: {
        const auto& to = lines[draw_.event % lines.size()];
        return adjust(kind, {{a(), -amount(), ""}, {to, amount(), ""}, {a(), 0, ""}});
      }
      default:
        return adjust(kind, {{a(), amount(), ""}, {b(), -1, ""}, {a(), 2, ""}});
    }
  }

  FactOf payment() const {
    switch (draw_.other % 3) {
      case 0:
        return pay(a(), amount());
      case 1:
        return pay(line_of(earlier(Fact::COMMITMENT_RECORDED)), amount(),
                   earlier(Fact::COMMITMENT_RECORDED));
      default:
        return refund(line_of(earlier(Fact::PAYMENT_RECORDED)),
                      draw_.plausible ? -amount() : amount(), earlier(Fact::PAYMENT_RECORDED));
    }
  }

  /// A record; of that kind, where the draw aims at being accepted and there is one.
  std::uint64_t earlier(Fact::Which kind) const {
    std::vector<std::uint64_t> found;
    for (std::uint64_t i = 0; draw_.plausible && i < ledger_.records().size(); ++i)
      if (ledger_.record(Sequence{i})->getFact().which() == kind) found.push_back(i);
    if (found.empty()) return draw_.event % (ledger_.records().size() + 2);
    return found[draw_.event % found.size()];
  }

  std::string line_of(std::uint64_t event) const {
    const auto record = ledger_.record(Sequence{event});
    if (!record || draw_.ids % 16 == 0) return a();
    const auto fact = record->getFact();
    if (fact.isCommitmentRecorded()) return fact.getCommitmentRecorded().getLine();
    return fact.isPaymentRecorded() ? std::string(fact.getPaymentRecorded().getLine()) : a();
  }

  const Draw& draw_;
  MemoryLedger& ledger_;
};

}  // namespace

std::ostream& operator<<(std::ostream& out, const Draw& draw) {
  return out << fmt::format("{{tag {}, ids {}, other {}, amount {}, event {}, plausible {}}}",
                            draw.tag, draw.ids, draw.other, draw.amount, draw.event,
                            draw.plausible);
}

CommandOf command_of(const DrawnCommand& draws, MemoryLedger& ledger) {
  std::vector<FactOf> facts;
  for (const Draw& draw : draws) facts.push_back(Drawer(draw, ledger).fact());
  CommandOf command(std::move(facts));
  return draws.front().event % 2 == 0 ? command : command.overriding("mayor", "doc 7");
}

}  // namespace counterfoil::test
