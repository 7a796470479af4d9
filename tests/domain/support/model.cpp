#include "domain/support/model.h"

#include <algorithm>
#include <set>

#include "codec/line.h"
#include "codec/text.h"

namespace counterfoil::test {
namespace {

using schema::Fact;
__extension__ using Wide = __int128;

struct Line {
  Wide current = 0;
  Wide committed = 0;
  Wide spent = 0;
  bool operator==(const Line&) const = default;
};
struct Pool {
  Wide in = 0;
  Wide out = 0;
  bool operator==(const Pool&) const = default;
};

struct Sums {
  std::map<std::string, Line> lines;
  std::map<std::string, Pool> pools;  // by the page's key
  bool operator==(const Sums&) const = default;
};

/// Adds what the fact does, or with sign -1 takes it away again.
void add(Sums& sums, Fact::Reader fact, int sign) {
  switch (fact.which()) {
    case Fact::BUDGET_APPROPRIATED: {
      const auto it = fact.getBudgetAppropriated();
      sums.lines[it.getLine()].current += sign * Wide{it.getAmount()};
      if (it.getPool().size() != 0)
        sums.pools[pool_key(view(it.getPool()), "")].in +=
            sign * (Wide{it.getCutForGrade()} + it.getCutAcrossTheBoard());
      return;
    }
    case Fact::BUDGET_ADJUSTED: {
      const auto it = fact.getBudgetAdjusted();
      for (const auto leg : it.getLegs()) {
        sums.lines[leg.getLine()].current += sign * Wide{leg.getAmount()};
        if (it.getPool().size() == 0) continue;
        Pool& pool = sums.pools[pool_key(view(it.getPool()), view(leg.getSourceTag()))];
        if (it.getKind() == Kind::CLAWBACK) pool.in -= sign * Wide{leg.getAmount()};
        if (it.getKind() == Kind::POOL_ALLOCATION) pool.out += sign * Wide{leg.getAmount()};
      }
      return;
    }
    case Fact::COMMITMENT_RECORDED: {
      const auto it = fact.getCommitmentRecorded();
      sums.lines[it.getLine()].committed += sign * Wide{it.getAmount()};
      return;
    }
    case Fact::PAYMENT_RECORDED: {
      const auto it = fact.getPaymentRecorded();
      sums.lines[it.getLine()].spent += sign * Wide{it.getAmount()};
      if (it.getCommitment() != 0)
        sums.lines[it.getLine()].committed -= sign * Wide{it.getAmount()};
      return;
    }
    case Fact::BUDGET_STATED: {
      const auto it = fact.getBudgetStated();
      sums.lines[it.getLine()].current += sign * Wide{it.getDifference()};
      if (it.getHasSpent()) sums.lines[it.getLine()].spent += sign * Wide{it.getSpentDifference()};
      return;
    }
    default:
      return;
  }
}

/// Whether the balances that the fact states follow from the sums before it. Legs and effects are
/// walked one by one, because a line may have several.
bool states_right_balances(const Sums& before, const Sums& after, Fact::Reader fact) {
  std::map<std::string, Wide> running;
  const auto walk = [&](capnp::Text::Reader line, Wide amount, std::int64_t stated) {
    const auto known = before.lines.find(line);
    const Wide start = known == before.lines.end() ? Wide{0} : known->second.current;
    Wide& current = running.emplace(line, start).first->second;
    current += amount;
    return current == stated;
  };
  const auto of = [&](capnp::Text::Reader line) { return after.lines.at(line); };
  bool right = true;
  switch (fact.which()) {
    case Fact::BUDGET_APPROPRIATED: {
      const auto it = fact.getBudgetAppropriated();
      return of(it.getLine()).current == it.getBalanceAfter();
    }
    case Fact::BUDGET_ADJUSTED:
      for (const auto leg : fact.getBudgetAdjusted().getLegs())
        right = walk(leg.getLine(), leg.getAmount(), leg.getBalanceAfter()) && right;
      return right;
    case Fact::COMMITMENT_RECORDED: {
      const auto it = fact.getCommitmentRecorded();
      return of(it.getLine()).committed == it.getCommittedAfter();
    }
    case Fact::PAYMENT_RECORDED: {
      const auto it = fact.getPaymentRecorded();
      const Line line = of(it.getLine());
      return line.spent == it.getSpentAfter() && line.committed == it.getCommittedAfter();
    }
    case Fact::BUDGET_STATED: {
      const auto it = fact.getBudgetStated();
      return of(it.getLine()).current == it.getBalanceAfter();
    }
    case Fact::EVENT_REVERSED:
      for (const auto effect : fact.getEventReversed().getEffects()) {
        const bool current = effect.getComponent() < schema::Component::COMMITTED;
        right =
            walk(effect.getLine(), current ? effect.getAmount() : 0, effect.getBalanceAfter()) &&
            right;
      }
      return right;
    default:
      return true;
  }
}

/// Per fiscal year, fund and balance group.
bool balances(schema::BudgetAdjusted::Reader adjusted) {
  if (adjusted.getKind() != Kind::VIREMENT && adjusted.getKind() != Kind::RESERVE_DRAW) return true;
  std::map<std::string, Wide> sums;
  for (const auto leg : adjusted.getLegs()) {
    const LineId id = parse_line(view(leg.getLine())).value();
    if (id.measure == "headcount") continue;  // a loose group
    const bool net = id.measure == "net";
    sums[fmt::format("{} {} {}", id.fiscal_year, id.fund, net)] += leg.getAmount();
  }
  return std::all_of(sums.begin(), sums.end(), [](const auto& sum) { return sum.second == 0; });
}

bool is_within_budget(const Sums& sums) {
  return std::all_of(sums.lines.begin(), sums.lines.end(), [](const auto& entry) {
    const auto& [id, line] = entry;
    const std::string measure(parse_line(id).value().measure);
    if (measure != "net" && measure != "conditional") return true;
    return line.committed + line.spent <= std::max(line.current, Wide{0});
  });
}

bool pools_cover(const Sums& sums) {
  return std::all_of(sums.pools.begin(), sums.pools.end(),
                     [](const auto& pool) { return pool.second.out <= pool.second.in; });
}

/// Whether payments stay within the commitment that they settle, refunds within the payment that
/// they return, and neither rests on an event that was reversed.
bool settled_within(const std::vector<schema::Record::Reader>& records,
                    const std::set<std::uint64_t>& reversed) {
  std::map<std::uint64_t, Wide> left;
  for (const auto& record : records) {
    const auto fact = record.getFact();
    if (reversed.contains(record.getSequence())) continue;
    if (fact.isCommitmentRecorded())
      left[record.getSequence()] = fact.getCommitmentRecorded().getAmount();
    if (!fact.isPaymentRecorded()) continue;
    const auto payment = fact.getPaymentRecorded();
    left[record.getSequence()] = payment.getAmount();
    for (const auto& [event, amount] :
         {std::pair{payment.getCommitment(), Wide{payment.getAmount()}},
          {payment.getRefundOf(), -Wide{payment.getAmount()}}}) {
      if (event == 0) continue;
      if (!left.contains(event) || amount > left[event]) return false;
      left[event] -= amount;
    }
  }
  return true;
}

/// What the book's pages say, for those that the records say anything of.
bool pages_agree(const Sums& sums, const Pages& pages) {
  for (const auto& [id, line] : sums.lines) {
    const auto state = std::get<LineState>(pages.at(id).state);
    if (line != Line{state.current.minor, state.committed.minor, state.spent.minor}) return false;
    Wide vintages = 0;
    for (const Vintage& vintage : state.vintages) vintages += vintage.amount.minor;
    if (vintages != line.current) return false;
  }
  for (const auto& [key, pool] : sums.pools) {
    const auto state = std::get<PoolState>(pages.at(key).state);
    if (pool != Pool{state.incoming.minor, state.outgoing.minor}) return false;
  }
  return true;
}

std::set<std::uint64_t> reversed_of(const std::vector<schema::Record::Reader>& records) {
  std::set<std::uint64_t> reversed;
  for (const auto& record : records)
    if (record.getFact().isEventReversed())
      reversed.insert(record.getFact().getEventReversed().getEvent());
  return reversed;
}

/// The sum of the facts that no later one reversed. Of the others, lines and pools are there, with
/// nothing in them.
Sums sum_of_what_stands(const std::vector<schema::Record::Reader>& records,
                        const std::set<std::uint64_t>& reversed) {
  Sums sums;
  for (const auto& record : records)
    add(sums, record.getFact(), reversed.contains(record.getSequence()) ? 0 : 1);
  return sums;
}

/// The day from which what a record does, or what it undoes, counts for a statement.
std::int32_t counts_from(const std::vector<schema::Record::Reader>& records,
                         schema::Record::Reader record) {
  auto fact = record.getFact();
  if (fact.isEventReversed()) fact = records.at(fact.getEventReversed().getEvent()).getFact();
  return fact.isBudgetStated() ? fact.getBudgetStated().getStatedOn() : record.getEffectiveOn();
}

/// Whether the newest record, a statement, makes the line what it states, on the day it is of.
bool states_right_difference(const std::vector<schema::Record::Reader>& records) {
  const auto stated = records.back().getFact().getBudgetStated();
  Sums then;
  for (const auto& record : records) {
    if (counts_from(records, record) > stated.getStatedOn()) continue;
    const auto fact = record.getFact();
    if (fact.isEventReversed())
      add(then, records.at(fact.getEventReversed().getEvent()).getFact(), -1);
    else
      add(then, fact, 1);
  }
  const Line line = then.lines[stated.getLine()];
  return line.current == stated.getTotal() &&
         (!stated.getHasSpent() || line.spent == stated.getSpent());
}

}  // namespace

std::string broken_identity(const std::vector<Words>& records, const Pages& pages,
                            bool budgets_are_kept) {
  std::vector<std::unique_ptr<RecordBuffer>> buffers;
  std::vector<schema::Record::Reader> readers;
  Sums sums;
  for (const Words& words : records) {
    buffers.push_back(std::make_unique<RecordBuffer>());
    readers.push_back(buffers.back()->load(bytes_of(words)).value());
    const auto fact = readers.back().getFact();
    const Sums before = sums;
    if (fact.isEventReversed())
      add(sums, readers.at(fact.getEventReversed().getEvent()).getFact(), -1);
    else
      add(sums, fact, 1);
    const auto broken = [&](std::string_view what) {
      return fmt::format("at record {}: {}", readers.back().getSequence(), what);
    };
    if (!states_right_balances(before, sums, fact)) return broken("a balance is not the right one");
    if (fact.isBudgetAdjusted() && !balances(fact.getBudgetAdjusted()))
      return broken("a transfer does not sum to zero");
    if (fact.isBudgetStated() && !states_right_difference(readers))
      return broken("a statement does not make the line what it states");
    if (!pools_cover(sums)) return broken("a pool gave out more than went in");
    if (budgets_are_kept && !is_within_budget(sums)) return broken("more used than budgeted");
  }
  const auto reversed = reversed_of(readers);
  if (!settled_within(readers, reversed)) return "more is settled than there was";
  if (sum_of_what_stands(readers, reversed) != sums)
    return "what stands does not add up to the budgets";
  return pages_agree(sums, pages) ? "" : "the pages hold other sums than the records";
}

}  // namespace counterfoil::test
