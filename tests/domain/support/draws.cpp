#include "domain/support/draws.h"

#include <fmt/format.h>

#include <ostream>
#include <vector>

namespace counterfoil::test {
namespace {

using schema::Fact;

constexpr std::array units = {"U", "V", "W", "X"};
// The two that the city has come more often, so that facts about one project meet.
constexpr std::array projects = {"P", "Q", "P", "Q", "P", "Q", "R", "S"};
constexpr std::array lines = {
    "line/2024/P/general/net/-",       "line/2024/Q/general/net/-",
    "line/2025/P/general/net/-",       "line/2024/Q/general/conditional/-",
    "line/2024/P/general/net/-",       "line/2024/Q/general/net/-",
    "line/2025/P/general/net/-",       "line/2024/Q/general/earmarked/-",
    "line/2024/P/general/headcount/-", "line/2024/R/general/net/-",
};
constexpr std::array abouts = {"project/P", "project/Q", "project/P", "unit/V",
                               "list/L",    "project/S", "pool/p",    "project/Q"};
constexpr std::array<std::int64_t, 16> amounts = {
    1, 2, 3, 5, 10, 40, 100, 300, 400, 1'000, 0, -1, -50, INT64_MAX, -INT64_MAX, INT64_MIN};

template <typename T, std::size_t N>
const T& pick(const std::array<T, N>& from, unsigned which) {
  return from[which % N];
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Draw& draw) {
  return out << fmt::format("{{tag {}, ids {}, other {}, amount {}, event {}, plausible {}}}",
                            draw.tag, draw.ids, draw.other, draw.amount, draw.event,
                            draw.plausible);
}

std::string Picks::unit() const {
  return pick(units, draw_.ids);
}
std::string Picks::project() const {
  return pick(projects, draw_.ids);
}
std::string Picks::other_project() const {
  return pick(projects, draw_.amount);
}
std::string Picks::line() const {
  return pick(lines, draw_.ids);
}
std::string Picks::other_line() const {
  return pick(lines, draw_.other);
}
std::string Picks::about() const {
  return pick(abouts, draw_.other);
}

std::int32_t Picks::year() const {
  return draw_.plausible ? 2024 + (draw_.ids % 5 == 0 ? 1 : 0) : 1'800 + draw_.ids;
}

std::int64_t Picks::amount() const {
  return draw_.plausible ? amounts[draw_.amount % 10] : pick(amounts, draw_.amount);
}

std::int64_t Picks::opposite() const {
  return amount() == INT64_MIN ? INT64_MIN : -amount();
}

std::uint64_t Picks::earlier(Fact::Which kind) const {
  std::vector<std::uint64_t> found;
  for (std::uint64_t i = 0; draw_.plausible && i < ledger_.records().size(); ++i)
    if (ledger_.record(Sequence{i})->getFact().which() == kind) found.push_back(i);
  if (found.empty()) return draw_.event % (ledger_.records().size() + 2);
  return found[draw_.event % found.size()];
}

std::uint64_t Picks::newest(Fact::Which kind, schema::FactorKind factor) const {
  for (std::uint64_t i = ledger_.records().size(); i > 0; --i) {
    const auto fact = ledger_.record(Sequence{i - 1})->getFact();
    if (fact.which() != kind) continue;
    if (factor == schema::FactorKind::UNSPECIFIED || fact.getFactorAssessed().getKind() == factor)
      return i - 1;
  }
  return 0;
}

std::string Picks::line_of(std::uint64_t event) const {
  const auto record = ledger_.record(Sequence{event});
  if (!record || draw_.ids % 16 == 0) return line();
  const auto fact = record->getFact();
  if (fact.isCommitmentRecorded()) return fact.getCommitmentRecorded().getLine();
  return fact.isPaymentRecorded() ? std::string(fact.getPaymentRecorded().getLine()) : line();
}

}  // namespace counterfoil::test
